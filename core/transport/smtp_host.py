"""Whether the address and the reverse name of an SMTP host agree (FCrDNS, RFC 1912 section 2.1).

Many receivers refuse mail from an address without such a pair.
"""

import asyncio
import ipaddress
from collections.abc import Sequence
from functools import partial

from ..dns.address import is_public
from ..dns.name import InvalidName, to_ascii
from ..dns.resolver import Resolver, Status
from ..findings.finding import Finding, Subject, unknown

ADDRESSES_MAX = 8  # of one host; large providers have more, and all of them alike
NAMES_MAX = 8  # reverse names of one address that are followed


async def check(host: str, resolver: Resolver) -> tuple[Finding, ...]:
    """The findings about a host that sends: a name, or an address."""
    subject = Subject("smtp_host", host, "A")
    try:
        addresses, silent = await _addresses(host, resolver)
    except InvalidName as error:
        return (subject.say("smtp_host_invalid", host=host, reason=error.code),)
    if silent:
        return (unknown("smtp_host", silent, host=host),)
    if not addresses:
        return (subject.say("smtp_host_missing", host=host),)
    wrong = await check_addresses(host, addresses, resolver, "smtp_host")
    fine = Subject("smtp_host", host, "PTR", addresses)
    return wrong or (fine.say("smtp_host_ok", host=host),)


async def check_addresses(
    host: str, addresses: Sequence[str], resolver: Resolver, kind: str
) -> tuple[Finding, ...]:
    """What is wrong with the reverse names of the addresses of a host.

    :param kind: "smtp_host" for one that sends, "mx_host" for one that receives, where it
        matters less
    """
    checked = await asyncio.gather(
        *(
            _check_address(host, ipaddress.ip_address(text), resolver, kind)
            for text in addresses[:ADDRESSES_MAX]
        )
    )
    return tuple(item for item in checked if item)


async def _addresses(host, resolver):
    """(addresses as texts, an answer that did not tell)."""
    try:
        return (str(ipaddress.ip_address(host.strip("[]"))),), None
    except ValueError:
        name = to_ascii(host)
    answers = await asyncio.gather(resolver.query(name, "A"), resolver.query(name, "AAAA"))
    found = tuple(text for answer in answers for text in answer.records)
    silent = next((answer for answer in answers if not answer.known), None)
    return found, None if found else silent


async def _check_address(host, address, resolver, kind):
    """None where the address is fine."""
    say = partial(_say, kind, host, address)

    if not is_public(address):  # nobody outside can look up its reverse name
        return say("private") if kind == "smtp_host" else None
    answer = await resolver.query(address.reverse_pointer, "PTR")
    if not answer.known:
        return say("reverse_unknown", status=answer.status.value)
    if answer.status != Status.OK:
        return say("no_reverse")
    names = answer.records[:NAMES_MAX]
    rdtype = "A" if address.version == 4 else "AAAA"
    forward = await asyncio.gather(*(resolver.query(name, rdtype) for name in names))
    if any(address in map(ipaddress.ip_address, item.records) for item in forward):
        return None
    if silent := next((item for item in forward if not item.known), None):
        return say("reverse_unknown", status=silent.status.value)
    return say("reverse_mismatch", found=names, names=", ".join(names))


def _say(kind, host, address, what, found=(), **params):
    subject = Subject(kind, host, "PTR", found)
    return subject.say(f"{kind}_{what}", host=host, address=str(address), **params)
