"""What evaluating an SPF record costs in DNS look-ups, term by term, and what each term leads to.

A receiver stops at the tenth look-up (RFC 7208 section 4.6.4). Here counting goes on, so that an
administrator sees which term costs how much. Terms whose name depends on the message (macros) are
counted and not asked for. Whom the whole lets send is read from this tree in `meaning`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from ..dns.resolver import Answer, Resolver, Status
from ..name import spelling
from . import macro
from .cost import Cost
from .expand import expand_static
from .ranges import ALL, IPV4, IPV6, network, union
from .record import (
    MX_HOSTS_MAX,
    Directive,
    Modifier,
    SpfRecord,
    count_terms,
    evaluated_terms,
    is_spf,
    is_too_long,
)
from .zone import Zone

FOLLOWED_MAX = 110  # names that are asked; no receiver asks for more: ten hosts each of ten mx
FOLLOWED_TERMS_MAX = 2000  # terms of all records that are followed; ten large providers have fewer
NETWORKS_MAX = 64  # addresses one term leads to that are looked at; few hosts have ten
PASSING = frozenset(("loop", "not_followed"))  # problems of one way through the tree, not of a name


def spf_records(answer: Answer) -> tuple[str, ...]:
    """The SPF records among the TXT records of an answer (RFC 7208 section 4.5)."""
    return tuple(text for text in answer.records if is_spf(text))


async def measure_domain(domain: str, resolver: Resolver) -> Cost | None:
    """The cost tree of the one SPF record of a domain, None where there is not exactly one."""
    zone = Zone.of(resolver)
    texts = spf_records(await zone.query(domain, "TXT"))
    if len(texts) != 1:
        return None
    if is_too_long(texts[0]):
        return Cost(texts[0], domain, problem="too_long")
    return await measure(zone.parse(texts[0]), domain, zone)


async def measure(record: SpfRecord, domain: str, resolver: Resolver) -> Cost:
    """The cost tree of a parsed record that is published at `domain`, or could be."""
    return _root(record, domain, await _Walk(Zone.of(resolver)).terms(record, (domain,)))


async def measure_all(records: Sequence[SpfRecord], domain: str, zone: Zone) -> tuple[Cost, ...]:
    """The cost trees of records at one domain, all within the limits of one walk."""
    walk = _Walk(zone)
    children = await asyncio.gather(*(walk.terms(record, (domain,)) for record in records))
    return tuple(map(_root, records, [domain] * len(records), children))


def assemble(record: SpfRecord, domain: str, zone: Zone) -> Cost | None:
    """The cost tree of a record all of whose terms have been measured; None where one has not."""
    keys = [term_key(term, domain, domain) for term in _costly_terms(record)]
    # An include is what a redirect became that met other records.
    children = [zone.costs.get(key) or zone.costs.get(("redirect", *key[1:])) for key in keys]
    return None if None in children else _root(record, domain, tuple(children))


def _root(record, domain, children):
    problem = "syntax" if record.problems else None
    return Cost(record.text, domain, children=children, problem=problem, record=record)


def term_key(term: Directive | Modifier, domain: str, origin: str) -> tuple:
    """(mechanism, name, prefix lengths, whether all macros are filled in) of a term: what is
    equal here does the same, whatever its spelling and its qualifier.

    :param domain: the domain whose record it is in
    :param origin: the domain that is checked
    """
    if isinstance(term, Modifier):
        kind, prefixes = term.name, (32, 128)
    else:
        kind, prefixes = term.mechanism, (term.prefix4, term.prefix6)
    if not term.value or kind in ("ip4", "ip6"):
        return kind, term.value.lower() or domain, *prefixes, True
    name, whole = expand_static(macro.parse_domain_spec(term.value), domain, origin)
    name = macro.fit_name(name) if whole else name
    return kind, spelling(name) if whole else name.lower(), *prefixes, whole


def _costly_terms(record):
    return [term for term in evaluated_terms(record) if term.costs_lookup]


class _Walk:
    """One walk through a tree of records, with its limits."""

    def __init__(self, zone):
        self.zone = zone
        self.names_left = FOLLOWED_MAX
        self.terms_left = FOLLOWED_TERMS_MAX

    async def terms(self, record, path):
        terms = _costly_terms(record)
        return tuple(await asyncio.gather(*(self.term(term, path) for term in terms)))

    async def term(self, term, path):
        key = term_key(term, path[-1], path[0])
        if key in self.zone.costs:
            return self.again(term, self.zone.costs[key])
        cost = await self.follow(term, key, path)
        if not cost.problems & PASSING or len(path) == 1:
            self.zone.costs[key] = cost
        return cost

    def again(self, term, cost):
        """What has been followed before."""
        self.names_left -= cost.total_names
        self.terms_left -= cost.total_terms
        if self.names_left < 0 or self.terms_left < 0:
            return Cost(term.text, cost.domain, lookups=1, problem="not_followed")
        return cost if cost.term == term.text else replace(cost, term=term.text)

    async def follow(self, term, key, path):
        kind, domain, _prefix4, _prefix6, whole = key
        if kind == "ptr" or not whole:
            may_be_void = kind in ("a", "mx", "exists")
            return Cost(term.text, "", lookups=1, macro=_macro(key), may_be_void=may_be_void)
        self.names_left -= 1
        if self.names_left < 0:
            return Cost(term.text, domain, lookups=1, problem="not_followed")
        if kind in ("include", "redirect"):
            return await self.record(term, domain, path)
        if kind == "mx":
            return await self.mail_hosts(term, domain)
        types = ("A",) if kind == "exists" else ("A", "AAAA")
        return _leads_to(term, domain, await self.ask((domain,), types))

    async def record(self, term, domain, path):
        """include and redirect: the record of another domain."""
        if domain in path:
            return Cost(term.text, domain, lookups=1, problem="loop")
        answer = await self.zone.query(domain, "TXT")
        if not answer.known and answer.status != Status.INVALID_NAME:
            return _unknown(term, domain, answer)
        records = spf_records(answer)
        if len(records) != 1:
            void, problem = int(answer.status != Status.OK), "multiple" if records else "missing"
            return Cost(term.text, domain, lookups=1, void_lookups=void, problem=problem)
        if is_too_long(records[0]):
            return Cost(term.text, domain, lookups=1, problem="too_long")
        self.terms_left -= count_terms(records[0])
        if self.terms_left < 0:
            return Cost(term.text, domain, lookups=1, problem="not_followed")
        record = self.zone.parse(records[0])
        return Cost(
            term.text,
            domain,
            lookups=1,
            children=await self.terms(record, (*path, domain)),
            problem="syntax" if record.problems else None,
            record=record,
        )

    async def mail_hosts(self, term, domain):
        answer = await self.zone.query(domain, "MX")
        if not answer.known and answer.status != Status.INVALID_NAME:
            return _unknown(term, domain, answer)
        if len(answer.records) > MX_HOSTS_MAX:
            return Cost(term.text, domain, lookups=1, problem="too_many_mx")
        hosts = [text.split(" ", 1)[1] for text in answer.records]
        self.names_left -= len(hosts)
        if self.names_left < 0:
            return Cost(term.text, domain, lookups=1, problem="not_followed")
        cost = _leads_to(term, domain, await self.ask(hosts, ("A", "AAAA")), 1 + len(hosts))
        if answer.status in (Status.NXDOMAIN, Status.NODATA):
            return replace(cost, void_lookups=1, void4=1, void6=1)
        return cost

    async def ask(self, names, types):
        return await asyncio.gather(
            *(self.zone.query(name, rdtype) for name in names for rdtype in types)
        )


def _macro(key):
    """A term as text, spelled the same wherever it means the same."""
    kind, name, prefix4, prefix6, _whole = key
    text = f"{kind}={name}" if kind == "redirect" else f"{kind}:{name}"
    return text if (prefix4, prefix6) == (32, 128) else f"{text}/{prefix4}//{prefix6}"


def _leads_to(term, domain, answers, names=1):
    """The cost of a term that leads to addresses, or to nothing."""
    void = [answer for answer in answers if answer.known and answer.status != Status.OK]
    useful = {answer.name for answer in answers if answer.status == Status.OK}
    matches, silent = _addresses(term, answers)
    failed = next((item for item in answers if _is_silent(item)), None)
    return Cost(
        term.text,
        domain,
        lookups=1,
        void_lookups=len({answer.name for answer in void} - useful),
        problem="unknown" if failed else None,
        status=failed.status.value if failed else "",
        matches=matches,
        silent=silent,
        void4=sum(answer.rdtype == "A" for answer in void),
        # a client of IPv6 asks exists for IPv4 as well, RFC 7208 section 5.7
        void6=sum(answer.rdtype == "AAAA" or term.mechanism == "exists" for answer in void),
        names=names,
    )


def _addresses(term, answers):
    """(addresses that match, addresses about which nothing is known)"""
    pairs = [(answer.rdtype, text) for answer in answers for text in answer.records]
    silent = [IPV4 if item.rdtype == "A" else IPV6 for item in answers if _is_silent(item)]
    if term.mechanism == "exists":
        return (ALL if pairs else ()), (ALL if silent else ())
    if len(pairs) > NETWORKS_MAX:
        silent.append(ALL)
    matches = (network(text, term.prefix4, term.prefix6) for _rdtype, text in pairs[:NETWORKS_MAX])
    return union(*matches), union(*silent)


def _is_silent(answer):
    return not answer.known and answer.status != Status.INVALID_NAME


def _unknown(term, domain, answer):
    status = answer.status.value
    return Cost(term.text, domain, lookups=1, problem="unknown", status=status, silent=ALL)
