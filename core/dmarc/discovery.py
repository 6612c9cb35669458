"""Finding the DMARC record that applies to a domain.

The tree walk of RFC 9989 section 4.10 is used, since it needs no public suffix list. Where
RFC 7489 section 6.6.3 differs: it asks for the domain itself and then only for its
organizational domain, which it takes from that list.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..dns.name import parents
from ..dns.resolver import Answer, Resolver
from ..findings.finding import Subject
from .record import DmarcError, DmarcRecord, is_dmarc, parse

LABELS_MAX = 8  # RFC 9989 section 4.10: longer names are asked for, then cut to seven labels


@dataclass(frozen=True)
class Step:
    """What was found at one name of the walk."""

    domain: str
    answer: Answer
    texts: tuple[str, ...]
    record: DmarcRecord | None = None
    error: DmarcError | None = None

    @cached_property
    def subject(self) -> Subject:
        return Subject(
            "dmarc", self.answer.name, self.answer.rdtype, self.texts or self.answer.records
        )


@dataclass(frozen=True)
class Discovery:
    """The walk, from the domain up.

    `applied` is the step whose record applies, None where there is none. `organizational` is the
    organizational domain as far as DMARC records tell it. `failed` is the first step the DNS did
    not answer, where that leaves the outcome open.
    """

    domain: str
    steps: tuple[Step, ...]
    applied: Step | None
    organizational: str
    failed: Step | None

    @property
    def policy(self) -> str:
        """What receivers apply to mail of the domain itself, "" without a record."""
        if not self.applied:
            return ""
        inherited = self.applied.domain != self.domain
        record = self.applied.record
        return record.applied(record.subdomain_policy if inherited else record.policy)

    @property
    def broken(self) -> Step | None:
        """Where no record applies: the nearest one that would, if it could be read."""
        if self.applied:
            return None
        return next((step for step in self.steps if step.error or len(step.texts) > 1), None)


def walk_names(domain: str) -> list[str]:
    """The names to ask at, from the domain up to its top-level domain."""
    return [domain, *parents(domain)[1:][1 - LABELS_MAX :]]


async def discover(domain: str, resolver: Resolver) -> Discovery:
    """The record that applies to the domain; all names are asked at once."""
    steps = _walked(await asyncio.gather(*(_step(name, resolver) for name in walk_names(domain))))
    organizational = organizational_domain(steps)
    applied = _applied(steps, organizational)
    # A record at the domain itself settles the matter; otherwise a silent name leaves it open.
    silent = [step for step in steps if not step.answer.known]
    settled = applied is not None and applied.domain == domain
    return Discovery(
        domain, steps, applied, organizational, silent[0] if silent and not settled else None
    )


def _walked(steps):
    """RFC 9989 section 4.10: the walk ends at a record with psd=n, and above the domain itself at
    one with psd=y; what is above decides nothing."""
    for count, step in enumerate(steps, 1):
        suffix = step.record.public_suffix if step.record else ""
        if suffix == "n" or (suffix == "y" and count > 1):
            return tuple(steps[:count])
    return tuple(steps)


def organizational_domain(steps: Sequence[Step]) -> str:
    """RFC 9989 section 4.10.2, on the steps of a walk from the longest name to the shortest."""
    with_record = [step for step in steps if step.record]
    for step in with_record:
        if step.record.public_suffix == "n":
            return step.domain
        if step.record.public_suffix == "y" and step is not steps[0]:
            names = [item.domain for item in steps]
            return names[names.index(step.domain) - 1]
    return with_record[-1].domain if with_record else steps[0].domain


def _applied(steps, organizational):
    """RFC 9989 section 4.10.1: the domain, else its organizational domain, else the suffix."""
    with_record = [step for step in steps if step.record]
    own = [step for step in with_record if step is steps[0]]
    above = [step for step in with_record if step.domain == organizational]
    return next(iter(own or above or with_record), None)


async def _step(domain, resolver):
    answer = await resolver.query(f"_dmarc.{domain}", "TXT")
    texts = tuple(text for text in answer.records if is_dmarc(text))
    if len(texts) != 1:  # RFC 7489 section 6.6.3, step 5: several count as none
        return Step(domain, answer, texts)
    try:
        return Step(domain, answer, texts, record=parse(texts[0]))
    except DmarcError as error:
        return Step(domain, answer, texts, error=error)
