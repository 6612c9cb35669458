"""Bounds for what a stranger may put into a mail, applied before anything parses it.

Odoo and the standard library take time that grows with the square of a header, with every text
part and with every tag of HTML. What exceeds a bound is cut where nobody reads it, or becomes an
attachment, so that the mail still arrives; what cannot be cut raises `TooComplex`.
"""

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
HEADER_WORK = 50_000_000
"""What all headers of a mail may cost together: characters times marks (quotes, commas, spaces) of
each, which is how the time of the parser grows. A list of 330 recipients costs 40 million; 20 To
fields of 12,000 quotes, each within its own bound, would take 66 s."""
MARK = re.compile(r"[^\w.-]")
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
COMMENT_TAGS, ENTITIES_A_TAG = 10, 20
"""What else costs as much as tags: a comment that has no end as ten, 20 entities as one."""
TEXT_BYTES = 5 * 1024 * 1024
"""Size of a text that is shown as the body."""
SHORT_TYPE_BYTES, TYPE_BYTES, LONG_TYPES = 400, 2_500, 20
"""Bytes of a Content-Type: of any, and of the first few long ones, which a file with a long name
has. 60,000 quotes take 48 s, 2,500 take 0.1."""
PLAIN_TYPE_BYTES, TYPE_MARKS = 80, 10_000
"""Bytes that any Content-Type may have, and marks that all of them may have together: each takes
50 µs, and a name in quotes has two."""
TYPE_MARK = re.compile(rb"[^\w.\-/%=* ]")
LONG_TYPE = re.compile(
    rb"(?im)^content-(?:type|transfer-encoding):(?:[^\r\n]|\r?\n[ \t]){%d,}" % PLAIN_TYPE_BYTES
)
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
BOUNDARY = re.compile(rb'(?i)boundary="?([^";\s]{1,70})')
REPORT = re.compile(rb"(?is)content-type:\s*message/delivery-status.*?(?=\n--|\Z)")
BLANK_LINE = re.compile(rb"\n\r?\n")
"""Between the groups of a delivery report, each of which is a part to the parser."""
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
        tags, size = self.tags + _tags(payload), self.size + len(payload)
        work = self.work + tags
        if self.texts >= TEXTS or tags > HTML_TAGS or work > 2 * HTML_TAGS or size > TEXT_BYTES:
            return False
        self.texts, self.tags, self.size, self.work = self.texts + 1, tags, size, work
        return True


def _tags(payload: bytes) -> int:
    comments, entities = payload.count(b"<!--"), payload.count(b"&")
    return payload.count(b"<") + comments * COMMENT_TAGS + entities // ENTITIES_A_TAG


def cut_types(raw: bytes) -> bytes:
    """The mail with content types that can be read in time, for the parser reads those first of
    all, in time that grows with their square. An ordinary mail is returned as it is.

    :raises TooComplex: where only parsing it would take too long
    """
    if any(len(BLANK_LINE.findall(found[0])) > PARTS for found in REPORT.finditer(raw)):
        raise TooComplex("too_many_parts", limit=PARTS)
    for mark in {found[1] for found in islice(BOUNDARY.finditer(raw), BOUNDARIES)}:
        if raw.count(b"\n--" + mark) > PARTS:
            raise TooComplex("too_many_parts", limit=PARTS)
    left, marks = LONG_TYPES, TYPE_MARKS

    def cut(found):
        nonlocal left, marks
        left -= len(found[0]) > SHORT_TYPE_BYTES
        marks -= len(TYPE_MARK.findall(found[0]))
        if marks < 0:
            return found[0].partition(b";")[0]
        limit = TYPE_BYTES if left >= 0 else SHORT_TYPE_BYTES
        return found[0] if len(found[0]) <= limit else found[0][:limit].rstrip(b"\r\n \t")

    return LONG_TYPE.sub(cut, raw)


def apply(message: EmailMessage) -> bool:
    """Bring the message within the bounds, in place; returns whether anything was changed.

    Only raw values are touched: reading them through the message would parse them.
    """
    parts = _parts(message)
    changed = [_trim_headers(part) for part in parts]
    changed.append(_limit_work(parts))
    budget = TextBudget()
    for part in parts:
        if part.is_multipart() or part.get_content_maintype() != "text":
            continue
        changed.append(_mend_charset(part))
        if not budget.allows(part.get_payload(decode=True) or b""):
            _attach(part, is_whole=part is message)
            changed.append(True)
    return any(changed)


def mend(message: EmailMessage) -> bool:
    """Replace the headers that nobody can parse by the addresses in them, for the parser of the
    standard library raises on some; returns whether there was one."""
    mended = False
    for part in _parts(message):
        for place, (name, value) in enumerate(part._headers):
            try:
                str(part.policy.header_fetch_parse(name, value))
            except Exception:  # noqa: BLE001 - it fails in ways that nobody lists
                found = ", ".join(ADDRESS.findall(str(value))[:SAME_NAME])
                part._headers[place], mended = (name, found), True
    return mended


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


def _limit_work(parts: list[EmailMessage]) -> bool:
    """Cut the most expensive headers, where all of them together are too expensive."""
    fields = [(part, place) for part in parts for place in range(len(part._headers))]
    values = {(id(part), place): str(part._headers[place][1]) for part, place in fields}
    if sum(map(len, values.values())) ** 2 <= HEADER_WORK:
        return False
    costs = {key: len(value) * len(MARK.findall(value)) for key, value in values.items()}
    left, changed = HEADER_WORK, False
    for part, place in sorted(fields, key=lambda field: costs[id(field[0]), field[1]]):
        cost, value = costs[id(part), place], values[id(part), place]
        while cost > left:
            value, changed = value[: len(value) // 2], True
            cost = len(value) * len(MARK.findall(value))
            part._headers[place] = (part._headers[place][0], value.translate(WITHOUT_LINES))
        left -= cost
    return changed


def _mend_charset(part: EmailMessage) -> bool:
    """A charset that is unknown, or no charset of texts, is read as UTF-8, with marks where that
    is not right."""
    charset = part.get_param("charset")
    if charset is None:
        return False
    try:
        b"x\xff".decode(charset if isinstance(charset, str) else charset[-1], "replace")
    except (LookupError, ValueError):
        part.del_param("charset")
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
