"""Whether the From domain matches what SPF and DKIM authenticate (RFC 7489 section 3.1)."""

import asyncio
from dataclasses import dataclass
from enum import Enum

from ..dns.name import InvalidName, is_subdomain, to_ascii
from ..dns.resolver import Resolver
from .discovery import discover


class Match(str, Enum):
    """How an authenticated domain relates to the From domain."""

    IDENTICAL = "identical"
    SAME_ORGANIZATION = "same_organization"
    STRICT = "strict"  # the same organization, but the record asks for the identical domain
    OTHER_ORGANIZATION = "other_organization"
    ABSENT = "absent"  # nothing was authenticated
    UNKNOWN = "unknown"

    @property
    def aligned(self) -> bool | None:
        """True, False, or None where the DNS did not tell."""
        if self is Match.UNKNOWN:
            return None
        return self in (Match.IDENTICAL, Match.SAME_ORGANIZATION)


class Verdict(str, Enum):
    """By what a mail passes DMARC, provided that what aligns is also authenticated."""

    BOTH = "both"
    SPF = "spf"
    DKIM = "dkim"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Alignment:
    """The relation of both identifiers to the From domain; the matches are the reasons."""

    from_domain: str
    spf: Match
    dkim: Match

    @property
    def verdict(self) -> Verdict:
        return verdict(self.spf.aligned, self.dkim.aligned)


def verdict(spf: bool | None, dkim: bool | None) -> Verdict:
    """The verdict for two statements, each True, False or None for not known."""
    if spf and dkim:
        return Verdict.BOTH
    if spf or dkim:
        return Verdict.SPF if spf else Verdict.DKIM
    return Verdict.UNKNOWN if None in (spf, dkim) else Verdict.NONE


async def align(
    from_address: str, envelope_sender: str, dkim_domain: str, resolver: Resolver
) -> Alignment:
    """The alignment of a mail.

    :param from_address: the address in the From header, or its domain
    :param envelope_sender: the MAIL FROM address or its domain, "" where SPF did not pass
    :param dkim_domain: the d= of a valid signature, "" where there is none
    :raises InvalidName: the From domain is no domain name
    """
    domain = to_ascii(from_address.rpartition("@")[2])
    discovery = await discover(domain, resolver)
    record = discovery.applied.record if discovery.applied else None
    spf, dkim = await asyncio.gather(
        _match(discovery, envelope_sender, bool(record and record.strict_spf), resolver),
        _match(discovery, dkim_domain, bool(record and record.strict_dkim), resolver),
    )
    return Alignment(domain, spf, dkim)


async def _match(discovery, identifier, strict, resolver):
    try:
        domain = to_ascii(identifier.rpartition("@")[2])
    except InvalidName:
        return Match.ABSENT
    if domain == discovery.domain:
        return Match.IDENTICAL
    other = await discover(domain, resolver)
    if discovery.failed or other.failed:
        return Match.UNKNOWN
    if not _same_organization(discovery, other):
        return Match.OTHER_ORGANIZATION
    return Match.STRICT if strict else Match.SAME_ORGANIZATION


def _same_organization(one, other):
    """By the tree walk; a domain and one below it also without any DMARC record, where
    RFC 7489 would ask its public suffix list."""
    if one.organizational == other.organizational:
        return True
    if one.applied or other.applied:
        return False
    return is_subdomain(one.domain, other.domain) or is_subdomain(other.domain, one.domain)
