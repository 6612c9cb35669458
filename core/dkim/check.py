"""What is to be said about the DKIM keys of a domain."""

import asyncio
from collections.abc import Sequence
from functools import partial

from ..dns.name import InvalidName, to_ascii
from ..dns.resolver import Resolver, Status
from ..findings.finding import Finding, Subject, unknown
from ..sender import Selector
from .record import DkimError, parse

RSA_BITS_MIN = 1024  # bits, RFC 8301 section 3.2: verifiers treat shorter keys as no key
RSA_BITS_ADVISED = 2048  # bits, RFC 8301 section 3.2


def key_name(selector: str, domain: str) -> str:
    """The name of the record of a selector; raises InvalidName."""
    return to_ascii(f"{selector.strip()}._domainkey.{domain}")


async def check(
    domain: str, resolver: Resolver, selectors: Sequence[Selector] = ()
) -> tuple[Finding, ...]:
    """The findings about the keys of the selectors, `Selector` objects, at a signing domain."""
    if not selectors:
        return (_any_key(domain).say("dkim_not_checked"),)
    findings = await asyncio.gather(
        *(_check_selector(item, domain, resolver) for item in selectors)
    )
    return tuple(item for found in findings for item in found)


def _any_key(domain):
    return Subject("dkim", f"_domainkey.{domain}", "TXT")


async def _check_selector(selector, domain, resolver):
    try:
        name = key_name(selector.name, domain)
        target = selector.target and to_ascii(selector.target)
    except InvalidName as error:
        subject = _any_key(domain)
        return (subject.say("dkim_selector_invalid", selector=selector.name, reason=error.code),)
    answer = await resolver.query(name, "TXT")
    if not answer.known:
        return (unknown("dkim", answer, selector=selector.name),)
    wrong_target = tuple(_judge_target(selector.name, answer, target))
    return wrong_target or (_judge_answer(selector.name, answer),)


def _judge_target(selector, answer, target):
    """A provider that asks for a CNAME rotates its keys; a copied or old record breaks then."""
    if target and target not in answer.chain:
        found = answer.chain[:1] or answer.records
        code = "dkim_wrong_target" if found else "dkim_missing"
        yield Subject("dkim", answer.name, "CNAME", found).say(
            code, expected=f"{target}.", selector=selector
        )


def _judge_answer(selector, answer):
    subject = Subject("dkim", answer.name, "TXT", answer.records)
    say = partial(subject.say, selector=selector)
    if answer.status != Status.OK:
        if answer.chain:
            return say("dkim_target_missing", target=answer.canonical_name)
        return say("dkim_missing")
    if len(answer.records) > 1:  # RFC 6376 section 3.6.2.2: the result is undefined
        return say("dkim_multiple", count=len(answer.records))
    try:
        key = parse(answer.records[0])
    except DkimError as error:
        return say(error.code, **error.params)
    return _judge_key(key, say)


def _judge_key(key, say):
    if key.revoked:
        return say("dkim_revoked")
    if key.key_type == "rsa" and key.bits < RSA_BITS_MIN:
        return say("dkim_key_weak", bits=key.bits, limit=RSA_BITS_MIN)
    if key.testing:
        return say("dkim_test_mode")
    if key.key_type == "rsa" and key.bits < RSA_BITS_ADVISED:
        return say("dkim_key_short", bits=key.bits, advised=RSA_BITS_ADVISED)
    return say("dkim_ok", key_type=key.key_type, bits=key.bits)
