"""A mail taken apart within bounds: its parts, and the text of a part, whatever a stranger sent."""

import binascii
import email
import html
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.policy import compat32

from .fields import Fields

MAIL_BYTES = 512 * 1024
"""Bytes that are read: a report stands before the original that it returns."""
HEADER_BYTES = 128_000
"""Bytes of the header that are read; real ones have a few thousand."""
BOUNDARIES = 2_000
"""Lines that may be boundaries: the parser takes 1.7 s for 200,000."""
LINES = 50_000
"""Lines that are read: the parser takes its time for each, however short it is."""
NESTED = 100
"""Parts that may hold others: the parser goes one call deeper for each."""
PARTS = 100
"""Parts that are looked at; reports have three."""
TEXT_BYTES = 60_000
"""Bytes of one text that are read."""

RETURNED = {"rfc822", "global", "rfc822-headers", "global-headers", "partial", "news"}
"""Subtypes of what is a mail itself: never looked into as if it were this one's text."""


def parse(raw: bytes) -> Message:
    """The mail, at most its beginning; never raises."""
    raw = _within_bounds(bytes(raw[:MAIL_BYTES]))
    try:
        return email.message_from_bytes(raw, policy=compat32)
    except RecursionError:  # parts within parts without end: the header says what it is
        header, _empty, body = raw.partition(b"\n\n")
        message = email.message_from_bytes(_SAFE_TYPE.sub(b"\nX-Type:", b"\n" + header)[1:])
        message.set_payload(body[:TEXT_BYTES].decode("ascii", "surrogateescape"))
        return message


_SAFE_TYPE = re.compile(rb"\n(?i:content-type)[ \t]{0,20}:")


def _within_bounds(raw: bytes) -> bytes:
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n\xef\xbb\xbf")
    end = raw.find(b"\n\n")
    if end > HEADER_BYTES or (end < 0 and len(raw) > HEADER_BYTES):
        cut = raw.rfind(b"\n", 0, HEADER_BYTES)
        raw = raw[: cut if cut > 0 else HEADER_BYTES] + (raw[end:] if end > 0 else b"")
    for mark, limit in ((b"\n", LINES), (b"\n--", BOUNDARIES), (b"boundary", NESTED)):
        raw = _cut(raw, mark, limit)
    return _cut(raw, b"message/", NESTED)


def _cut(raw, mark, limit):
    """The bytes before the mark stands there too often."""
    if raw.count(mark) <= limit:
        return raw
    place = -1
    for _number in range(limit):
        place = raw.find(mark, place + 1)
    return raw[:place]


def parts(message: Message) -> Iterator[tuple[Message, Fields]]:
    """The parts of a mail with their fields, in order, without those of the mails in it."""
    waiting, seen = [message], 0
    while waiting and seen < PARTS:
        part = waiting.pop()
        fields, seen = Fields.of(part), seen + 1
        yield part, fields
        inside = payload_of(part)
        if isinstance(inside, list) and fields.main_type()[0] == "multipart":
            waiting.extend(reversed(inside[:PARTS]))


def payload_of(part: Message) -> list[Message] | str | None:
    """As the parser left it: `get_payload` puts marks in the place of what is no ASCII."""
    return part._payload


def text_of(part: Message, fields: Fields) -> str:
    """The text of a part that has no parts, decoded and bounded, HTML without its tags."""
    payload = payload_of(part)
    if not isinstance(payload, str):
        return ""
    data = payload[: 2 * TEXT_BYTES].encode("utf-8", "surrogateescape")
    data = _transfer_decoded(data, fields.first("Content-Transfer-Encoding").lower())[:TEXT_BYTES]
    text = _characters(data, fields.parameter("Content-Type", "charset")).replace("\0", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return without_tags(text) if fields.main_type() == ("text", "html") else text


def _transfer_decoded(data: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    if encoding == "base64":
        data = re.sub(rb"[^A-Za-z0-9+/=]", b"", data)
        try:
            return binascii.a2b_base64(data[: len(data) // 4 * 4])
        except binascii.Error:
            return data
    return data


def _characters(data: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            return data.decode(name or "utf-8")
        except (LookupError, ValueError):  # not known, not true, or not for text
            continue
    return data.decode("cp1252", "replace")


_LINE_TAG = re.compile(
    r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?blockquote)\b[^<>]{0,500}>", re.I
)
_TAG = re.compile(r"<[/!a-zA-Z][^<>@]{0,1000}>")
_MAIL_LINK = re.compile(r"<a\b[^<>]{0,500}>", re.I)


def without_tags(text: str) -> str:
    """What a person would read of HTML, about; addresses in angle brackets stay."""
    for tag in ("style", "script", "head"):
        pieces = re.split(rf"<{tag}\b", text, flags=re.I)
        text = pieces[0] + "".join(
            re.split(rf"</{tag}\s{{0,9}}>", piece, maxsplit=1, flags=re.I)[-1]
            if re.search(rf"</{tag}\s{{0,9}}>", piece, re.I)
            else piece
            for piece in pieces[1:]
        )
    text = _TAG.sub("", _MAIL_LINK.sub("", _LINE_TAG.sub("\n", text)))
    return html.unescape(text).replace("\xa0", " ")
