"""What is to be said about the SPF record of a domain: here the DNS is asked."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..dns.resolver import Resolver
from ..findings.codes import CODES
from ..findings.finding import Finding, Subject, unknown
from ..sender import Sender
from .budget import measure, measure_all, spf_records
from .compose import with_own_ending
from .judge import judge_fine, judge_record, judge_senders, judge_suggestion, judge_texts
from .meaning import meaning
from .needs import ask_for, claims_of
from .propose import suggest
from .record import is_too_long, looks_like_spf
from .repair import repair, repair_start
from .zone import Zone

FINE = ("ok", "info")  # severities of what needs no mending


@dataclass(frozen=True)
class Assessment:
    """The findings, and which of the senders the record lets send.

    `allowed` holds, in the order of the senders, True, False, or None for not known.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[bool | None, ...]


async def check(domain: str, resolver: Resolver, senders: Sequence[Sender] = ()) -> Assessment:
    """The assessment of SPF of a domain for the senders that are expected."""
    zone = Zone.of(resolver)
    answer = await zone.query(domain, "TXT")
    if not answer.known:
        return Assessment((unknown("spf", answer),), (None,) * len(senders))
    texts = spf_records(answer)
    if is_too_long(" ".join(texts)):
        allowed = None if len(texts) == 1 else False
        remarks = judge_texts(answer.records, texts)
        return Assessment(_findings(answer, texts, remarks), (allowed,) * len(senders))
    trees, claims = await asyncio.gather(
        measure_all([zone.parse(text) for text in texts], answer.name, zone),
        claims_of(answer.name, senders, zone),
    )
    return await _assess(answer, texts, trees, claims, zone)


async def allows(domain: str, terms: Iterable[str], resolver: Resolver) -> bool | None:
    """Whether the record of another domain, like that of a provider's envelope sender, lets all
    of those send whom the terms let send; None where that cannot be told."""
    sender = Sender("", spf_terms=tuple(terms))
    zone = Zone.of(resolver)
    answer = await zone.query(domain, "TXT")
    texts = spf_records(answer)
    if not answer.known or (texts and not sender.spf_terms):
        return None
    if len(texts) != 1:
        return False
    if is_too_long(texts[0]):
        return None
    tree, claims = await asyncio.gather(
        measure(zone.parse(texts[0]), domain, zone), claims_of(domain, (sender,), zone)
    )
    return claims[0].verdict(meaning(tree))


async def _assess(answer, texts, trees, claims, zone):
    """The assessment of records that are short enough to be read."""
    have = meaning(trees[0]) if len(trees) == 1 else None
    remarks = judge_record(trees[0], have) if have else judge_texts(answer.records, texts)
    verdicts = await asyncio.gather(*(_verdict(claim, have, answer.name, zone) for claim in claims))
    suggestion = None
    if not _is_fine(remarks) or any(
        verdict is False and not claim.elsewhere
        for claim, verdict in zip(claims, verdicts, strict=True)
    ):
        suggestion = await _suggest(answer, trees, claims, zone)
    missing = suggestion.missing if suggestion else None
    remarks += judge_senders(claims, verdicts, have, missing)
    if suggestion:
        remarks += tuple(judge_suggestion(suggestion, remarks))
    remarks = remarks or (judge_fine(trees[0]),)
    return Assessment(_findings(answer, texts, remarks, suggestion), tuple(verdicts))


def _is_fine(remarks):
    return all(CODES[code].severity in FINE for code, _params in remarks)


async def _verdict(claim, have, domain, zone):
    if have is None:
        return False
    told = claim.verdict(have)
    if told is None and claim.readable and claim.needs:
        return await ask_for(claim, have, domain, zone)
    return told


async def _suggest(answer, trees, claims, zone):
    """None where nothing is known that could be proposed."""
    records = await _repaired(answer, trees, zone)
    asking = [claim for claim in claims if not claim.elsewhere]
    # Who asks for nothing else is asked for what it would like.
    asking = asking if records or any(claim.needs for claim in asking) else claims
    needs = {need.term: need for claim in asking for need in claim.needs if claim.readable}
    needs = [need for need in needs.values() if not need.leads_nowhere]
    if not (records or needs):
        return None
    return await suggest(answer.name, records, needs, zone)


async def _repaired(answer, trees, zone):
    """The records as they were meant, all of them measured."""
    texts = [_as_meant(tree) for tree in trees]
    if not texts:
        texts = _meant_as_spf(answer.records)
    records = [zone.parse(text) for text in texts]
    if [record.text for record in records] != [tree.term for tree in trees]:
        await measure_all(records, answer.name, zone)
    return records


def _meant_as_spf(records):
    """The one text that only its start keeps from being a record."""
    alike = [text for text in records if looks_like_spf(text)]
    if len(alike) != 1 or is_too_long(alike[0]):
        return []
    return list(filter(None, [repair_start(alike[0])]))


def _as_meant(tree):
    dead = [child.term for child in tree.children if child.problem == "missing"]
    text = repair(tree.term, dead)
    # Where the record it redirects to says nothing about all others, this one has to.
    return with_own_ending(text) if tree.redirects and tree.ends_weakly else text


def _findings(answer, texts, remarks, suggestion=None):
    expected = suggestion.text if suggestion else None
    if expected and [expected.split()] == [text.split() for text in texts]:
        expected = None
    subject = Subject("spf", answer.name, "TXT", texts)
    alike = Subject("spf", answer.name, "TXT", filter(looks_like_spf, answer.records))
    return tuple(
        (alike if code == "spf_not_recognised" else subject).say(code, expected, **params)
        for code, params in remarks
    )
