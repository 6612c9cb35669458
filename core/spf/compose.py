"""The text of one SPF record made of the terms of several."""

from collections.abc import Collection, Sequence
from itertools import chain

from .record import VERSION, Modifier, SpfRecord, evaluated_terms

_REDIRECT = "redirect="
DEFAULT_ALL = "~all"  # fails softly; a forgotten sender then is not refused outright


def compose(
    records: Sequence[SpfRecord], needed: Sequence[str] = (), omitted: Collection[str] = ()
) -> str:
    """One record with the mechanisms of all records in their order, then the needed ones."""
    terms = [*chain(*(mechanisms(record, len(records)) for record in records)), *needed]
    return finish(records, [term for term in terms if term not in omitted], omitted)


def finish(
    records: Sequence[SpfRecord], terms: Sequence[str], omitted: Collection[str] = ()
) -> str:
    """The record with those mechanisms, and with the ending and the modifiers of the records."""
    terms = dict.fromkeys(terms)
    return " ".join((VERSION, *terms, _ending(records, omitted), *_modifiers(records)))


def mechanisms(record: SpfRecord, count: int = 1) -> list[str]:
    """The terms that a receiver gets to, without "all", which ends the merged record.

    :param count: of the records that become one: a redirect that meets others becomes an include,
        which lets the same servers send
    """
    terms = []
    for term in evaluated_terms(record):
        if isinstance(term, Modifier):
            terms += [as_include(term)] if count > 1 else []
        elif term.mechanism != "all":
            terms.append(term.text)
    return terms


def with_own_ending(text: str) -> str:
    """A record that redirects as one that includes the same record and ends by itself."""
    terms = [term for term in text[len(VERSION) :].split(" ") if term]
    redirects = [term for term in terms if term.lower().startswith(_REDIRECT)]
    terms = [term for term in terms if term not in redirects]
    # RFC 7208 section 6.1: a redirect comes last, wherever it stands.
    included = [f"include:{term[len(_REDIRECT) :]}" for term in redirects]
    return " ".join((VERSION, *terms, *included, DEFAULT_ALL))


def as_include(redirect: Modifier) -> str:
    return f"include:{redirect.value}"


def _ending(records, omitted):
    last = evaluated_terms(records[0])[-1:] if len(records) == 1 else ()
    if last and isinstance(last[0], Modifier) and last[0].text not in omitted:
        return last[0].text
    qualifiers = {
        item.qualifier
        for record in records
        for item in record.directives
        if item.mechanism == "all"
    }
    return "-all" if qualifiers == {"-"} else DEFAULT_ALL


def _modifiers(records):
    texts = {}
    for record in records:
        for item in record.modifiers:
            texts.setdefault(item.name, item.text)
    for name in ("redirect", "v"):  # a second "v=spf1" stands between two records joined in one
        texts.pop(name, None)
    return tuple(texts.values())
