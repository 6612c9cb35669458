"""One incoming mail as the readers of reports look at it: its fields, what it says to people, the
fields of the mail that it returns, and the parts that machines read."""

from dataclasses import dataclass
from email.message import Message
from functools import cached_property

from .fields import Fields, read_fields
from .parts import RETURNED, TEXT_BYTES, parts, payload_of, text_of
from .returned import split_returned

TEXTS = 4
"""Texts that are read together: what a report says stands in the first, or in the first two."""


@dataclass
class Mail:
    fields: Fields
    parts: list[tuple[Message, Fields]]

    @cached_property
    def text(self) -> str:
        """What the mail says to people, without the mail that it returns."""
        return self._split[0]

    @cached_property
    def words(self) -> str:
        """The beginning of the text on one line: lines are broken anywhere."""
        return " ".join(self.text[:8_000].split())

    @cached_property
    def returned(self) -> Fields:
        """The fields of the mail that it returns, whole or its header, or none."""
        for part, fields in self.parts:
            if is_returned(fields) and (found := _returned_fields(part, fields)):
                return found
        return read_fields(self._split[1].splitlines()[:2000])

    @cached_property
    def _split(self) -> tuple[str, str]:
        plain, other = [], []
        for part, fields in self.parts:
            main, sub = fields.main_type()
            if main == "multipart" and isinstance(payload_of(part), str):
                plain.append(text_of(part, fields))  # labelled so, but without parts
            elif main == "text" and not is_returned(fields) and not is_status(fields):
                (other if sub == "html" else plain).append(text_of(part, fields))
        texts = [text for text in plain if text.strip()] or other
        return split_returned("\n\n".join(texts[:TEXTS])[:TEXT_BYTES])

    def part_text(self, *subtypes: str) -> str:
        """The text of the first part for machines, such as a delivery-status, or ""."""
        for part, fields in self.parts:
            if fields.main_type()[1] in subtypes:
                return machine_text(part, fields)
        return ""

    def has_part(self, *subtypes: str) -> bool:
        return any(fields.main_type()[1] in subtypes for _part, fields in self.parts)


def open_mail(message: Message) -> Mail:
    return Mail(Fields.of(message), list(parts(message)))


def is_returned(fields: Fields) -> bool:
    main, sub = fields.main_type()
    return sub in RETURNED and main in ("message", "text")


def is_status(fields: Fields) -> bool:
    return fields.main_type()[1] in ("delivery-status", "global-delivery-status")


def _returned_fields(part: Message, fields: Fields) -> Fields:
    inside = payload_of(part)
    if isinstance(inside, list) and inside:
        if found := Fields.of(inside[0]):
            return found
        part, fields = inside[0], Fields([*fields.items, ("Content-Type", "text/plain")])
    return read_fields(text_of(part, fields).splitlines()[:2000])


def machine_text(part: Message, fields: Fields) -> str:
    """The blocks of a report for machines as text: the parser takes them for mails."""
    inside = payload_of(part)
    if isinstance(inside, str):
        return text_of(part, fields)
    lines: list[str] = []
    size = 0
    for block in inside or ():
        for name, value in block.raw_items():
            lines.append(f"{name}: {value}")
        body = payload_of(block)
        lines += ["", body if isinstance(body, str) else "", ""]
        size += sum(map(len, lines[-3:])) + 40
        if size > 20 * TEXT_BYTES:
            break
    text = "\n".join(lines)
    if fields.first("Content-Transfer-Encoding").lower() not in ("base64", "quoted-printable"):
        return text
    whole = Message()
    whole.set_payload(text.strip())
    return text_of(whole, fields)
