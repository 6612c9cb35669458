"""One domain, everything about its mail in the DNS, as one report of findings."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timezone

from . import dkim, mx
from .dmarc import judge as dmarc
from .dns_name import InvalidName, mail_domain
from .finding import Finding, finding, printable, worst
from .resolver import Status, run
from .spf import judge as spf


@dataclass(frozen=True)
class DomainReport:
    """What the DNS said about a domain, and when.

    `asked_at` is the UTC time in ISO 8601, `elapsed` the seconds it took.
    """

    domain: str
    findings: tuple[Finding, ...]
    asked_at: str
    elapsed: float

    @property
    def severity(self):
        return worst(self.findings)

    def to_json(self):
        """A dict of JSON types; `from_json` reads it back."""
        return {
            "domain": self.domain,
            "severity": self.severity.value,
            "asked_at": self.asked_at,
            "elapsed": self.elapsed,
            "findings": [item.to_json() for item in self.findings],
        }

    @classmethod
    def from_json(cls, data):
        findings = tuple(Finding.from_json(item) for item in data["findings"])
        return cls(data["domain"], findings, data["asked_at"], data["elapsed"])


def _utc_now():
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


async def check(domain, resolver, selectors=(), now=_utc_now, clock=time.monotonic):
    """The report about a domain, within the lifetime of the resolver; raises nothing for it.

    :param selectors: the DKIM selectors mail from the domain is signed with
    """
    asked_at, start = now(), clock()
    try:
        name = mail_domain(domain)
    except InvalidName as error:
        name = printable(domain.strip())
        findings = (finding("name_invalid", "domain", name, "", reason=error.code),)
    else:
        findings = await _findings(name, resolver, selectors)
    return DomainReport(name, findings, asked_at, round(clock() - start, 3))


def check_sync(domain, resolver, selectors=()):
    """`check` for callers that are not coroutines."""
    return run(check(domain, resolver, selectors))


async def _findings(domain, resolver, selectors):
    """All questions are in flight at once; those about the name itself are shared."""
    groups = await asyncio.gather(
        _check_existence(domain, resolver),
        mx.check(domain, resolver),
        spf.check(domain, resolver),
        dkim.check(domain, resolver, selectors),
        dmarc.check(domain, resolver),
    )
    # RFC 8020: below a name that does not exist there is nothing to report
    return groups[0] or tuple(item for group in groups for item in group)


async def _check_existence(domain, resolver):
    answer = await resolver.query(domain, "MX")
    if answer.status == Status.NXDOMAIN and not answer.chain:
        return (finding("domain_missing", "domain", domain, "MX"),)
    return ()
