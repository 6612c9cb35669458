"""What is to be said about the DMARC record of a domain."""

import asyncio

from ..dns.name import InvalidName, to_ascii
from ..dns.resolver import Resolver
from ..findings.finding import Finding, Subject, unknown
from .discovery import discover
from .propose import propose
from .record import PERCENT_MAX, is_dmarc

REPORTS_MAX = 8  # report addresses that are looked at; receivers need serve two (RFC 7489 s. 6.2)
SHARED_LABELS = 2  # from which on two names look like those of one organization


async def check(domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """The findings about DMARC of a domain."""
    discovery = await discover(domain, resolver)
    own = discovery.steps[0]
    if len(own.texts) > 1 or own.error:
        return (_judge_broken(own, propose(domain, own.texts)),)
    if discovery.failed:
        return (unknown("dmarc", discovery.failed.answer),)
    if not discovery.applied:
        return (_judge_absent(discovery),)
    reports = await _check_report_addresses(discovery.applied, resolver)
    return (*_judge_policy(discovery), *_judge_details(discovery), *reports)


def _judge_broken(step, expected=None):
    if len(step.texts) > 1:
        return step.subject.say("dmarc_multiple", expected, count=len(step.texts))
    return step.subject.say(step.error.code, expected, **step.error.params)


def _judge_absent(discovery):
    """No record applies: the cause is further up, or where an alias leads, or there is none."""
    own = discovery.steps[0]
    if discovery.broken:
        return _judge_broken(discovery.broken)
    expected = propose(discovery.domain, own.answer.records)
    if own.answer.chain and not own.answer.records:
        alias = Subject("dmarc", own.answer.name, "TXT", own.answer.chain[:1], "CNAME")
        return alias.say("dmarc_target_missing", expected, target=own.answer.chain[-1])
    return own.subject.say("dmarc_missing", expected)


def _judge_policy(discovery):
    """What receivers do, or the typo that keeps them from it."""
    step, say = discovery.applied, _sayer(discovery)
    wrong = [(tag, value) for tag, value in step.record.ignored if tag in ("p", "sp", "np")]
    for tag, value in wrong:
        if tag == "p":
            yield say("dmarc_policy_misspelt", value=value)
        else:
            yield say("dmarc_subdomain_policy_invalid", tag=tag, value=value)
    if not wrong:
        code = "dmarc_policy_none" if discovery.policy == "none" else "dmarc_ok"
        if step.domain != discovery.domain:
            code += "_inherited"
        yield step.subject.say(code, policy=discovery.policy, source=step.domain)


def _sayer(discovery):
    """`Subject.say` with the record to publish, where the record is the domain's own."""
    step = discovery.applied
    if step.domain != discovery.domain:
        return step.subject.say
    proposal = propose(step.domain, step.texts)
    expected = proposal if (proposal,) != step.texts else None
    return lambda code, **params: step.subject.say(code, expected, **params)


def _judge_details(discovery):
    record, say = discovery.applied.record, _sayer(discovery)
    for part in record.slips:
        yield say("dmarc_slip", part=part or ";;")
    for tag, value in record.ignored:
        if tag not in ("p", "sp", "np"):
            yield say("dmarc_tag_invalid", tag=tag, value=value)
    if record.percent != PERCENT_MAX:
        yield say("dmarc_percent", percent=record.percent)
    if record.testing:
        yield say("dmarc_test_mode")
    if record.policy != "none" and record.subdomain_policy == "none":
        yield say("dmarc_subdomains_unprotected", policy=record.policy)
    elif record.policy != "none" and record.missing_policy == "none":
        yield say("dmarc_missing_subdomains_unprotected", policy=record.policy)
    if not record.aggregate:
        yield say("dmarc_no_reports")
    yield from _judge_addresses(record.aggregate + record.failure, say)


def _judge_addresses(reports, say):
    if len(reports) > REPORTS_MAX:
        yield say("dmarc_too_many_reports", count=len(reports), limit=REPORTS_MAX)
    for address in reports[:REPORTS_MAX]:
        if not address.domain:
            yield say("dmarc_report_address_invalid", address=address.uri)


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
    if domain == step.domain:
        return None
    there, here, answer = await asyncio.gather(
        discover(domain, resolver), discover(step.domain, resolver), resolver.query(name, "TXT")
    )
    if there.organizational == here.organizational:  # RFC 9990 section 4: nobody has to agree
        return None
    silent = next((item for item in (there.failed, here.failed) if item), None)
    if not answer.known or silent:
        return unknown("dmarc_report", answer if not answer.known else silent.answer)
    if any(is_dmarc(text) for text in answer.records):
        return None
    return Subject("dmarc", name, "TXT", answer.records).say(
        _unauthorized(domain, step.domain),
        expected="v=DMARC1",
        address=address.uri,
        domain=domain,
    )


def _unauthorized(domain, source):
    """Names of one zone, as far as anybody can tell, without a record above both that says so:
    receivers with a list of public suffixes send the reports, those that walk do not."""
    shared = domain.split(".")[-SHARED_LABELS:] == source.split(".")[-SHARED_LABELS:]
    return "dmarc_report_advised" if shared else "dmarc_report_unauthorized"
