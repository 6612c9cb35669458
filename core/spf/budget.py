"""What evaluating an SPF record costs in DNS look-ups, term by term, and whom it lets send.

A receiver stops at the tenth look-up (RFC 7208 section 4.6.4). Here counting goes on, so that an
administrator sees which term costs how much. Terms whose name depends on the message (macros) are
counted and not asked for.
"""

import asyncio
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ..dns.resolver import Answer, Resolver, Status
from ..name import spelling
from .record import (
    LOOKUPS_MAX,
    MX_HOSTS_MAX,
    VOID_LOOKUPS_MAX,
    Directive,
    Modifier,
    SpfRecord,
    count_terms,
    is_spf,
    is_too_long,
    parse,
)

FOLLOWED_MAX = 110  # names that are asked; no receiver asks for more: ten hosts each of ten mx
FOLLOWED_TERMS_MAX = 2000  # terms of all records that are followed; ten large providers have fewer
NETWORKS_MAX = 64  # addresses one term leads to that are looked at; few hosts have ten
UNTOLD = frozenset(("unknown", "too_long"))  # problems that leave open what a receiver makes of it


@dataclass(frozen=True)
class Cost:
    """One term, what it costs itself, and the terms of the record it leads to.

    `problem` is None or one of: unknown, missing, multiple, syntax, loop, too_many_mx,
    not_followed, too_long. `status` is the resolver's status where the problem is "unknown".
    `networks` are those the term itself lets send, and `grants` is whether it lets anybody send
    at all.
    """

    term: str
    domain: str
    lookups: int = 0
    void_lookups: int = 0
    children: tuple["Cost", ...] = ()
    problem: str | None = None
    status: str = ""
    record: SpfRecord | None = None
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    grants: bool = True

    @property
    def total_lookups(self) -> int:
        return self.lookups + sum(child.total_lookups for child in self.children)

    @property
    def total_void_lookups(self) -> int:
        return self.void_lookups + sum(child.total_void_lookups for child in self.children)

    @property
    def usable(self) -> bool | None:
        """Whether a receiver can evaluate it; None where that could not be told."""
        problems = {item.problem for item in self.walk()} - {None}
        if (
            problems - UNTOLD
            or self.total_lookups > LOOKUPS_MAX
            or self.total_void_lookups > VOID_LOOKUPS_MAX
        ):
            return False
        return None if problems else True

    def to_json(self) -> dict:
        """The tree as a dict of JSON types."""
        return {
            "term": self.term,
            "domain": self.domain,
            "lookups": self.total_lookups,
            "void_lookups": self.total_void_lookups,
            "problem": self.problem,
            "children": [child.to_json() for child in self.children],
        }

    def walk(self) -> Iterator["Cost"]:
        """This term and all below it, in the order of evaluation."""
        yield self
        for child in self.children:
            yield from child.walk()

    def granting(self) -> Iterator["Cost"]:
        """Of `walk`, what can lead to the result pass."""
        if self.grants:
            yield self
            for child in self.children:
                yield from child.granting()


def spf_records(answer: Answer) -> tuple[str, ...]:
    """The SPF records among the TXT records of an answer (RFC 7208 section 4.5)."""
    return tuple(text for text in answer.records if is_spf(text))


async def measure_domain(domain: str, resolver: Resolver) -> Cost | None:
    """The cost tree of the one SPF record of a domain, None where there is not exactly one."""
    texts = spf_records(await resolver.query(domain, "TXT"))
    if len(texts) != 1:
        return None
    if is_too_long(texts[0]):
        return Cost(texts[0], domain, problem="too_long")
    return await measure(parse(texts[0]), domain, resolver)


async def measure(record: SpfRecord, domain: str, resolver: Resolver) -> Cost:
    """The cost tree of a parsed record that is published at `domain`, or could be."""
    children = await _Walk(resolver).terms(record, (domain,))
    problem = "syntax" if record.problems else None
    return Cost(
        record.text,
        domain,
        children=children,
        problem=problem,
        record=record,
        networks=_own_networks(record),
    )


def evaluated_terms(record: SpfRecord) -> tuple[Directive | Modifier, ...]:
    """The terms a receiver can get to: up to "all", and redirect only without it."""
    reached = []
    for directive in record.directives:
        reached.append(directive)
        if directive.mechanism == "all":
            return tuple(reached)  # RFC 7208 section 5.1
    redirect = (item for item in record.modifiers if item.name == "redirect")
    return (*reached, *redirect)


class _Walk:
    """One walk through a tree of records, with its limits."""

    def __init__(self, resolver):
        self.resolver = resolver
        self.names_left = FOLLOWED_MAX
        self.terms_left = FOLLOWED_TERMS_MAX

    async def terms(self, record, path):
        costly = [term for term in evaluated_terms(record) if term.costs_lookup]
        return tuple(await asyncio.gather(*(self.term(term, path) for term in costly)))

    async def term(self, term, path):
        kind = term.name if isinstance(term, Modifier) else term.mechanism
        domain = spelling(term.value) or path[-1]
        if "%" in domain or kind == "ptr":
            return Cost(term.text, "", lookups=1)
        self.names_left -= 1
        if self.names_left < 0:
            return Cost(term.text, domain, lookups=1, problem="not_followed")
        if kind in ("include", "redirect"):
            return await self.record(term, domain, path)
        return await self.addresses(term, domain)

    async def record(self, term, domain, path):
        """include and redirect: the record of another domain."""
        if domain in path:
            return Cost(term.text, domain, lookups=1, problem="loop")
        answer = await self.resolver.query(domain, "TXT")
        if not answer.known and answer.status != Status.INVALID_NAME:
            return _unknown(term, domain, answer)
        records = spf_records(answer)
        if len(records) != 1:
            return Cost(
                term.text,
                domain,
                lookups=1,
                void_lookups=int(answer.status != Status.OK),
                problem="multiple" if records else "missing",
            )
        self.terms_left -= count_terms(records[0])
        if is_too_long(records[0]) or self.terms_left < 0:
            problem = "too_long" if is_too_long(records[0]) else "not_followed"
            return Cost(term.text, domain, lookups=1, problem=problem)
        record = parse(records[0])
        return Cost(
            term.text,
            domain,
            lookups=1,
            children=await self.terms(record, (*path, domain)),
            problem="syntax" if record.problems else None,
            record=record,
            networks=_own_networks(record),
            grants=_grants(term),
        )

    async def addresses(self, term, domain):
        """a, mx and exists."""
        if term.mechanism == "mx":
            return await self.mail_hosts(term, domain)
        types = ("A",) if term.mechanism == "exists" else ("A", "AAAA")
        answers = await self.ask((domain,), types)
        if term.mechanism == "exists":
            return _leads_to(term, domain, answers, ())
        return _leads_to(term, domain, answers, _networks(term, answers))

    async def mail_hosts(self, term, domain):
        answer = await self.resolver.query(domain, "MX")
        if answer.status != Status.OK:
            return _leads_to(term, domain, (answer,), ())
        if len(answer.records) > MX_HOSTS_MAX:
            return Cost(term.text, domain, lookups=1, problem="too_many_mx")
        hosts = [text.split(" ", 1)[1] for text in answer.records]
        self.names_left -= len(hosts)
        if self.names_left < 0:
            return Cost(term.text, domain, lookups=1, problem="not_followed")
        answers = await self.ask(hosts, ("A", "AAAA"))
        return _leads_to(term, domain, (answer, *answers), _networks(term, answers))

    async def ask(self, names, types):
        return await asyncio.gather(
            *(self.resolver.query(name, rdtype) for name in names for rdtype in types)
        )


def _leads_to(term, domain, answers, networks):
    """The cost of a term that leads to addresses, or to nothing."""
    failed = next((answer for answer in answers if not answer.known), None)
    if failed and failed.status != Status.INVALID_NAME:
        return _unknown(term, domain, failed)
    names = {answer.name for answer in answers}
    useful = {answer.name for answer in answers if answer.status == Status.OK}
    return Cost(
        term.text,
        domain,
        lookups=1,
        void_lookups=len(names - useful),
        networks=networks,
        grants=_grants(term),
    )


def _unknown(term, domain, answer):
    return Cost(term.text, domain, lookups=1, problem="unknown", status=answer.status.value)


def _grants(term):
    return isinstance(term, Modifier) or term.qualifier == "+"


def _networks(term, answers):
    """The networks that the addresses in the answers stand for, with the prefix of the term."""
    found = ((answer.rdtype, text) for answer in answers for text in answer.records)
    return tuple(
        ipaddress.ip_network((text, term.prefix4 if rdtype == "A" else term.prefix6), strict=False)
        for rdtype, text in islice(found, NETWORKS_MAX)
    )


def _own_networks(record):
    """Those of the ip4 and ip6 terms a receiver gets to."""
    terms = [
        term
        for term in evaluated_terms(record)
        if not isinstance(term, Modifier) and term.mechanism in ("ip4", "ip6")
    ]
    return tuple(
        ipaddress.ip_network(
            (term.value, term.prefix4 if term.mechanism == "ip4" else term.prefix6), strict=False
        )
        for term in terms
        if _grants(term)
    )
