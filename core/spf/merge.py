"""The one SPF record to publish: what the administrator wrote, plus what the senders need."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..dns.resolver import Resolver
from .budget import measure
from .coverage import covers
from .record import LOOKUPS_MAX, VERSION, VOID_LOOKUPS_MAX, SpfRecord, parse

DEFAULT_ALL = "~all"  # fails softly; a forgotten sender then is not refused outright
BREAKING = frozenset(("missing", "multiple", "syntax", "loop"))  # make the whole record fail


@dataclass(frozen=True)
class Suggestion:
    """A record to publish.

    :param text: the record
    :param lookups: what it costs
    :param omitted: terms of the present records that are left out, because they break the record
    :param drop: includes that no sender needs, to be removed so that the look-ups suffice
    :param flatten: includes that are needed, to be replaced by the addresses they stand for
    """

    text: str
    lookups: int
    omitted: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    flatten: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return self.lookups <= LOOKUPS_MAX


async def suggest(
    domain: str, records: Sequence[SpfRecord], required: Iterable[str], resolver: Resolver
) -> Suggestion:
    """The record to publish at `domain` instead of `records`.

    :param records: the parsed records there are now, any number of them
    :param required: the terms the active senders need
    """
    text = compose(records, ())
    tree = await measure(parse(text), domain, resolver)
    omitted = _breaking(tree)
    if omitted:
        text = compose(records, (), omitted)
        tree = await measure(parse(text), domain, resolver)
    missing = [term for term in required if not await covers(tree, (term,), resolver)]
    if missing:
        text = compose(records, missing, omitted)
        tree = await measure(parse(text), domain, resolver)
    if tree.total_lookups > LOOKUPS_MAX and (repeated := _repeated(tree)):
        omitted |= repeated
        text = compose(records, missing, omitted)
        tree = await measure(parse(text), domain, resolver)
    broken = [problem.term for record in records for problem in record.problems]
    fits = tree.total_lookups <= LOOKUPS_MAX
    drop, flatten = ((), ()) if fits else await _savings(tree, required, resolver)
    return Suggestion(text, tree.total_lookups, (*broken, *sorted(omitted)), drop, flatten)


def compose(
    records: Sequence[SpfRecord], required: Iterable[str], omitted: Collection[str] = frozenset()
) -> str:
    """One record with the mechanisms of all records in their order, then the required ones."""
    terms = _mechanisms(records) + list(required)
    terms = [term for term in dict.fromkeys(terms) if term not in omitted]
    return " ".join((VERSION, *terms, *_ending(records), *_modifiers(records)))


def _mechanisms(records):
    """Without "all", which ends the merged record. A redirect that meets other records becomes
    an include, which lets the same servers send."""
    terms = []
    for record in records:
        terms += [item.text for item in record.directives if item.mechanism != "all"]
        redirect = record.modifier("redirect")
        if redirect is not None and len(records) > 1 and not _qualifiers((record,)):
            terms.append(f"include:{redirect}")
    return terms


def _ending(records):
    qualifiers = _qualifiers(records)
    if not qualifiers and len(records) == 1 and records[0].modifier("redirect") is not None:
        return (f"redirect={records[0].modifier('redirect')}",)
    return ("-all",) if qualifiers == {"-"} else (DEFAULT_ALL,)


def _qualifiers(records):
    return {
        item.qualifier
        for record in records
        for item in record.directives
        if item.mechanism == "all"
    }


def _modifiers(records):
    texts = {}
    for record in records:
        for item in record.modifiers:
            texts.setdefault(item.name, item.text)
    texts.pop("redirect", None)
    return tuple(texts.values())


def _breaking(tree):
    """The terms that make receivers reject the record as a whole."""
    void = [item for item in tree.children if item.void_lookups and not item.problem]
    too_void = tree.total_void_lookups > VOID_LOOKUPS_MAX
    broken = [
        item for item in tree.children if any(below.problem in BREAKING for below in item.walk())
    ]
    return frozenset(item.term for item in broken + (void if too_void else []))


def _repeated(tree):
    """Includes of the record that another one of its includes brings along as well."""
    repeated = set()
    for item in reversed([child for child in tree.children if child.record]):
        others = [
            other for other in tree.children if other is not item and other.term not in repeated
        ]
        if any(
            below.record and below.domain == item.domain
            for other in others
            for below in other.granting()
        ):
            repeated.add(item.term)
    return frozenset(repeated)


async def _savings(tree, required, resolver):
    """(drop, flatten): the fewest includes that bring the look-ups down to the limit."""
    includes = sorted(
        (item for item in tree.children if item.record), key=lambda item: -item.total_lookups
    )
    needed = await asyncio.gather(*(_is_needed(item, required, resolver) for item in includes))
    # Those nobody needs come first, the costly ones before the cheap ones.
    order = sorted(zip(needed, includes, strict=True), key=lambda pair: pair[0])
    excess, drop, flatten = tree.total_lookups - LOOKUPS_MAX, [], []
    for is_needed, item in order:
        if excess > 0:
            (flatten if is_needed else drop).append(item.term)
            excess -= item.total_lookups
    return tuple(drop), tuple(flatten)


async def _is_needed(item, required, resolver):
    covered = await asyncio.gather(*(covers(item, (term,), resolver) for term in required))
    return any(covered)
