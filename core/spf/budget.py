"""What evaluating an SPF record costs in DNS look-ups, term by term.

A receiver stops at the tenth look-up (RFC 7208 section 4.6.4). Here counting goes on, so that an
administrator sees which term costs how much. Terms whose name depends on the message (macros) are
counted and not asked for.
"""

import asyncio
from dataclasses import dataclass

from ..resolver import Status
from .record import MX_HOSTS_MAX, Modifier, is_spf, parse

FOLLOWED_MAX = 100  # costly terms that are followed; ten times what any receiver would follow


@dataclass(frozen=True)
class Cost:
    """One term, what it costs itself, and the terms of the record it leads to.

    `problem` is None or one of: unknown, missing, multiple, syntax, loop, too_many_mx,
    not_followed. `status` is the resolver's status where the problem is "unknown".
    """

    term: str
    domain: str
    lookups: int = 0
    void_lookups: int = 0
    children: tuple["Cost", ...] = ()
    problem: str | None = None
    status: str = ""

    @property
    def total_lookups(self):
        return self.lookups + sum(child.total_lookups for child in self.children)

    @property
    def total_void_lookups(self):
        return self.void_lookups + sum(child.total_void_lookups for child in self.children)

    def walk(self):
        """This term and all below it, in the order of evaluation."""
        yield self
        for child in self.children:
            yield from child.walk()


def spf_records(answer):
    """The SPF records among the TXT records of an answer (RFC 7208 section 4.5)."""
    return tuple(text for text in answer.records if is_spf(text))


async def measure(record, domain, resolver):
    """The cost tree of a parsed record that is published at `domain`."""
    children = await _Walk(resolver).terms(record, (domain,))
    return Cost(record.text, domain, children=children)


def evaluated_terms(record):
    """The terms a receiver can get to: up to "all", and redirect only without it."""
    reached = []
    for directive in record.directives:
        reached.append(directive)
        if directive.mechanism == "all":
            return tuple(reached)  # RFC 7208 section 5.1
    redirect = (item for item in record.modifiers if item.name == "redirect")
    return (*reached, *redirect)


class _Walk:
    """One walk through a tree of records, with its limit."""

    def __init__(self, resolver):
        self.resolver = resolver
        self.left = FOLLOWED_MAX

    async def terms(self, record, path):
        costly = [term for term in evaluated_terms(record) if term.costs_lookup]
        return tuple(await asyncio.gather(*(self.term(term, path) for term in costly)))

    async def term(self, term, path):
        kind = term.name if isinstance(term, Modifier) else term.mechanism
        domain = term.value.rstrip(".").lower() or path[-1]
        if "%" in domain or kind == "ptr":
            return Cost(term.text, "", lookups=1)
        self.left -= 1
        if self.left < 0:
            return Cost(term.text, domain, lookups=1, problem="not_followed")
        if kind in ("include", "redirect"):
            return await self.record(term.text, domain, path)
        return await self.addresses(term.text, kind, domain)

    async def record(self, text, domain, path):
        """include and redirect: the record of another domain."""
        if domain in path:
            return Cost(text, domain, lookups=1, problem="loop")
        answer = await self.resolver.query(domain, "TXT")
        if not answer.known:
            return Cost(text, domain, lookups=1, problem="unknown", status=answer.status.value)
        records = spf_records(answer)
        if len(records) != 1:
            return Cost(text, domain, lookups=1, void_lookups=int(answer.status != Status.OK),
                        problem="multiple" if records else "missing")
        record = parse(records[0])
        children = await self.terms(record, (*path, domain))
        problem = "syntax" if record.problems else None
        return Cost(text, domain, lookups=1, children=children, problem=problem)

    async def addresses(self, text, kind, domain):
        """a, mx and exists: what the name leads to does not matter, whether it does."""
        types = {"a": ("A", "AAAA"), "mx": ("MX",), "exists": ("A",)}[kind]
        answers = await asyncio.gather(*(self.resolver.query(domain, item) for item in types))
        if any(answer.status == Status.OK for answer in answers):
            too_many = kind == "mx" and len(answers[0].records) > MX_HOSTS_MAX
            return Cost(text, domain, lookups=1, problem="too_many_mx" if too_many else None)
        failed = next((answer for answer in answers if not answer.known), None)
        if failed:
            return Cost(text, domain, lookups=1, problem="unknown", status=failed.status.value)
        return Cost(text, domain, lookups=1, void_lookups=1)
