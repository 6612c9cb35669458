"""Where mail for a domain is delivered (RFC 5321 section 5.1, null MX RFC 7505)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..dns.address import is_public
from ..dns.resolver import Answer, Resolver
from ..findings.finding import Finding, Severity, Subject, unknown
from ..name import is_address, spelling
from . import smtp_host

NULL_HOST = "."  # RFC 7505 section 3
HOSTS_MAX = 8  # that are looked at, in the order of delivery; few domains have more
LOCALHOST = "localhost"  # RFC 6761 section 6.3: it and all below it are the machine that asks
USUAL_NAMES = ("mail", "mx")  # of a mail host, for a proposal
LOST = ("mx_host_is_address", "mx_host_missing", "mx_host_private", "mx_private")
"""What is said about a host that takes no mail from outside: another one is proposed."""
PREFERENCE = 10  # of a record that is proposed; any number does where there is one record


@dataclass(frozen=True, order=True)
class MxHost:
    """One MX record; the lowest preference is tried first."""

    preference: int
    host: str

    def __str__(self):
        return f"{self.preference} {self.host}"


def parse(records: Iterable[str]) -> tuple[MxHost, ...]:
    """The hosts of the MX records of an answer, in the order of delivery."""
    split = (text.split(" ", 1) for text in records)
    return tuple(sorted(MxHost(int(preference), host) for preference, host in split))


async def check(domain: str, resolver: Resolver, expected_host: str = "") -> tuple[Finding, ...]:
    """The findings about where mail for the domain goes.

    :param expected_host: the host that mail for the domain should reach directly, where a
        subdomain is pointed at the mail server of Odoo; "" where mail is fetched or redirected
    """
    answer = await resolver.query(domain, "MX")
    if not answer.known:
        return (unknown("mx", answer),)
    hosts = parse(answer.records)
    expected = spelling(expected_host)
    if not hosts:
        return (await _check_implicit(domain, resolver, expected),)
    subject = Subject("mx", domain, "MX", tuple(map(str, hosts)))
    if any(item.host == NULL_HOST for item in hosts):
        code = "mx_null" if len(hosts) == 1 else "mx_null_and_others"
        return (subject.say(code, await _proposal(domain, hosts, resolver, expected)),)
    checked = await asyncio.gather(
        *(_check_host(domain, item, resolver) for item in hosts[:HOSTS_MAX])
    )
    wrong = (
        *_judge_expected(subject, hosts, expected),
        *_judge_number(subject, hosts),
        *_judge_reach(subject, [item for found in checked for item in found]),
    )
    if any(item.code in LOST for item in wrong):
        record = await _instead(domain, hosts, checked, resolver, expected)
        wrong = tuple(
            replace(item, expected=record) if item.code in LOST else item for item in wrong
        )
    if any(item.severity != Severity.INFO for item in wrong):
        return wrong
    names = ", ".join(item.host for item in hosts)
    return (subject.say("mx_ok", hosts=names), *wrong)


async def _proposal(domain, hosts, resolver, expected):
    """The record to publish: Odoo's host, else one that is there: another MX host, or a host with
    a usual name. None where there is nothing that could be proposed."""
    if expected:
        return _record(expected)
    named = [item for item in hosts if item.host != NULL_HOST]
    if named:
        return f"{named[0].preference} {named[0].host}."
    names = [f"{name}.{domain}" for name in USUAL_NAMES]
    answers = await asyncio.gather(*(addresses(name, resolver) for name in names))
    found = (name for name, answer in zip(names, answers, strict=True) if _is_reached(answer))
    return _record(next(found, None))


async def _instead(domain, hosts, checked, resolver, expected):
    """The record to publish instead of one whose host takes no mail: a subdomain's own is Odoo's
    host, else it is the first that works, else a host with a usual name."""
    if expected and not _is_main_domain(domain):
        return _record(expected)
    for host, findings in zip(hosts, checked, strict=False):
        codes = {item.code: item for item in findings}
        if "mx_host_is_alias" in codes:
            return codes["mx_host_is_alias"].expected
        if not codes.keys() & {*LOST, "mx_host_unknown"}:
            return f"{host}."
    return await _proposal(domain, (), resolver, "")


def _is_main_domain(domain):
    return domain.count(".") == 1


def _is_reached(answers):
    return any(is_public(text) for answer in answers for text in answer.records)


def _judge_reach(subject, findings):
    """One host that nobody can reach is a note to the others; where there is no other, mail for
    the domain is lost."""
    hosts = {item.values["host"] for item in findings if item.code == "mx_host_private"}
    if hosts and len(hosts) == len(subject.found):
        yield subject.say("mx_private", hosts=", ".join(sorted(hosts)))
        findings = [item for item in findings if item.code != "mx_host_private"]
    yield from findings


def _record(host):
    return f"{PREFERENCE} {host}." if host else None


def _judge_expected(subject, hosts, expected):
    """All hosts must be the expected one, or some mail goes elsewhere. Only a subdomain can be
    pointed away without taking the mail of everybody in the organization along."""
    others = ", ".join(item.host for item in hosts if item.host != expected)
    if expected and others:
        code = "mx_main_domain" if _is_main_domain(subject.name) else "mx_other_host"
        value = None if code == "mx_main_domain" else _record(expected)
        yield subject.say(code, value, host=expected, others=others)


def _judge_number(subject, hosts):
    if len(hosts) > HOSTS_MAX:
        yield subject.say("mx_too_many_hosts", count=len(hosts), limit=HOSTS_MAX)


async def addresses(host: str, resolver: Resolver) -> list[Answer]:
    """The answers for both address families."""
    return await asyncio.gather(resolver.query(host, "A"), resolver.query(host, "AAAA"))


async def _check_implicit(domain, resolver, expected):
    """Without MX records the address of the domain itself is used (RFC 5321 section 5.1)."""
    answers = await addresses(domain, resolver)
    found = [text for answer in answers for text in answer.records]
    if found:
        code = "mx_implicit" if _is_reached(answers) else "mx_private_implicit"
        value = _record(expected or domain) if code == "mx_implicit" or expected else None
        return Subject("mx", domain, "MX", found, "A").say(code, value)
    failed = [answer for answer in answers if not answer.known]
    if failed:
        return unknown("mx", failed[0])
    return Subject("mx", domain, "MX").say(
        "mx_missing", await _proposal(domain, (), resolver, expected)
    )


async def _check_host(domain, item, resolver):
    subject = Subject("mx", domain, "MX", (str(item),))
    if is_address(item.host):  # RFC 5321 section 5.1: the host is a name
        return (subject.say("mx_host_is_address", host=item.host),)
    answers = await addresses(item.host, resolver)
    alias = next((answer.chain[0] for answer in answers if answer.chain), None)
    found = [text for answer in answers for text in answer.records]
    if item.host.split(".")[-1] == LOCALHOST or (found and not _is_reached(answers)):
        address = found[0] if found else LOCALHOST
        return (subject.say("mx_host_private", host=item.host, address=address),)
    if found and alias:  # RFC 2181 section 10.3: the host must not be an alias
        expected = f"{item.preference} {alias}."
        return (subject.say("mx_host_is_alias", expected, host=item.host, target=alias),)
    if found:
        return await smtp_host.check_addresses(item.host, found, resolver, "mx_host")
    failed = next((answer for answer in answers if not answer.known), None)
    if failed:
        return (subject.say("mx_host_unknown", host=item.host, status=failed.status.value),)
    return (subject.say("mx_host_missing", host=item.host),)
