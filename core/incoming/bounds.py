"""Bounds for what a stranger may put into a mail, applied before anything parses it.

Odoo and the standard library take time that grows with the square of a header, with every text
part and with every tag of HTML. What exceeds a bound is cut where nobody reads it, or becomes an
attachment, so that the mail still arrives; what cannot be cut raises `TooComplex`.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import islice
from typing import ClassVar

from ..error import CoreError
from ..translate import _

VALUE_CHARS = 12_000
"""Characters of one header value: 60,000 quotes in From take 20 s, 12,000 take 0.8."""
REFERENCES_CHARS = 4_096
"""Characters kept of References: the last ones name the message that is answered."""
SAME_NAME = 20
"""Fields of one name: 100,000 To fields take 24 s and 1.25 GB."""
FIELDS = 2_000
"""Header fields of a message or a part."""
PARTS = 1_000
"""Parts of a message: thousands of text parts take longer than a worker lives."""
TEXTS = 50
"""Text parts shown as the body; Odoo cleans the whole body again for each."""
HTML_TAGS = 30_000
"""Tags of a text that is shown as the body: cleaning takes 28 µs each, twice."""
TEXT_BYTES = 5 * 1024 * 1024
"""Size of a text that is shown as the body."""
SHORT_TYPE_BYTES, TYPE_BYTES, LONG_TYPES = 400, 2_500, 20
"""Bytes of a Content-Type: of any, and of the first few long ones, which a file with a long name
has. 60,000 quotes take 48 s, 2,500 take 0.1."""
LONG_TYPE = re.compile(
    rb"(?im)^content-(?:type|transfer-encoding):(?:[^\r\n]|\r?\n[ \t]){%d,}" % SHORT_TYPE_BYTES
)
BOUNDARY = re.compile(rb'(?i)boundary="?([^";\s]{1,70})')
BOUNDARIES = 20
"""Boundaries whose parts are counted before anything is parsed; a mail has one to three."""
NAMES_OF_THREAD = ("references", "in-reply-to")
WITHOUT_LINES = {0: None, 10: None, 13: None}


class TooComplex(CoreError):
    """The mail has more parts than can be processed."""

    sentences: ClassVar = {
        "too_many_parts": _(
            "The mail has more than {limit} parts. Nothing that people write has so many, and "
            "Odoo could not read it in time."
        ),
    }


@dataclass
class TextBudget:
    """What Odoo will do for the texts of one mail: it cleans all that came before once more for
    each text that it appends."""

    texts: int = 0
    tags: int = 0
    size: int = 0
    work: int = 0

    def allows(self, payload: bytes) -> bool:
        tags, size = self.tags + payload.count(b"<"), self.size + len(payload)
        work = self.work + tags
        if self.texts >= TEXTS or tags > HTML_TAGS or work > 2 * HTML_TAGS or size > TEXT_BYTES:
            return False
        self.texts, self.tags, self.size, self.work = self.texts + 1, tags, size, work
        return True


def cut_types(raw: bytes) -> bytes:
    """The mail with content types that can be read in time, for the parser reads those first of
    all, in time that grows with their square. An ordinary mail is returned as it is.

    :raises TooComplex: where only parsing it would take too long
    """
    for mark in {found[1] for found in islice(BOUNDARY.finditer(raw), BOUNDARIES)}:
        if raw.count(b"\n--" + mark) > PARTS:
            raise TooComplex("too_many_parts", limit=PARTS)
    left = LONG_TYPES

    def cut(found):
        nonlocal left
        left -= 1
        limit = TYPE_BYTES if left >= 0 else SHORT_TYPE_BYTES
        return found[0] if len(found[0]) <= limit else found[0][:limit].rstrip(b"\r\n \t")

    return LONG_TYPE.sub(cut, raw)


def apply(message: EmailMessage) -> bool:
    """Bring the message within the bounds, in place; returns whether anything was changed.

    Only raw values are touched: reading them through the message would parse them.
    """
    parts = _parts(message)
    changed = [_trim_headers(part) for part in parts]
    budget = TextBudget()
    for part in parts:
        if part.is_multipart() or part.get_content_maintype() != "text":
            continue
        changed.append(_mend_charset(part))
        if not budget.allows(part.get_payload(decode=True) or b""):
            _attach(part, is_whole=part is message)
            changed.append(True)
    return any(changed)


def _parts(message: EmailMessage) -> list[EmailMessage]:
    """Every part, without recursion: nesting has no bound of its own."""
    found, waiting = [], [message]
    while waiting:
        part = waiting.pop()
        found.append(part)
        if len(found) > PARTS:
            raise TooComplex("too_many_parts", limit=PARTS)
        if part.is_multipart():
            waiting.extend(reversed(part.get_payload()))
    return found


def _trim_headers(message: EmailMessage) -> bool:
    kept, seen, changed = [], Counter(), False
    for name, value in message.raw_items():
        key = name.lower()
        seen[key] += 1
        if seen[key] > SAME_NAME or len(kept) >= FIELDS:
            changed = True
            continue
        trimmed = _trim(key, value)
        changed = changed or trimmed is not value
        kept.append((name, trimmed))
    if changed:
        message._headers[:] = kept
    return changed


def _trim(key: str, value):
    text = str(value)
    if len(text) <= VALUE_CHARS and "\0" not in text:
        return value
    text = text.translate(WITHOUT_LINES)
    if len(text) <= VALUE_CHARS:
        return text
    if key in NAMES_OF_THREAD:
        return text[-REFERENCES_CHARS:].partition(" ")[2]
    return text[:VALUE_CHARS].rpartition(",")[0] or text[:1000]


def _mend_charset(part: EmailMessage) -> bool:
    """An unknown charset is read as UTF-8, with marks where that is not right."""
    charset = part.get_param("charset")
    if not charset:
        return False
    try:
        codecs.lookup(charset if isinstance(charset, str) else charset[-1])
    except (LookupError, ValueError):
        part.set_param("charset", "utf-8")
        return True
    return False


def _attach(part: EmailMessage, is_whole: bool) -> None:
    if is_whole:
        part.make_mixed()
        part = part.get_payload(0)
    name = "message.html" if part.get_content_subtype() == "html" else "message.txt"
    del part["Content-Disposition"]
    part._headers.append(("Content-Disposition", f'attachment; filename="{name}"'))
