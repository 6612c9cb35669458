"""What is to be said about the SPF record of a domain."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..dns.resolver import Resolver
from ..findings.finding import Finding, Subject, unknown
from ..sender import Sender
from .budget import evaluated_terms, measure, spf_records
from .coverage import covers
from .merge import Suggestion, suggest
from .record import (
    LENGTH_MAX,
    LOOKUPS_MAX,
    TERMS_MAX,
    VOID_LOOKUPS_MAX,
    count_terms,
    is_too_long,
    parse,
)

LENGTH_ADVISED = 450  # octets, RFC 7208 section 3.4: the answer then fits 512 in most cases


@dataclass(frozen=True)
class Assessment:
    """The findings, and which of the senders the record lets send.

    `allowed` holds, in the order of the senders, True, False, or None for not known.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[bool | None, ...]


async def check(domain: str, resolver: Resolver, senders: Sequence[Sender] = ()) -> Assessment:
    """The assessment of SPF of a domain for the senders that are expected."""
    answer = await resolver.query(domain, "TXT")
    if not answer.known:
        return Assessment((unknown("spf", answer),), (None,) * len(senders))
    texts = spf_records(answer)
    if is_too_long(" ".join(texts)):
        return _unread(_Case(domain, texts, None), answer, senders)
    records = [parse(text) for text in texts]
    required = tuple(dict.fromkeys(term for item in senders for term in item.spf_terms or ()))
    suggestion, tree = await asyncio.gather(
        _suggest(domain, records, required, resolver), _measure(domain, records, resolver)
    )
    case = _Case(domain, texts, suggestion)
    if not tree:
        findings = (_judge_number(case, answer), *_judge_suggestion(case))
        return Assessment(findings, (False,) * len(senders))
    covered = await asyncio.gather(*(_covers(tree, item, resolver) for item in senders))
    findings = _judge_record(case, records[0], tree, senders, covered)
    return Assessment(findings, tuple(_both(tree.usable, known) for known in covered))


async def allows(domain: str, terms: Iterable[str], resolver: Resolver) -> bool | None:
    """Whether the record of another domain, like that of a provider's envelope sender, is usable
    and covers the terms; None where that cannot be told."""
    answer = await resolver.query(domain, "TXT")
    texts = spf_records(answer)
    if not answer.known or (texts and not terms):
        return None
    if len(texts) != 1:
        return False
    if is_too_long(texts[0]):
        return None
    tree = await measure(parse(texts[0]), domain, resolver)
    return _both(tree.usable, await covers(tree, terms, resolver))


@dataclass(frozen=True)
class _Case:
    """What all findings about one domain have in common."""

    domain: str
    texts: tuple[str, ...]
    suggestion: Suggestion | None

    @cached_property
    def expected(self):
        """The record to publish instead, unless it would not work either."""
        if not self.suggestion or not self.suggestion.fits or is_too_long(self.suggestion.text):
            return None
        return self.suggestion.text if (self.suggestion.text,) != self.texts else None

    @cached_property
    def subject(self):
        return Subject("spf", self.domain, "TXT", self.texts)

    def say(self, code, **params):
        expected = None if code == "spf_ok" else self.expected
        return self.subject.say(code, expected, **params)


def _unread(case, answer, senders):
    """Of records that are too long only their number is judged."""
    if len(case.texts) > 1:
        return Assessment((_judge_number(case, answer),), (False,) * len(senders))
    item = case.say(
        "spf_too_long",
        length=len(case.texts[0]),
        terms=count_terms(case.texts[0]),
        length_limit=LENGTH_MAX,
        terms_limit=TERMS_MAX,
    )
    return Assessment((item,), (None,) * len(senders))


async def _suggest(domain, records, required, resolver):
    """None where nothing is known that could be suggested."""
    return await suggest(domain, records, required, resolver) if records or required else None


async def _measure(domain, records, resolver):
    return await measure(records[0], domain, resolver) if len(records) == 1 else None


async def _covers(tree, sender, resolver):
    return await covers(tree, sender.spf_terms, resolver) if sender.spf_terms else None


def _both(first, second):
    """The conjunction of two statements that may be None, for not known."""
    if first is False or second is False:
        return False
    return True if first and second else None


def _judge_record(case, record, tree, senders, covered):
    wrong = (
        *_judge_syntax(case, record),
        *_judge_policy(case, record),
        *_judge_cost(case, tree),
        *_judge_senders(case, senders, covered),
        *_judge_suggestion(case, tree),
    )
    return wrong or (
        case.say("spf_ok", lookups=tree.total_lookups, void_lookups=tree.total_void_lookups),
    )


def _judge_number(case, answer):
    if case.texts:  # RFC 7208 section 4.5: more than one is a permanent error
        return case.say("spf_multiple", count=len(case.texts))
    alike = [text for text in answer.records if "v=spf" in text.lower()[:20]]
    if alike:
        return Subject("spf", case.domain, "TXT", alike).say("spf_not_recognised", case.expected)
    return case.say("spf_missing")


def _judge_syntax(case, record):
    for problem in record.problems:
        yield case.say(
            "spf_syntax", problem=problem.code, term=problem.term, position=problem.position
        )


def _judge_policy(case, record):
    """What the record allows, apart from what it costs."""
    everybody = next((item for item in record.directives if item.mechanism == "all"), None)
    if everybody is None and record.modifier("redirect") is None:
        yield case.say("spf_no_all")
    if everybody and everybody.qualifier == "+":
        yield case.say("spf_permits_all", term=everybody.text)
    if everybody and everybody.qualifier == "?":
        yield case.say("spf_neutral_all", term=everybody.text)
    reached = set(evaluated_terms(record))
    for directive in record.directives:
        if directive not in reached:
            yield case.say("spf_after_all", term=directive.text)
        if directive.mechanism == "ptr":  # RFC 7208 section 5.5: do not use
            yield case.say("spf_ptr", term=directive.text)
    if len(record.text) > LENGTH_ADVISED:
        yield case.say("spf_long", length=len(record.text), limit=LENGTH_ADVISED)


def _judge_cost(case, tree):
    lookups, void_lookups = tree.total_lookups, tree.total_void_lookups
    if lookups > LOOKUPS_MAX:
        yield case.say("spf_too_many_lookups", count=lookups, limit=LOOKUPS_MAX)
    if void_lookups > VOID_LOOKUPS_MAX:
        yield case.say("spf_too_many_void_lookups", count=void_lookups, limit=VOID_LOOKUPS_MAX)
    for item in tree.walk():
        if item.problem == "unknown":
            yield case.say(
                "spf_term_unknown", term=item.term, domain=item.domain, status=item.status
            )
        elif item.problem and item is not tree:
            yield case.say(f"spf_term_{item.problem}", term=item.term, domain=item.domain)


def _judge_senders(case, senders, covered):
    """One finding about all senders that are missing: one record lets them all send."""
    missing = [sender for sender, known in zip(senders, covered, strict=True) if known is False]
    if missing:
        terms = dict.fromkeys(term for sender in missing for term in sender.spf_terms)
        names = dict.fromkeys(sender.name for sender in missing)
        yield case.say("spf_sender_missing", sender=", ".join(names), terms=" ".join(terms))


def _judge_suggestion(case, tree=None):
    """Where one record for all senders does not keep to the limit: what to do about it."""
    if not case.suggestion or case.suggestion.fits:
        return
    if not tree or tree.total_lookups <= LOOKUPS_MAX:
        yield case.say(
            "spf_too_many_lookups_merged", count=case.suggestion.lookups, limit=LOOKUPS_MAX
        )
    for term in case.suggestion.drop:
        yield case.say("spf_drop", term=term)
    for term in case.suggestion.flatten:
        yield case.say("spf_flatten", term=term)
