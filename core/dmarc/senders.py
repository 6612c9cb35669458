"""For every sender of a domain: does its mail pass DMARC, and by what."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from .. import dkim, spf
from ..dns.resolver import Resolver
from ..findings.finding import Finding, Severity, finding
from ..sender import Sender
from .alignment import Alignment, Match, Verdict, align, verdict

CODES = {
    Verdict.BOTH: "alignment_ok",
    Verdict.DKIM: "alignment_dkim_only",
    Verdict.SPF: "alignment_spf_only",
    Verdict.NONE: "alignment_fails",
    Verdict.UNKNOWN: "alignment_unknown",
}


@dataclass(frozen=True)
class SenderFacts:
    """What the DNS says about the identifiers of a sender.

    `allowed` is whether SPF lets it send for its own envelope domain, where it has one: True,
    False, or None for not known.
    """

    alignment: Alignment
    allowed: bool | None = None


async def look_up(domain: str, sender: Sender, resolver: Resolver) -> SenderFacts:
    """The facts about one sender of the domain."""
    envelope_domain = sender.envelope_domain or domain
    alignment, allowed = await asyncio.gather(
        align(domain, envelope_domain, sender.dkim_domain or domain, resolver),
        _allowed_elsewhere(domain, envelope_domain, sender, resolver),
    )
    return SenderFacts(alignment, allowed)


def judge(
    domain: str,
    sender: Sender,
    facts: SenderFacts,
    spf_allowed: bool | None,
    keys: Iterable[Finding],
) -> Finding:
    """The finding about one sender.

    :param spf_allowed: whether the SPF record of the domain lets it send, or None
    :param keys: the findings about its DKIM keys
    """
    own_envelope = (sender.envelope_domain or domain) != domain
    by_spf, why_spf = _combine(
        facts.alignment.spf, facts.allowed if own_envelope else spf_allowed, "not_allowed"
    )
    by_dkim, why_dkim = _combine(facts.alignment.dkim, _signed(sender, keys), "no_key")
    if sender.selectors == ():
        why_dkim = "not_signed"
    code = CODES[verdict(by_spf, by_dkim)]
    if code == "alignment_unknown" and _is_unstated(sender, by_spf):
        code = "alignment_unstated"
    return finding(code, "alignment", domain, "", sender=sender.name, spf=why_spf, dkim=why_dkim)


def _is_unstated(sender, by_spf):
    """Whether the DNS is not to blame: nobody has said what the sender signs with."""
    return sender.selectors is None and (by_spf is not None or sender.spf_terms is None)


async def _allowed_elsewhere(domain, envelope_domain, sender, resolver):
    if envelope_domain == domain:
        return None
    return await spf.allows(envelope_domain, sender.spf_terms or (), resolver)


def _combine(match, authenticated, otherwise):
    """(passes, reason) of one method: it must be aligned and authenticated."""
    if match.aligned is False:
        return False, "strict" if match is Match.STRICT else "not_aligned"
    if authenticated is False:
        return False, otherwise
    if match.aligned is None or authenticated is None:
        return None, "unknown"
    return True, "aligned"


def _signed(sender, keys):
    """Whether one of the keys of a sender is usable; None where that is not known."""
    if sender.selectors is None:
        return None
    severities = {item.severity for item in keys if item.code != dkim.UNPUBLISHED}
    if severities & {Severity.OK, Severity.INFO, Severity.WARNING}:
        return True
    return None if Severity.UNKNOWN in severities else False
