"""Where mail for a domain is delivered (RFC 5321 section 5.1, null MX RFC 7505)."""

import asyncio
import ipaddress
from dataclasses import dataclass

from .finding import finding, unknown
from .resolver import Status

NULL_HOST = "."  # RFC 7505 section 3


@dataclass(frozen=True, order=True)
class MxHost:
    """One MX record; the lowest preference is tried first."""

    preference: int
    host: str

    def __str__(self):
        return f"{self.preference} {self.host}"


def parse(records):
    """The hosts of the MX records of an answer, in the order of delivery."""
    split = (text.split(" ", 1) for text in records)
    return tuple(sorted(MxHost(int(preference), host) for preference, host in split))


async def check(domain, resolver):
    """The findings about where mail for the domain goes."""
    answer = await resolver.query(domain, "MX")
    if not answer.known:
        return (unknown("mx", answer),)
    hosts = parse(answer.records)
    if not hosts:
        return (await _check_implicit(domain, resolver),)
    if any(item.host == NULL_HOST for item in hosts):
        code = "mx_null" if len(hosts) == 1 else "mx_null_and_others"
        return (_say(domain, hosts, code),)
    checked = await asyncio.gather(*(_check_host(domain, item, resolver) for item in hosts))
    wrong = tuple(item for item in checked if item)
    return wrong or (_say(domain, hosts, "mx_ok",
                          hosts=", ".join(item.host for item in hosts)),)


def _say(domain, records, code, **params):
    return finding(code, "mx", domain, "MX", [str(item) for item in records], **params)


async def addresses(host, resolver):
    """The answers for both address families."""
    return await asyncio.gather(resolver.query(host, "A"), resolver.query(host, "AAAA"))


async def _check_implicit(domain, resolver):
    """Without MX records the address of the domain itself is used (RFC 5321 section 5.1)."""
    answers = await addresses(domain, resolver)
    found = [text for answer in answers for text in answer.records]
    if found:
        return finding("mx_implicit", "mx", domain, "MX", found)
    failed = [answer for answer in answers if not answer.known]
    return unknown("mx", failed[0]) if failed else _say(domain, (), "mx_missing")


async def _check_host(domain, item, resolver):
    def say(code, **params):
        return _say(domain, (item,), code, host=item.host, **params)

    if _is_address(item.host):  # RFC 5321 section 5.1: the host is a name
        return say("mx_host_is_address")
    answers = await addresses(item.host, resolver)
    alias = next((answer.chain[0] for answer in answers if answer.chain), None)
    if any(answer.status == Status.OK for answer in answers):
        # RFC 2181 section 10.3: the host must not be an alias
        return say("mx_host_is_alias", target=alias) if alias else None
    failed = next((answer for answer in answers if not answer.known), None)
    if failed:
        return say("mx_host_unknown", status=failed.status.value)
    return say("mx_host_missing")


def _is_address(text):
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
