"""What a list of mails shows of a mail, told from its raw bytes before anything else reads it."""

import contextlib
import email.errors
import hashlib
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32

HEADER_BYTES = 65_536
"""Bytes at the beginning of a mail that are read for it: real headers have a few thousand."""
VALUE_CHARS = 2_000
"""Characters of one value that are shown and searched."""
COMMENTS_MAX = 50
"""Comments in addresses; the standard library gives up at some hundreds, one in another."""
VALUES_MAX = 20
"""Fields of one name that are read, such as To."""

RECIPIENT_FIELDS = (
    "X-Original-To",
    "Envelope-To",
    "Delivered-To",
    "To",
    "Cc",
    "Resent-To",
    "Resent-Cc",
)
"""Fields that name recipients: whom the mail was handed over to, then whom it is addressed to."""
ANSWERED_FIELDS = ("References", "In-Reply-To")
ANSWERED_MAX = 32
"""The last identifiers of a thread: those that Odoo looks for, too."""
IDENTIFIER = re.compile(r"<[^<>\s]{1,500}>")


@dataclass(frozen=True)
class Headers:
    """Text without line breaks and NUL; empty where the mail has none."""

    message_id: str
    email_from: str
    recipients: str
    subject: str


def read(raw: bytes) -> Headers:
    """Never raises, whatever the bytes; takes time for the first 64 kB only."""
    message = BytesHeaderParser(policy=compat32).parsebytes(header_block(raw))
    return Headers(
        message_id=message_id_of(message) or derived_message_id(raw),
        email_from=_flat(_joined(message, "From")),
        recipients=_flat(_recipients(message)),
        subject=_joined(message, "Subject"),
    )


def answered_ids(raw: bytes) -> list[str]:
    """The Message-Ids that a mail names as its predecessors."""
    message = BytesHeaderParser(policy=compat32).parsebytes(header_block(raw))
    values = (str(value) for name in ANSWERED_FIELDS for value in message.get_all(name) or ())
    found = dict.fromkeys(item for value in values for item in IDENTIFIER.findall(value))
    return list(found)[-ANSWERED_MAX:]


def header_block(raw: bytes) -> bytes:
    start = raw[:HEADER_BYTES]
    ends = [end for mark in (b"\r\n\r\n", b"\n\n") if (end := start.find(mark)) >= 0]
    return start[: min(ends)] if ends else start


def message_id_of(message) -> str:
    return _clean(str(message.get("Message-Id") or ""))


def derived_message_id(raw: bytes) -> str:
    """The identifier of a mail that has none: the same whenever and wherever it is read."""
    return f"<{hashlib.sha256(raw).hexdigest()}@without-message-id.localhost>"


def _flat(addresses: str) -> str:
    """Whoever reads addresses goes one call deeper for each comment in a comment."""
    return addresses.replace("(", "") if addresses.count("(") > COMMENTS_MAX else addresses


def _recipients(message) -> str:
    """Most mails name in Delivered-To whom they name in To."""
    named = dict.fromkeys(_joined(message, name) for name in RECIPIENT_FIELDS)
    return ", ".join(filter(None, named))[:VALUE_CHARS]


def _joined(message, name: str) -> str:
    values = (message.get_all(name) or ())[:VALUES_MAX]
    return ", ".join(filter(None, map(_decoded, values)))[:VALUE_CHARS]


def _decoded(value) -> str:
    text = str(value)[: 2 * VALUE_CHARS]
    # Unknown charsets, broken base64: then the value is shown as it stands.
    with contextlib.suppress(ValueError, LookupError, email.errors.MessageError):
        text = str(make_header(decode_header(text)))
    return _clean(text)


def _clean(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(text.replace("\0", "").split())[:VALUE_CHARS]
