"""What is to be said about the DMARC record of a domain."""

import asyncio
from contextlib import suppress

from ..dns.name import InvalidName, is_subdomain, to_ascii
from ..dns.resolver import Resolver
from ..findings.finding import Finding, finding, unknown
from .discovery import discover
from .record import PERCENT_MAX, DmarcError, is_dmarc, parse

REPORTS_MAX = 8  # report addresses that are looked at; receivers need serve two (RFC 7489 s. 6.2)


async def check(domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """The findings about DMARC of a domain."""
    discovery = await discover(domain, resolver)
    own = discovery.steps[0]
    expected = _proposal(domain, own.texts)
    if len(own.texts) > 1:
        return (own.subject.say("dmarc_multiple", expected, count=len(own.texts)),)
    if own.error:
        return (own.subject.say(own.error.code, expected, **own.error.params),)
    if discovery.failed:
        return (unknown("dmarc", discovery.failed.answer),)
    if not discovery.applied:
        return (own.subject.say("dmarc_missing", expected),)
    reports = await _check_report_addresses(discovery.applied, resolver)
    return (_judge_policy(discovery), *_judge_details(discovery.applied), *reports)


def _proposal(domain, texts):
    """The first record that is valid, else one that only asks for reports."""
    for text in texts:
        with suppress(DmarcError):
            parse(text)
            return text
    return f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"


def _judge_policy(discovery):
    step = discovery.applied
    code = "dmarc_policy_none" if discovery.policy == "none" else "dmarc_ok"
    if step.domain != discovery.domain:
        code += "_inherited"
    return step.subject.say(code, policy=discovery.policy, source=step.domain)


def _judge_details(step):
    record = step.record
    for tag, value in record.ignored:
        yield step.subject.say("dmarc_tag_invalid", tag=tag, value=value)
    if record.percent != PERCENT_MAX:
        yield step.subject.say("dmarc_percent", percent=record.percent)
    if record.testing:
        yield step.subject.say("dmarc_test_mode")
    if record.policy != "none" and record.subdomain_policy == "none":
        yield step.subject.say("dmarc_subdomains_unprotected", policy=record.policy)
    if not record.aggregate:
        yield step.subject.say("dmarc_no_reports")
    reports = record.aggregate + record.failure
    if len(reports) > REPORTS_MAX:
        yield step.subject.say("dmarc_too_many_reports", count=len(reports), limit=REPORTS_MAX)
    for address in reports[:REPORTS_MAX]:
        if not address.domain:
            yield step.subject.say("dmarc_report_address_invalid", address=address.uri)


async def _check_report_addresses(step, resolver):
    """Addresses in another organization must agree (RFC 7489 section 7.1)."""
    reports = (step.record.aggregate + step.record.failure)[:REPORTS_MAX]
    addresses = {item.domain: item for item in reports if item.domain}
    findings = await asyncio.gather(
        *(_check_report_address(step, item, resolver) for item in addresses.values())
    )
    return tuple(item for item in findings if item)


async def _check_report_address(step, address, resolver):
    try:
        domain = to_ascii(address.domain)
        name = to_ascii(f"{step.domain}._report._dmarc.{domain}")
    except InvalidName:
        return step.subject.say("dmarc_report_address_invalid", address=address.uri)
    if is_subdomain(domain, step.domain) or await _same_organization(domain, step, resolver):
        return None
    answer = await resolver.query(name, "TXT")
    if not answer.known:
        return unknown("dmarc_report", answer)
    if any(is_dmarc(text) for text in answer.records):
        return None
    return finding(
        "dmarc_report_unauthorized",
        "dmarc",
        name,
        "TXT",
        answer.records,
        expected="v=DMARC1",
        address=address.uri,
        domain=domain,
    )


async def _same_organization(domain, step, resolver):
    if not is_subdomain(step.domain, domain):
        return False
    return (await discover(domain, resolver)).organizational == domain
