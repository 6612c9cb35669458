"""One domain, everything about its mail in the DNS, as one report of findings."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from .. import dkim, dmarc, spf
from ..dmarc.senders import judge, look_up
from ..dns.name import InvalidName, is_subdomain, mail_domain, to_ascii
from ..dns.resolver import Resolver, Status, run
from ..findings.finding import Finding, Severity, finding, limited, printable, worst
from ..sender import Selector, Sender
from ..transport import dnssec, mta_sts, mx, smtp_host, tls_rpt


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
    def severity(self) -> Severity:
        return worst(self.findings)

    def to_json(self) -> dict:
        """A dict of JSON types; `from_json` reads it back."""
        return {
            "domain": self.domain,
            "severity": self.severity.value,
            "asked_at": self.asked_at,
            "elapsed": self.elapsed,
            "findings": [item.to_json() for item in self.findings],
        }

    @classmethod
    def from_json(cls, data: dict) -> "DomainReport":
        findings = tuple(Finding.from_json(item) for item in data["findings"])
        return cls(data["domain"], findings, data["asked_at"], data["elapsed"])


def _utc_now():
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


async def check(
    domain: str,
    resolver: Resolver,
    selectors: Iterable[str | Selector] = (),
    senders: Sequence[Sender] = (),
    mx_host: str = "",
    remarks: Iterable[Finding] = (),
    transport: bool = False,
    fetch: mta_sts.Fetch | None = None,
    now: Callable[[], str] = _utc_now,
    clock: Callable[[], float] = time.monotonic,
) -> DomainReport:
    """The report about a domain, within the lifetime of the resolver; raises nothing for it.

    :param selectors: DKIM selectors, or their names, to check beside those of the senders
    :param senders: what is expected to send mail for the domain
    :param mx_host: see `mx.check`
    :param remarks: findings of whoever asks, about how the domain sends
    :param transport: whether to look as well at what protects mail on its way to the domain:
        MTA-STS, TLS-RPT and DNSSEC
    :param fetch: see `mta_sts.check`
    """
    asked_at, start = now(), clock()
    try:
        name = mail_domain(domain)
    except InvalidName as error:
        name = printable(domain.strip())
        findings = (finding("name_invalid", "domain", name, "", reason=error.code),)
    else:
        others = _transport(name, resolver, fetch) if transport else ()
        found = await _Check(name, resolver, selectors, senders).run(mx_host, others)
        exists = not any(item.code == "domain_missing" for item in found)
        findings = (*found, *(remarks if exists else ()))
    return DomainReport(name, findings, asked_at, round(clock() - start, 3))


def check_sync(
    domain: str, resolver: Resolver, selectors: Iterable[str | Selector] = (), **options
) -> DomainReport:
    """`check` for callers that are not coroutines."""
    return run(check(domain, resolver, selectors, **options))


def unanswered(
    domain: str, code: str, now: Callable[[], str] = _utc_now, **params: str
) -> DomainReport:
    """The report of a check that could not be made, `code` saying why; nothing is known then."""
    name = printable(domain.strip())
    return DomainReport(name, (finding(code, "domain", name, "", **params),), now(), 0.0)


class _Check:
    """One domain that has a valid name."""

    def __init__(self, domain, resolver, selectors, senders):
        self.domain = domain
        self.resolver = resolver
        self.senders = tuple(map(_normalised, senders))
        self.keys = _keys(domain, selectors, self.senders)

    async def run(self, mx_host, others):
        """All questions are in flight at once; those several checks ask are shared.

        :param others: coroutines of more findings
        """
        existence, authentication, mail, policy, *groups = await asyncio.gather(
            _check_existence(self.domain, self.resolver),
            self._check_authentication(),
            mx.check(self.domain, self.resolver, mx_host),
            dmarc.check(self.domain, self.resolver),
            *(smtp_host.check(host, self.resolver) for host in self._hosts()),
            *others,
        )
        # RFC 8020: below a name that does not exist there is nothing to report
        if existence:
            return existence
        records, verdicts = authentication
        others = (item for group in groups for item in limited(group))
        return (*limited(mail), *records, *limited(policy), *verdicts, *others)

    async def _check_authentication(self):
        """(findings about SPF and DKIM, findings about what they mean for each sender)"""
        assessment, facts, keys = await asyncio.gather(
            spf.check(self.domain, self.resolver, self.senders),
            asyncio.gather(*(look_up(self.domain, item, self.resolver) for item in self.senders)),
            asyncio.gather(
                *(
                    dkim.check(domain, self.resolver, selectors)
                    for domain, selectors in self.keys.items()
                )
            ),
        )
        found = tuple(item for group in keys for item in group)
        verdicts = (
            judge(self.domain, item, known, allowed, _keys_of(item, self.domain, found))
            for item, known, allowed in zip(self.senders, facts, assessment.allowed, strict=True)
        )
        return (*limited(assessment.findings), *found), tuple(verdicts)

    def _hosts(self):
        return dict.fromkeys(item.host for item in self.senders if item.host)


def _transport(domain, resolver, fetch):
    return (
        mta_sts.check(domain, resolver, fetch),
        tls_rpt.check(domain, resolver),
        dnssec.check(domain, resolver),
    )


def _normalised(sender):
    """With domains in the form in which they are compared; what is no domain stays as it is."""
    return replace(
        sender,
        envelope_domain=_ascii(sender.envelope_domain),
        dkim_domain=_ascii(sender.dkim_domain),
    )


def _ascii(name):
    try:
        return to_ascii(name)
    except InvalidName:
        return name


def _keys(domain, selectors, senders):
    """Signing domain -> the selectors to check there, none twice."""
    wanted = {domain: {}}
    for sender in senders:
        at = sender.dkim_domain or domain
        wanted.setdefault(at, {}).update(dict.fromkeys(sender.selectors or ()))
    known = {item.name for item in wanted[domain]}
    for item in selectors:
        selector = item if isinstance(item, Selector) else Selector(item)
        if selector.name not in known:
            known.add(selector.name)
            wanted[domain][selector] = None
    return {at: tuple(found) for at, found in wanted.items()}


def _keys_of(sender, domain, findings):
    """The findings about the keys of one sender."""
    names = {item.name for item in sender.selectors or ()}
    at = sender.dkim_domain or domain
    return tuple(
        item
        for item in findings
        if item.values.get("selector") in names and is_subdomain(item.name, at)
    )


async def _check_existence(domain, resolver):
    answer = await resolver.query(domain, "MX")
    if answer.status == Status.NXDOMAIN and not answer.chain:
        return (finding("domain_missing", "domain", domain, "MX"),)
    return ()
