"""Signing (RFC 6376 section 5), and the keys for it.

dkimpy signs, with PyNaCl where the key is of Ed25519; cryptography makes the keys. They are
imported where they are used: who does not sign needs none of them.
"""

import base64
import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import getaddresses

from ..dns.name import InvalidName, is_subdomain, to_ascii
from ..error import CoreError
from ..translate import _
from .record import key_of

RSA_BITS = 2048  # RFC 8301 section 3.2; a longer key needs more than the DNS likes to carry
PUBLIC_EXPONENT = 65537
PACKAGES = {"rsa": ("dkim",), "ed25519": ("dkim", "nacl")}
"""What signing with each algorithm imports."""
INSTALLED_AS = {"dkim": "dkimpy", "nacl": "PyNaCl"}

OVERSIGNED = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
)
"""Named once more than they are there, so that nobody adds another one (RFC 6376 section 8.15)."""
SIGNED = (
    "sender",
    "auto-submitted",
    "list-id",
    "list-help",
    "list-owner",
    "list-post",
    "list-subscribe",
    "list-unsubscribe",
    "list-unsubscribe-post",  # RFC 8058 section 4
)
"""Signed where they are there. Lists add and change them, so that one more must stay possible."""


class SigningError(CoreError):
    """A key that does not sign. Codes: key_unusable, packages_missing (`packages`)."""

    sentences = {
        "key_unusable": _("The private key cannot be used any more. Make a new one."),
        "packages_missing": _(
            "This Odoo cannot sign: the Python package {packages} is not installed. Install it "
            "(pip install {packages}) and restart Odoo."
        ),
    }


@dataclass(frozen=True)
class SigningKey:
    """A key pair in use. The private part shows in no text that is made of it."""

    domain: str
    selector: str
    algorithm: str
    private: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name of its record in the DNS."""
        return f"{self.selector}._domainkey.{self.domain}"


def missing_packages(algorithm: str) -> tuple[str, ...]:
    """What has to be installed before that algorithm signs, by the names of the package index."""
    return tuple(
        INSTALLED_AS[name] for name in PACKAGES[algorithm] if importlib.util.find_spec(name) is None
    )


def generate(algorithm: str) -> tuple[bytes, str]:
    """(the private key as dkimpy reads it, the record with the public one)."""
    private, public = _generate_rsa() if algorithm == "rsa" else _generate_ed25519()
    encoded = base64.b64encode(public).decode()
    return private, f"v=DKIM1; k={algorithm}; p={encoded}"


def _generate_rsa():
    from cryptography.hazmat.backends import default_backend
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(PUBLIC_EXPONENT, RSA_BITS, default_backend())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public


def _generate_ed25519():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )  # RFC 8463 section 4.2: the bare key
    return base64.b64encode(private), public


def keys_for(headers: Sequence[tuple[bytes, bytes]], keys: Iterable[SigningKey]):
    """The keys of the domain in the From header, else of the nearest domain above it."""
    authors = [value.decode("utf-8", "replace") for name, value in headers if name == b"from"]
    addresses = [address for _name, address in getaddresses(authors)]
    domains = {address.rpartition("@")[2].lower() for address in addresses}
    if len(authors) != 1 or len(domains) != 1:
        return ()  # RFC 5322 section 3.6 and RFC 7489 section 6.6.1: nobody can tell for whom
    try:
        author = to_ascii(domains.pop())
    except InvalidName:
        return ()
    above = [key for key in keys if is_subdomain(author, key.domain)]
    nearest = max((key.domain for key in above), key=len, default="")
    return tuple(key for key in above if key.domain == nearest)


def sign(message: bytes, keys: Iterable[SigningKey]) -> tuple[bytes, tuple[SigningKey, ...]]:
    """(the message with one signature a key that fits its sender, those keys).

    :param message: as it will travel, with CRLF and before periods are doubled
    :raises SigningError: a key does not sign
    """
    try:
        import dkim
    except ImportError as error:
        raise SigningError("packages_missing", packages="dkimpy") from error
    try:
        parsed, _body = dkim.rfc822_parse(message)
    except (dkim.MessageFormatError, IndexError):  # whoever receives it will not read it either
        return message, ()
    headers = [(name.lower(), value) for name, value in parsed]
    used = keys_for(headers, keys)
    names = _signed_names([name for name, _value in headers])
    signatures = [_signature(dkim, message, key, names) for key in used]
    return b"".join((*signatures, message)), used


def _signature(dkim, message, key, names):
    try:
        return dkim.sign(
            message,
            key.selector.encode(),
            key.domain.encode(),
            key.private,
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=f"{key.algorithm}-sha256".encode(),
            include_headers=names,
            length=False,  # RFC 6376 section 8.2: l= lets others append
            linesep=b"\r\n",
        )
    except Exception as error:
        if missing := missing_packages(key.algorithm):
            raise SigningError("packages_missing", packages=" ".join(missing)) from error
        raise SigningError("key_unusable") from error


def _signed_names(present):
    names = [name for name in present if name.decode("latin-1") in (*OVERSIGNED, *SIGNED)]
    return [*names, *(name.encode() for name in OVERSIGNED)]


def is_published(texts: Iterable[str], record: str) -> bool:
    """Whether these TXT records are the one record with that key, as verifiers can use it."""
    texts = tuple(texts)
    return len(texts) == 1 and key_of(texts[0]) == key_of(record)
