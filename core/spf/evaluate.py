"""check_host: may this client send for this domain (RFC 7208 sections 4 to 6)."""

import asyncio
import ipaddress
from dataclasses import dataclass
from enum import Enum

from ..dns.name import InvalidName, is_subdomain, to_ascii
from ..dns.resolver import Resolver, Status
from ..name import spelling
from . import macro
from .expand import Address, Message, expand_explanation, expand_name
from .ranges import network
from .record import LOOKUPS_MAX, MX_HOSTS_MAX, VOID_LOOKUPS_MAX, SpfRecord, is_spf
from .zone import Zone

PATH_MAX = 1024  # characters of an address or HELO name; RFC 5321 section 4.5.3.1 allows 256
PTR_NAMES_MAX = 10  # RFC 7208 section 4.6.4


class Result(str, Enum):
    """RFC 7208 section 2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


QUALIFIERS = {
    "+": Result.PASS,
    "-": Result.FAIL,
    "~": Result.SOFTFAIL,
    "?": Result.NEUTRAL,
}  # RFC 7208 section 4.6.2


@dataclass(frozen=True)
class SpfResult:
    """What a receiver makes of a client.

    `explanation` is what the domain says about a fail, "" where it says nothing. `domain` and
    `term` tell the record and the directive that decided. `problem` tells, for an error, which:
    dns, multiple, syntax, missing (the record another one refers to), lookups, void_lookups, mx.
    """

    result: Result
    explanation: str = ""
    domain: str = ""
    term: str = ""
    problem: str = ""
    lookups: int = 0
    void_lookups: int = 0


async def check_host(
    ip: str | Address,
    domain: str,
    sender: str,
    helo: str,
    resolver: Resolver,
    receiver: str = "unknown",
    now: int = 0,
) -> SpfResult:
    """The result for a client, as a receiver comes to it.

    :param ip: address of the SMTP client
    :param domain: the domain to check: that of the MAIL FROM, or the HELO name
    :param sender: the MAIL FROM address; "" for a bounce
    :param receiver: name of the receiving host, for %{r}
    :param now: seconds since the epoch, for %{t}
    """
    if "@" not in sender or sender.startswith("@"):  # RFC 7208 sections 2.4 and 4.3
        sender = f"postmaster@{sender.lstrip('@') or helo}"
    sender, helo = sender[-PATH_MAX:], helo[-PATH_MAX:]
    address = ipaddress.ip_address(ip)
    address = getattr(address, "ipv4_mapped", None) or address  # RFC 7208 section 5
    message = Message(address, sender, helo, receiver, now)
    return await _Evaluation(message, Zone.of(resolver)).run(domain)


class _Stop(Exception):
    """The evaluation ends with an error, however deep it is."""

    def __init__(self, result, problem, domain, term=""):
        super().__init__(result, problem)
        self.result = result
        self.problem = problem
        self.domain = domain
        self.term = term


@dataclass(frozen=True)
class _Outcome:
    result: Result
    domain: str
    record: SpfRecord | None
    term: str = ""


class _Evaluation:
    """One message, with the counters all its records share."""

    def __init__(self, message, resolver):
        self.message = message
        self.resolver = resolver
        self.number = network(str(message.ip), 32, 128)[0][0]
        self.rdtype = "A" if message.ip.version == 4 else "AAAA"
        self.lookups = self.void_lookups = 0
        self.names = None
        self._matchers = {
            "all": self._match_all,
            "include": self._match_include,
            "a": self._match_a,
            "mx": self._match_mx,
            "ptr": self._match_ptr,
            "ip4": self._match_ip,
            "ip6": self._match_ip,
            "exists": self._match_exists,
        }

    async def run(self, domain):
        try:
            domain = to_ascii(domain)
        except InvalidName:
            return SpfResult(Result.NONE)  # RFC 7208 section 4.3
        if "." not in domain:
            return SpfResult(Result.NONE, domain=domain)
        try:
            outcome = await self._check(domain)
        except _Stop as stop:
            return SpfResult(
                stop.result,
                domain=stop.domain,
                term=stop.term,
                problem=stop.problem,
                lookups=self.lookups,
                void_lookups=self.void_lookups,
            )
        explanation = await self._explain(outcome) if outcome.result == Result.FAIL else ""
        return SpfResult(
            outcome.result,
            explanation,
            outcome.domain,
            outcome.term,
            lookups=self.lookups,
            void_lookups=self.void_lookups,
        )

    async def _check(self, domain):
        """check_host itself, which include and redirect call again (RFC 7208 section 4)."""
        record = await self._record(domain)
        if record is None:
            return _Outcome(Result.NONE, domain, None)
        for directive in record.directives:
            if directive.costs_lookup:
                self._count_lookup(domain, directive.text)
            if await self._matchers[directive.mechanism](directive, domain):
                return _Outcome(QUALIFIERS[directive.qualifier], domain, record, directive.text)
        if record.modifier("redirect") is not None:
            return await self._redirect(record, domain)
        return _Outcome(Result.NEUTRAL, domain, record)  # RFC 7208 section 4.7

    async def _record(self, domain):
        """The one valid record of a domain, or None (RFC 7208 sections 4.4 to 4.6)."""
        answer = await self.resolver.query(domain, "TXT")
        if not answer.known and answer.status != Status.INVALID_NAME:
            raise _Stop(Result.TEMPERROR, "dns", domain)
        texts = [text for text in answer.records if is_spf(text)]
        if not texts:
            return None
        if len(texts) > 1:
            raise _Stop(Result.PERMERROR, "multiple", domain)
        record = self.resolver.parse(texts[0])
        if record.problems:
            raise _Stop(Result.PERMERROR, "syntax", domain, record.problems[0].term)
        return record

    async def _redirect(self, record, domain):  # RFC 7208 section 6.1
        value = record.modifier("redirect")
        self._count_lookup(domain, f"redirect={value}")
        target = await self._expand(value, domain)
        outcome = await self._check(target)
        if outcome.result == Result.NONE:
            raise _Stop(Result.PERMERROR, "missing", target, f"redirect={value}")
        return outcome

    async def _explain(self, outcome):  # RFC 7208 section 6.2
        value = outcome.record.modifier("exp")
        if value is None:
            return ""
        answer = await self.resolver.query(await self._expand(value, outcome.domain), "TXT")
        if len(answer.records) != 1:
            return ""
        try:
            parts = macro.parse(answer.records[0], explanation=True)
        except macro.MacroError:
            return ""
        return await expand_explanation(parts, self.message, outcome.domain, self.validated_names)

    # ---- mechanisms, RFC 7208 section 5 --------------------------------------------------

    async def _match_all(self, directive, domain):
        return True

    async def _match_include(self, directive, domain):
        target = await self._expand(directive.value, domain)
        outcome = await self._check(target)
        if outcome.result == Result.NONE:
            raise _Stop(Result.PERMERROR, "missing", target, directive.text)
        return outcome.result == Result.PASS

    async def _match_a(self, directive, domain):
        target = await self._expand(directive.value, domain)
        answer = await self._ask(target, self.rdtype, domain, directive)
        return self._in_network(answer.records, directive)

    async def _match_mx(self, directive, domain):
        target = await self._expand(directive.value, domain)
        answer = await self._ask(target, "MX", domain, directive)
        if len(answer.records) > MX_HOSTS_MAX:
            raise _Stop(Result.PERMERROR, "mx", domain, directive.text)
        hosts = [text.split(" ", 1)[1] for text in answer.records]
        answers = await asyncio.gather(
            *(self._ask(host, self.rdtype, domain, directive) for host in hosts)
        )
        return any(self._in_network(item.records, directive) for item in answers)

    async def _match_ptr(self, directive, domain):
        target = spelling(await self._expand(directive.value, domain))
        return any(is_subdomain(name, target) for name in await self.validated_names())

    async def _match_ip(self, directive, domain):
        return self._is_in(directive.ranges)

    async def _match_exists(self, directive, domain):
        target = await self._expand(directive.value, domain)
        answer = await self._ask(target, "A", domain, directive)
        return bool(answer.records)

    # ---- questions -----------------------------------------------------------------------

    async def validated_names(self):
        """The names of the client that lead back to it (RFC 7208 section 5.5)."""
        if self.names is None:
            self.names = await self._validate_names()
        return self.names

    async def _validate_names(self):
        ip = self.message.ip
        answer = await self.resolver.query(ip.reverse_pointer, "PTR")
        names = answer.records[:PTR_NAMES_MAX]
        answers = await asyncio.gather(*(self.resolver.query(name, self.rdtype) for name in names))
        return tuple(
            name.lower()
            for name, item in zip(names, answers, strict=True)
            if ip in map(ipaddress.ip_address, item.records)
        )

    async def _ask(self, name, rdtype, domain, directive):
        answer = await self.resolver.query(name, rdtype)
        if answer.known and answer.status != Status.OK:
            self.void_lookups += 1
            if self.void_lookups > VOID_LOOKUPS_MAX:
                raise _Stop(Result.PERMERROR, "void_lookups", domain, directive.text)
        elif answer.status not in (Status.OK, Status.INVALID_NAME):
            raise _Stop(Result.TEMPERROR, "dns", domain, directive.text)
        return answer

    async def _expand(self, value, domain):
        if not value:
            return domain
        parts = macro.parse_domain_spec(value)
        return await expand_name(parts, self.message, domain, self.validated_names)

    def _count_lookup(self, domain, term):
        self.lookups += 1
        if self.lookups > LOOKUPS_MAX:
            raise _Stop(Result.PERMERROR, "lookups", domain, term)

    def _in_network(self, addresses, directive):
        return any(
            self._is_in(network(address, directive.prefix4, directive.prefix6))
            for address in addresses
        )

    def _is_in(self, ranges):
        return any(first <= self.number <= last for first, last in ranges)
