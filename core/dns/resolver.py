"""Live questions to the DNS, many at once, within one time budget.

A `DnsResolver` serves one check: it keeps every answer, so nothing is asked twice, and its
`lifetime` is the time the whole check may take. What the DNS says, and every way in which it can
fail to say something, is an `Answer`; `query` raises nothing for it.
"""

import asyncio
import ipaddress
import re
import sys
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from ..error import CoreError
from ..translate import _
from .name import InvalidName, to_ascii

TIMEOUT = 2.0  # seconds one name server gets for one question; most answer within 0.1
LIFETIME = 8.0  # seconds for a whole check; a person is waiting for it
ATTEMPTS = 2  # questions to each name server before it counts as silent; a datagram can get lost
EDNS_PAYLOAD = 1232  # octets that cross every path unfragmented, DNS flag day 2020
IN_FLIGHT_MAX = 64  # open questions of one check; each one holds a socket
PORT_MAX = 65535

T = TypeVar("T")

_NAMESERVER = re.compile(
    r"(?:\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^:\[\]]+|[^\[\]]*:[^\[\]]*:[^\[\]]*))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


class InvalidNameserver(CoreError):
    """A name server that cannot be asked. Codes: nameserver_invalid, nameserver_missing."""

    sentences = {
        "nameserver_invalid": _(
            "The name server {nameserver} is not an IP address with an optional "
            "port, like 192.0.2.1:53 or [2001:db8::1]:53."
        ),
        "nameserver_missing": _(
            "This system is configured with no name server. Name one with --nameserver."
        ),
    }


class Status(str, Enum):
    """What became of a question. Only the first three are statements about the name."""

    OK = "ok"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    MALFORMED = "malformed"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    INVALID_NAME = "invalid_name"


@dataclass(frozen=True)
class Answer:
    """What the DNS said about one name and type.

    `records` are sorted, in zone-file notation without trailing dots: "192.0.2.1",
    "10 mx.example.com", the joined text of a TXT record. `chain` lists the CNAME targets that led
    from `name` to `canonical_name`. `ttl` is in seconds. `authenticated` is the AD flag, so no
    more trustworthy than the path to the name server.
    """

    name: str
    rdtype: str
    status: Status
    records: tuple[str, ...] = ()
    canonical_name: str = ""
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    authenticated: bool = False

    @property
    def known(self) -> bool:
        """Whether the DNS made a statement, be it that there is nothing."""
        return self.status in (Status.OK, Status.NXDOMAIN, Status.NODATA)


class Resolver(Protocol):
    """What the rest of core needs of a resolver: `DnsResolver`, or a substitute in tests."""

    remaining: float

    async def query(self, name: str, rdtype: str) -> Answer: ...


class DnsResolver:
    """Asks the given name servers, or those of the system, for one check.

    :param nameservers: addresses, each "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or
        "[2001:db8::1]:5353"; None for those the system is configured with
    :param port: for the addresses that name none
    :param timeout: seconds one name server gets for one question
    :param lifetime: seconds for everything asked through this object, from the first question
    :raises InvalidNameserver: an address is none, or the system is configured with none
    """

    def __init__(
        self,
        nameservers: Iterable[str] | None = None,
        port: int = 53,
        timeout: float = TIMEOUT,
        lifetime: float = LIFETIME,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._dns = _dnspython_resolver(nameservers, port)
        self._dns.timeout = timeout
        self._question_time = ATTEMPTS * timeout * len(self._dns.nameservers)
        self.lifetime = lifetime
        self._clock = clock
        self._deadline = None
        self._answers = {}
        self._loop = self._slots = None
        self._in_flight = {}

    @property
    def remaining(self) -> float:
        """Seconds left of the lifetime; it starts to run with the first question."""
        if self._deadline is None:
            self._deadline = self._clock() + self.lifetime
        return max(0.0, self._deadline - self._clock())

    async def query(self, name: str, rdtype: str) -> Answer:
        """The answer for a name (IDN or ASCII) and a type like "TXT"; never raises for it."""
        try:
            key = (to_ascii(name), rdtype)
        except InvalidName:
            return Answer(name, rdtype, Status.INVALID_NAME)
        if key not in self._answers:
            self._answers[key] = await self._share(key)
        return self._answers[key]

    async def _share(self, key):
        """Join the question of another coroutine where it is already under way."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._slots = loop, asyncio.Semaphore(IN_FLIGHT_MAX)
            self._in_flight = {}
        if key not in self._in_flight:
            self._in_flight[key] = loop.create_task(self._ask(*key))
        # Shielded: whoever stops waiting must not take the answer away from the others.
        return await asyncio.shield(self._in_flight[key])

    async def _ask(self, name, rdtype):
        async with self._slots:
            remaining = min(self.remaining, self._question_time)
            if not remaining:
                return Answer(name, rdtype, Status.TIMEOUT)
            try:
                # dnspython may sleep past its own lifetime before it tries again
                answer = await asyncio.wait_for(
                    self._dns.resolve(
                        dns.name.from_text(name),
                        rdtype,
                        raise_on_no_answer=False,
                        lifetime=remaining,
                        search=False,
                    ),
                    remaining,
                )
            except dns.resolver.NXDOMAIN as error:
                return _absent(name, rdtype, error)
            except asyncio.TimeoutError:
                return Answer(name, rdtype, Status.TIMEOUT)
            except (dns.exception.DNSException, OSError) as error:
                return Answer(name, rdtype, _failure(error))
            return _answer(name, rdtype, answer)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from ordinary code, and return its result.

    Where an event loop already runs in this thread, as in a notebook or under another greenlet of
    gevent, the coroutine gets a thread of its own.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    gevent = sys.modules.get("gevent")
    if gevent and "gevent.monkey" in sys.modules:
        # What gevent makes of `threading` would stay in this thread.
        return gevent.get_hub().threadpool.apply(asyncio.run, (coroutine,))
    from concurrent.futures import ThreadPoolExecutor  # rarely needed, and slow to import

    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(asyncio.run, coroutine).result()


def parse_nameserver(text: str, port: int = 53) -> tuple[str, int]:
    """The (address, port) that a text like "[::1]:53" names; raises InvalidNameserver."""
    match = _NAMESERVER.fullmatch(text.strip())
    try:
        address = ipaddress.ip_address(match["bracketed"] or match["plain"]) if match else None
    except ValueError:
        address = None
    number = int(match["port"] or port) if match else 0
    if not address or not 0 < number <= PORT_MAX:
        raise InvalidNameserver("nameserver_invalid", nameserver=text)
    return str(address), number


def _dnspython_resolver(nameservers, port):
    try:
        resolver = dns.asyncresolver.Resolver(configure=nameservers is None)
    except dns.resolver.NoResolverConfiguration as error:
        raise InvalidNameserver("nameserver_missing") from error
    if nameservers is not None:
        addresses = [parse_nameserver(text, port) for text in nameservers]
        resolver.nameservers = [dns.nameserver.Do53Nameserver(*pair) for pair in addresses]
    if not resolver.nameservers:
        raise InvalidNameserver("nameserver_missing")
    resolver.use_edns(0, 0, EDNS_PAYLOAD)
    # RFC 6840 section 5.7: AD in the question asks for AD in the answer.
    resolver.flags = dns.flags.RD | dns.flags.AD
    return resolver


def _answer(name, rdtype, answer):
    chain = tuple(_name(rrset[0].target) for rrset in answer.chaining_result.cnames)
    return Answer(
        name,
        rdtype,
        Status.NODATA if answer.rrset is None else Status.OK,
        records=tuple(sorted(_text(rdata) for rdata in answer.rrset or ())),
        canonical_name=chain[-1] if chain else name,
        chain=chain,
        ttl=answer.chaining_result.minimum_ttl,
        authenticated=bool(answer.response.flags & dns.flags.AD),
    )


def _absent(name, rdtype, error):
    response = error.response(error.qnames()[0])
    chain = tuple(_name(rrset[0].target) for rrset in response.resolve_chaining().cnames)
    return Answer(
        name, rdtype, Status.NXDOMAIN, chain=chain, canonical_name=chain[-1] if chain else name
    )


def _failure(error):
    """The status for an exception of dnspython."""
    if isinstance(error, dns.resolver.NoNameservers):
        return _refusal(error.kwargs["errors"][-1])
    if isinstance(error, dns.exception.Timeout):
        return Status.TIMEOUT
    if isinstance(error, (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel)):
        return Status.INVALID_NAME
    return Status.UNREACHABLE if isinstance(error, OSError) else Status.MALFORMED


def _refusal(error):
    """The status for what the last name server answered: dnspython's error tuple."""
    reason = error[3]
    if isinstance(reason, OSError):
        return Status.UNREACHABLE
    return {"SERVFAIL": Status.SERVFAIL, "REFUSED": Status.REFUSED}.get(reason, Status.MALFORMED)


def _name(name):
    return name.to_text(omit_final_dot=True).lower()


def _text(rdata):
    if rdata.rdtype == dns.rdatatype.TXT:
        return _decode(b"".join(rdata.strings))
    if rdata.rdtype == dns.rdatatype.MX:
        return f"{rdata.preference} {_name(rdata.exchange)}"
    if rdata.rdtype in (dns.rdatatype.CNAME, dns.rdatatype.PTR, dns.rdatatype.NS):
        return _name(rdata.target)
    return rdata.to_text()


def _decode(data):
    """TXT is octets. What is no UTF-8 is kept readable, octet by octet, and is no error here."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
