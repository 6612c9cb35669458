"""Whether the zone of a domain is signed (RFC 4035), as information."""

import asyncio

from ..dns.name import parents
from ..dns.resolver import Resolver, Status
from ..findings.finding import Finding, finding


async def check(domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """One finding: validated, signed, not signed, or not known."""
    zones = parents(domain)[:-1]
    own, *signers = await asyncio.gather(
        resolver.query(domain, "MX"), *(resolver.query(zone, "DS") for zone in zones)
    )
    return (finding(_judge(own, signers), "dnssec", domain, "DS"),)


def _judge(own, signers):
    """A DS record at the domain or above it, up to its top-level domain, signs it."""
    if own.authenticated:
        return "dnssec_validated"
    if any(answer.status == Status.OK for answer in signers):
        return "dnssec_signed"
    if not all(answer.known for answer in signers):
        return "dnssec_unknown"
    return "dnssec_unsigned"
