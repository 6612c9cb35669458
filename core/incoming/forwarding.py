"""Whether a mail came by a detour, and to which address it was sent.

Redirection keeps the sender in From; forwarding puts the forwarder there, so that an answer goes
astray. What the fields say is told; whether it is believed is the administrator's decision.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .address import addresses_in
from .authentication_results import border_line
from .fields import Fields

ENVELOPE_ORDER = (
    "X-Original-To",
    "X-Forwarded-To",
    "Envelope-To",
    "Delivered-To",
    "Received",
)
"""Where servers note whom a mail was sent to, in the order of asking. "Received" is the `for` of
the line of the own server (RFC 5321 section 4.4)."""
LINES = 50
"""Received lines that are looked at."""
ADDRESSES = 20
"""Addresses of the envelope that are told."""


@dataclass(frozen=True)
class Forwarding:
    """:param kind: "redirected", "forwarded" or ""
    :param by: who redirected or forwarded it, where that is told
    :param original_sender: who wrote it, where a field of a forwarded mail carries it
    :param decided_by: the fields that told
    """

    kind: str = ""
    by: str = ""
    original_sender: str = ""
    decided_by: tuple[str, ...] = ()


_SRS = re.compile(r"srs[01][=+-]", re.I)
_SRS0 = re.compile(r"srs0[=+-][^=]{1,10}=[^=]{1,4}=([^=@]{1,255})=([^@]{1,64})@", re.I)
_BATV = re.compile(r"^(?:prvs|btv1)=(?:[^=@]{1,40}=)?([^=@/]{1,64})@(.{1,255})$", re.I)
_VIA = re.compile(r"\b(?:via|über|por|tramite|par|durch)\b .{1,100}<|\(via |' via ", re.I)
_FOR = re.compile(r"\bfor\s{1,5}<?([^\s<>;@]{1,64}@[^\s<>;]{1,255})>?", re.I)
_COMMENT = re.compile(r"\([^()]{0,500}\)")


def detour(fields: Fields) -> Forwarding:
    """How the mail came here, as far as its fields tell."""
    written = _first(fields, "From")
    original = _first(fields, "X-Original-From", "X-Original-Sender", "X-Google-Original-From")
    if original and original != written:
        signs = _there(fields, "X-Original-From", "X-Original-Sender", "X-Google-Original-From")
        return Forwarding("forwarded", written, original, signs)
    answered = _first(fields, "Reply-To")
    if answered and answered != written and _VIA.search(fields.decoded("From")):
        return Forwarding("forwarded", written, answered, ("From", "Reply-To"))
    if signs := _there(fields, "Resent-From", "Resent-Sender", "Resent-To", "Resent-Date"):
        return Forwarding("redirected", _first(fields, "Resent-From", "Resent-Sender"), "", signs)
    if signs := _there(fields, "X-Forwarded-To", "X-Forwarded-For", "X-Forwarded-By"):
        by = _first(fields, "X-Forwarded-For", "X-Forwarded-By")
        return Forwarding("redirected", by, "", signs)
    sender = envelope_sender(fields)
    if _SRS.match(sender):
        return Forwarding("redirected", sender.rpartition("@")[2], "", ("Return-Path",))
    return _by_received(fields) or _by_arc(fields)


def _by_received(fields):
    """Whether it came to one of the addresses of To first, elsewhere, and from there to one that
    To does not name (RFC 5321 section 4.4, `for`)."""
    named = {
        item for name in ("To", "Cc") for value in fields.all(name) for item in addresses_in(value)
    }
    lines = [_COMMENT.sub(" ", value) for value in fields.all("Received")[:LINES]]
    came_to = [found[1].lower() for line in lines if (found := _FOR.search(line))]
    if not came_to or came_to[0] in named:
        return None
    home = came_to[0].rpartition("@")[2]
    first = [item for item in came_to[1:] if item in named and item.rpartition("@")[2] != home]
    return Forwarding("redirected", first[0], "", ("Received",)) if first else None


def _by_arc(fields):
    """RFC 8617: each server that hands a mail on and vouches for it adds a set; a second one means
    that it had arrived somewhere before."""
    sets = fields.all("ARC-Seal")
    if len(sets) < 2:
        return Forwarding()
    found = re.search(r"\bd\s{0,5}=\s{0,5}([\w.-]{1,253})", sets[-1])
    return Forwarding("redirected", found[1].lower() if found else "", "", ("ARC-Seal",))


def envelope_sender(fields: Fields) -> str:
    """The address of Return-Path, or "" for none."""
    found = addresses_in(fields.first("Return-Path"))
    return found[0] if found else ""


def plain_sender(address: str) -> str:
    """The address without what a forwarder (SRS) or its own server (BATV) has put around it."""
    if found := _SRS0.match(address):
        return f"{found[2]}@{found[1]}".lower()
    if found := _BATV.match(address):
        return f"{found[1]}@{found[2]}".lower()
    return address


def envelope_recipients(
    fields: Fields, order: Iterable[str] = ENVELOPE_ORDER, servers: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Whom the mail was sent to, as (field, address), the surest first.

    :param servers: the names of the own servers, whose Received line is read
    """
    found: dict[str, str] = {}
    for name in order:
        values = _own_received(fields, servers) if name == "Received" else fields.all(name)
        for value in values[:ADDRESSES]:
            for address in addresses_in(value)[:ADDRESSES]:
                found.setdefault(address, name)
    return [(name, address) for address, name in found.items()][:ADDRESSES]


def _own_received(fields, servers):
    """The `for` of the lines down to the one with which the own servers took the mail."""
    border = border_line(fields, servers)
    lines = [value for name, value in fields.items[: border + 1] if name.lower() == "received"]
    return [match[1] for line in lines if (match := _FOR.search(_COMMENT.sub(" ", line)))]


def _there(fields, *names):
    return tuple(name for name in names if name in fields)


def _first(fields, *names):
    for name in names:
        if found := addresses_in(fields.first(name)):
            return found[0]
    return ""
