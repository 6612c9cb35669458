"""Header fields, of a mail, of a part or of a report: names without case, values as plain text.

Nothing is decoded before somebody asks, and nothing is parsed by the rules of addresses: a
stranger may write megabytes of quotes there.
"""

import contextlib
import email.errors
import re
from collections.abc import Iterable
from email.header import decode_header, make_header
from itertools import islice

FIELDS = 2_000
"""Fields of one block that are read."""
VALUE_CHARS = 4_096
"""Characters of one value that are read."""
DECODED_CHARS = 1_000
"""Characters of a value with encoded words (RFC 2047) that are decoded."""

_FIELD = re.compile(r"([!-9;-~]{1,80})[ \t]{0,20}:(.*)", re.DOTALL)


class Fields:
    """One block of fields, in order."""

    def __init__(self, items: Iterable[tuple[str, str]]):
        self.items: list[tuple[str, str]] = []
        self._by_name: dict[str, list[str]] = {}
        for name, value in islice(items, FIELDS):
            text = " ".join(_readable(str(value)[:VALUE_CHARS]).split())
            self.items.append((name, text))
            self._by_name.setdefault(name.lower(), []).append(text)

    @classmethod
    def of(cls, part) -> "Fields":
        """The fields of an `email.message.Message` of any policy, without parsing a value."""
        return cls(part.raw_items())

    def __bool__(self) -> bool:
        return bool(self.items)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name

    def all(self, name: str) -> list[str]:
        return self._by_name.get(name.lower(), [])

    def first(self, *names: str) -> str:
        """The first value that is not empty, of the first name that has one."""
        return next((value for name in names for value in self.all(name) if value), "")

    def decoded(self, name: str) -> str:
        """The first value, with encoded words (RFC 2047) put into plain text."""
        return decoded(self.first(name))

    def main_type(self) -> tuple[str, str]:
        """Main and sub type of the content, as RFC 2045 section 5.2 has it where none is told."""
        value = self.first("Content-Type").partition(";")[0].strip().lower()
        main, slash, sub = value.partition("/")
        return (main, sub.strip()) if slash else ("text", "plain")

    def parameter(self, field: str, name: str) -> str:
        """A parameter of a field, in lower case: `charset` of Content-Type."""
        found = re.search(
            r";\s{0,20}" + name + r"\s{0,20}=\s{0,20}\"?([^\";\s]{1,200})",
            self.first(field),
            re.IGNORECASE,
        )
        return found[1].lower() if found else ""


def _readable(value: str) -> str:
    """Without what the parser keeps of bytes that are no ASCII: most are UTF-8 (RFC 6532)."""
    if not value.isascii():
        octets = value.encode("utf-8", "surrogateescape")
        try:
            value = octets.decode("utf-8")
        except UnicodeDecodeError:
            value = octets.decode("cp1252", "replace")
    return value.replace("\0", "")


def decoded(text: str) -> str:
    if "=?" not in text:
        return text
    with contextlib.suppress(ValueError, LookupError, email.errors.MessageError):
        shown = str(make_header(decode_header(text[:DECODED_CHARS])))
        return " ".join(shown.encode("utf-8", "replace").decode("utf-8").split())
    return text


def read_fields(lines: Iterable[str]) -> Fields:
    """Fields from lines of text, up to the first empty line after them; what is neither a field
    nor goes on with one (RFC 5322 section 2.2.3) is passed over."""
    items: list[list[str]] = []
    for line in lines:
        if not line.strip():
            if items:
                break
        elif line[0] in " \t":
            if items and len(items[-1][1]) < VALUE_CHARS:
                items[-1][1] += " " + line.strip()
        elif found := _FIELD.match(line):
            items.append([found[1], found[2].strip()])
    return Fields((name, value) for name, value in items)
