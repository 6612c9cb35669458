"""Whether the zone of a domain is signed (RFC 4035), as information."""

import asyncio

from ..dns.name import parents
from ..dns.resolver import Resolver, Status
from ..findings.finding import Finding, finding


async def check(domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """One finding: validated, signed, not signed, or not known."""
    zones = parents(domain)[:-1]
    own, *answers = await asyncio.gather(
        resolver.query(domain, "MX"),
        *(resolver.query(zone, rdtype) for zone in zones for rdtype in ("DS", "NS")),
    )
    code = "dnssec_validated" if own.authenticated else _judge(answers[::2], answers[1::2])
    return (finding(code, "dnssec", domain, "DS"),)


def _judge(signers, delegations):
    """The nearest zone decides, from the domain up to below its top-level domain: a delegation
    without DS is unsigned, whatever the zone above it is (RFC 4035 section 5.2)."""
    for signer, delegation in zip(signers, delegations, strict=True):
        if signer.status == Status.OK:
            return "dnssec_signed"
        if not signer.known or not delegation.known:
            return "dnssec_unknown"
        if delegation.status == Status.OK:
            return "dnssec_unsigned"
    return "dnssec_unsigned"
