"""What is to be said about the DKIM keys of a domain."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ..dns.name import InvalidName, to_ascii
from ..dns.resolver import Resolver
from ..findings.finding import Finding, Subject, unknown
from ..sender import Selector
from .record import DkimError, is_meant, is_of_another_kind, parse
from .repair import only_key, repaired
from .sign import is_published

RSA_BITS_MIN = 1024  # bits, RFC 8301 section 3.2: verifiers treat shorter keys as no key
RSA_BITS_ADVISED = 2048  # bits, RFC 8301 section 3.2
USABLE = ("dkim_ok", "dkim_key_short", "dkim_test_mode")
UNPUBLISHED = "dkim_own_missing"
"""A key of our own that does not sign yet: less than an error, and no signature either."""
UNUSED_SELECTOR = "no-such-selector"  # its name has a record only where every name has one
MICROSOFT_SELECTORS = ("selector1", "selector2")


def key_name(selector: str, domain: str) -> str:
    """The name of the record of a selector; raises InvalidName."""
    return to_ascii(f"{selector.strip()}._domainkey.{domain}")


async def check(
    domain: str, resolver: Resolver, selectors: Sequence[Selector] = ()
) -> tuple[Finding, ...]:
    """The findings about the keys of the selectors, `Selector` objects, at a signing domain."""
    if not selectors:
        return (_any_key(domain).say("dkim_not_checked"),)
    found = await asyncio.gather(*(_check_selector(item, domain, resolver) for item in selectors))
    findings = tuple(_without_spare_keys([item for group in found for item in group]))
    return tuple(_judge_algorithms(findings))


def _without_spare_keys(findings):
    """Microsoft 365 has two selectors for every domain and signs with one; the key of the other
    appears with the first rotation, behind an alias that is there from the start."""
    works = any(item.code in USABLE and _is_microsofts(item) for item in findings)
    for item in findings:
        if works and item.code == "dkim_target_missing" and _is_microsofts(item):
            subject = Subject(item.record_type, item.name, item.rdtype, item.found)
            yield subject.say("dkim_spare_key_missing", **item.values)
        else:
            yield item


def _is_microsofts(item):
    return item.values["selector"] in MICROSOFT_SELECTORS


def _judge_algorithms(findings):
    """RFC 8463 section 3: verifiers may know no Ed25519, so a second signature with RSA is due."""
    types = {item.values["key_type"] for item in findings if item.code == "dkim_ok"}
    alone = types == {"ed25519"} and not any(item.code in USABLE[1:] for item in findings)
    for item in findings:
        if alone and item.code == "dkim_ok":
            subject = Subject(item.record_type, item.name, item.rdtype, item.found)
            yield subject.say("dkim_only_ed25519", **item.values)
        else:
            yield item


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
    if answer.records and not any(map(is_meant, answer.records)):
        answer = await _without_wildcard(answer, domain, resolver)
    wrong_target = tuple(_judge_target(selector.name, answer, target))
    return wrong_target or (_judge_answer(selector, answer),)


async def _without_wildcard(answer, domain, resolver):
    """What stands at every name says nothing about this one."""
    if all(map(is_of_another_kind, answer.records)):
        return replace(answer, records=())
    other = await resolver.query(key_name(UNUSED_SELECTOR, domain), "TXT")
    return replace(answer, records=()) if other.records == answer.records else answer


def _judge_target(selector, answer, target):
    """A provider that asks for a CNAME rotates its keys; a copied or old record breaks then."""
    if target and target not in answer.chain:
        # RFC 1034 section 3.6.2: nothing else can stay beside the alias
        found = answer.chain[:1] or answer.records
        leads = answer.chain or any(map(is_meant, answer.records))
        code = "dkim_wrong_target" if leads else "dkim_missing"
        kind = "" if answer.chain else "TXT"
        yield Subject("dkim", answer.name, "CNAME", found, kind).say(
            code, expected=f"{target}.", selector=selector
        )


def _judge_answer(selector, answer):
    records = tuple(filter(is_meant, answer.records)) or answer.records
    say = partial(Subject("dkim", answer.name, "TXT", records).say, selector=selector.name)
    if selector.record and not is_published(records, selector.record):
        return say("dkim_own_differs" if records else "dkim_own_missing", selector.record)
    if not records:
        if answer.chain:
            return say("dkim_target_missing", target=answer.canonical_name)
        return say("dkim_missing")
    if len(records) > 1:  # RFC 6376 section 3.6.2.2: the result is undefined
        return say("dkim_multiple", only_key(records), count=len(records))
    try:
        key = parse(records[0])
    except DkimError as error:
        return say(error.code, repaired(records[0]), **error.params)
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
