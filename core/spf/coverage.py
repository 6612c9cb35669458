"""Whether an SPF record already lets a sender send."""

import asyncio
import ipaddress
from collections.abc import Iterable

from ..dns.resolver import Resolver
from ..name import spelling
from .budget import UNTOLD, Cost
from .record import parse


async def covers(tree: Cost, terms: Iterable[str], resolver: Resolver) -> bool | None:
    """Whether the record behind a cost tree allows all that the terms allow.

    :param terms: texts of mechanisms, like "include:_spf.example.net"
    :return: True, False, or None where the DNS did not tell
    """
    record = parse(" ".join(("v=spf1", *terms)))
    results = await asyncio.gather(
        *(_covers(tree, directive, resolver) for directive in record.directives)
    )
    if all(results):
        return not record.problems
    silent = any(item.problem in UNTOLD for item in tree.walk())
    return None if silent or None in results else False


async def _covers(tree, directive, resolver):
    domain = spelling(directive.value) or tree.domain
    if directive.mechanism == "include":
        return any(item.record and item.domain == domain for item in tree.granting())
    if directive.mechanism in ("ip4", "ip6"):
        prefix = directive.prefix4 if directive.mechanism == "ip4" else directive.prefix6
        network = ipaddress.ip_network((directive.value, prefix), strict=False)
        return _allows(tree, network)
    if any(item.term.lower().lstrip("+") == directive.text.lower() for item in tree.granting()):
        return True
    return await _allows_host(tree, domain, resolver) if directive.mechanism == "a" else False


async def _allows_host(tree, host, resolver):
    answers = await asyncio.gather(resolver.query(host, "A"), resolver.query(host, "AAAA"))
    if not all(answer.known for answer in answers):
        return None
    addresses = [text for answer in answers for text in answer.records]
    return bool(addresses) and all(
        _allows(tree, ipaddress.ip_network(address)) for address in addresses
    )


def _allows(tree, network):
    return any(
        network.version == other.version and network.subnet_of(other)
        for item in tree.granting()
        for other in item.networks
    )
