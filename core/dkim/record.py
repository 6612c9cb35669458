"""DKIM key records (RFC 6376 section 3.6.1, RFC 8463 for Ed25519)."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from ..dns import tag_list
from ..dns.name import InvalidName, to_ascii
from ..dns.resolver import Resolver, Status
from ..error import CoreError
from ..findings.finding import Finding, finding, unknown
from ..sender import Selector
from .der import DerError, rsa_key_bits

RSA_BITS_MIN = 1024  # bits, RFC 8301 section 3.2: verifiers treat shorter keys as no key
RSA_BITS_ADVISED = 2048  # bits, RFC 8301 section 3.2
ED25519_OCTETS = 32  # RFC 8463 section 4.2
ED25519_BITS = 256


class DkimError(CoreError):
    """A key record that verifiers cannot use; `code` and `params` are those of a finding."""


@dataclass(frozen=True)
class DkimKey:
    """A usable key record. `bits` is 0 where the key is revoked."""

    key_type: str
    bits: int
    flags: frozenset[str]

    @property
    def revoked(self) -> bool:
        return not self.bits

    @property
    def testing(self) -> bool:
        return "y" in self.flags


def parse(text: str) -> DkimKey:
    """The key in the text of a record; raises DkimError."""
    try:
        tags = tag_list.parse(text)
    except tag_list.TagListError as error:
        raise DkimError("dkim_syntax", part=error.part) from error
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):
        raise DkimError("dkim_version")
    if "p" not in tags:
        raise DkimError("dkim_no_key")
    _require(tags, "s", ("*", "email"), "dkim_not_for_email")
    _require(tags, "h", ("sha256",), "dkim_hash_unsupported")  # RFC 8301 section 3.1
    key_type = tags.get("k", "rsa").lower()
    flags = frozenset(item.strip().lower() for item in tags.get("t", "").split(":"))
    return DkimKey(key_type, _bits(key_type, tags["p"]), flags)


def key_name(selector: str, domain: str) -> str:
    """The name of the record of a selector; raises InvalidName."""
    return to_ascii(f"{selector.strip()}._domainkey.{domain}")


async def check(
    domain: str, resolver: Resolver, selectors: Sequence[Selector] = ()
) -> tuple[Finding, ...]:
    """The findings about the keys of the selectors, `Selector` objects, at a signing domain."""
    if not selectors:
        return (finding("dkim_not_checked", "dkim", f"_domainkey.{domain}", "TXT"),)
    findings = await asyncio.gather(
        *(_check_selector(item, domain, resolver) for item in selectors)
    )
    return tuple(item for found in findings for item in found)


async def _check_selector(selector, domain, resolver):
    try:
        name = key_name(selector.name, domain)
        target = selector.target and to_ascii(selector.target)
    except InvalidName as error:
        return (
            finding(
                "dkim_selector_invalid",
                "dkim",
                f"_domainkey.{domain}",
                "TXT",
                selector=selector.name,
                reason=error.code,
            ),
        )
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
        yield finding(
            code, "dkim", answer.name, "CNAME", found, expected=f"{target}.", selector=selector
        )


def _judge_answer(selector, answer):
    def say(code, **params):
        return finding(
            code, "dkim", answer.name, "TXT", answer.records, selector=selector, **params
        )

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


def _require(tags, tag, accepted, code):
    """A colon-separated list that, where it is given, must contain one of `accepted`."""
    values = [item.strip().lower() for item in tags.get(tag, accepted[0]).split(":")]
    if not set(values) & set(accepted):
        raise DkimError(code, value=tags[tag])


def _bits(key_type, encoded):
    """The length of the key in p=; 0 where it is empty, so revoked (RFC 6376 section 3.6.1)."""
    if key_type not in ("rsa", "ed25519"):
        raise DkimError("dkim_key_type_unknown", key_type=key_type)
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
        if not data:
            return 0
        if key_type == "rsa":
            return rsa_key_bits(data)
    except (binascii.Error, DerError, ValueError) as error:
        raise DkimError("dkim_key_invalid", key_type=key_type) from error
    if len(data) != ED25519_OCTETS:
        raise DkimError("dkim_key_invalid", key_type=key_type)
    return ED25519_BITS
