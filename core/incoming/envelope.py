"""To whom a mail was really handed over, told from what the receiving servers wrote into it.

There is no standard field for the envelope recipient (RFC 5321 section 4.4 names none), and each
server has its own: Postfix X-Original-To, Exim and Sendmail Envelope-To, Gmail X-Forwarded-To,
qmail and Postfix Delivered-To, all of them perhaps the `for` of a Received field. Without them a
blind copy, or a mail that was redirected, names nobody here.
"""

import re
from typing import NamedTuple

RECEIVED = "Received"
"""Stands for the `for` of the Received fields that the receiving server wrote itself."""
ORDER = ("X-Original-To", "X-Forwarded-To", "Envelope-To", "Delivered-To", RECEIVED)
"""Where the recipient is looked for: first what names the address that was written to, then what
may name the mailbox behind it."""
VALUES = 20
"""Fields of one name that are read, as `bounds` leaves them."""
VALUE_CHARS = 4_000
"""Characters that are read of one: a list of addresses, or a Received field with its comments."""
ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"@]{1,64}@[^\s<>()\[\]:;,\"@]{1,255}")
FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")
"""RFC 5322 section 2.2: printable ASCII without the colon."""
_BY = re.compile(r"\bby\s{1,9}([\w.-]{1,255})", re.IGNORECASE)
_FOR = re.compile(r"\bfor\s{1,9}(?:<([^<>]{1,320})>|(\S{1,320}))", re.IGNORECASE)


class EnvelopeRecipient(NamedTuple):
    """An address, in lower case, and the field that names it."""

    address: str
    field: str


def order_of(text: str) -> tuple[str, ...]:
    """The names of fields in a text, as an administrator writes them: separated by commas.

    :raises ValueError: with the name that cannot be one of a field
    """
    names = [name.strip().rstrip(":") for name in text.replace("\n", ",").split(",")]
    for name in filter(None, names):
        if not FIELD_NAME.fullmatch(name):
            raise ValueError(name)
    return tuple(dict.fromkeys(filter(None, names)))


def recipients(message, order=ORDER) -> list[EnvelopeRecipient]:
    """Every recipient that the fields name, in the given order, each address once.

    :param message: an `email.message.Message` of any policy; its values are read raw
    """
    wanted = {name.lower(): [] for name in order}
    for name, value in message.raw_items():
        values = wanted.get(name.lower())
        if values is not None and len(values) < VALUES:
            values.append(" ".join(str(value)[:VALUE_CHARS].split()))
    found = {}
    for name in order:
        values = wanted[name.lower()]
        if name.lower() == RECEIVED.lower():
            values = _for_of_own(values)
        for value in values:
            for address in ADDRESS.findall(value):
                found.setdefault(address.lower(), EnvelopeRecipient(address.lower(), name))
    return list(found.values())


def _for_of_own(values):
    """The recipients that the receiving server names: its fields are the topmost ones.

    Whatever stands below the first field of a stranger was there when the mail arrived, and says
    what its sender wants it to say.
    """
    own, found = "", []
    for value in map(_without_comments, values):
        by = _BY.search(value)
        host = by[1].lower().rstrip(".") if by else ""
        if own and not _same_house(own, host):
            break
        own = host if "." in host else own
        if match := _FOR.search(value):
            found.append(match[1] or match[2])
    return found


def _same_house(one, other):
    """Whether two hosts are one or neighbours: mx.acme.test hands to imap.acme.test, and localhost
    to whom it belongs."""
    if one == other or "." not in other:
        return True
    domain = one.partition(".")[2]
    return "." in domain and domain == other.partition(".")[2]


def _without_comments(value):
    """RFC 5322 section 3.2.2: comments may be nested, and what stands in them is no clause."""
    kept, depth, is_escaped = [], 0, False
    for char in value:
        if is_escaped:
            is_escaped = False
        elif char == "\\":
            is_escaped = True
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return "".join(kept)
