"""The text of a DKIM key record (RFC 6376 section 3.6.1, RFC 8463 for Ed25519)."""

import base64
import binascii
from dataclasses import dataclass

from ..dns import tag_list
from ..error import CoreError
from .der import DerError, rsa_key_bits

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
        raise DkimError("dkim_syntax", **error.params) from error
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):
        raise DkimError("dkim_version")
    if "p" not in tags:
        raise DkimError("dkim_no_key")
    _require(tags, "s", ("*", "email"), "dkim_not_for_email")
    _require(tags, "h", ("sha256",), "dkim_hash_unsupported")  # RFC 8301 section 3.1
    key_type = tags.get("k", "rsa").lower()
    flags = frozenset(item.strip().lower() for item in tags.get("t", "").split(":"))
    return DkimKey(key_type, _bits(key_type, tags["p"]), flags)


def key_of(text: str) -> tuple[str, str] | None:
    """(type, encoded key) of a record that verifiers can use; None for any other."""
    try:
        key = parse(text)
    except DkimError:
        return None
    encoded = "".join(tag_list.parse(text)["p"].split())
    return (key.key_type, encoded) if encoded else None


def is_meant(text: str) -> bool:
    """Whether a TXT record is meant for a key. Under a wildcard other records show up here."""
    tags = tag_list.read(text)[0]
    return not is_of_another_kind(text) and ("p" in tags or "DKIM" in text.upper())


def is_of_another_kind(text: str) -> bool:
    """Whether a TXT record says that it is something else, like "v=spf1 -all"."""
    version = tag_list.read(text)[0].get("v", "DKIM")
    return not version.upper().startswith("DKIM")


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
