"""The folders of an IMAP mailbox, as LIST and STATUS tell them."""

import imaplib
import re

from . import utf7

FOLDERS_MAX = 10_000
"""Names that are read; a mailbox with more is no mailbox."""
_LINE = re.compile(rb'\((?P<flags>[^)]*)\)\s+(?:"(?:[^"\\]|\\.)*"|NIL)\s+(?P<name>.*)', re.S)
_COUNT = re.compile(rb"(MESSAGES|UNSEEN)\s+(\d+)", re.I)


def folder_names(connection: imaplib.IMAP4) -> list[str]:
    """Those that can be opened; raises what imaplib raises."""
    status, lines = connection.list()
    if status != "OK":
        raise imaplib.IMAP4.error(lines[-1])
    return [name for line in lines[:FOLDERS_MAX] if (name := _name(line))]


def counts(connection: imaplib.IMAP4, name: str) -> tuple[int, int]:
    """(messages, unread ones) of a folder; raises what imaplib raises."""
    status, lines = connection.status(utf7.quoted(name), "(MESSAGES UNSEEN)")
    if status != "OK":
        raise imaplib.IMAP4.error(lines[-1])
    said = b" ".join(part if isinstance(part, bytes) else b" ".join(part) for part in lines if part)
    found = {key.upper(): int(number) for key, number in _COUNT.findall(said)}
    return found.get(b"MESSAGES", 0), found.get(b"UNSEEN", 0)


def _name(line) -> str:
    """A name comes as an atom, in quotes or, with line breaks in it, as a literal."""
    head, literal = (line[0], line[1]) if isinstance(line, tuple) else (line, None)
    found = _LINE.match(head or b"")
    if not found or b"\\noselect" in found["flags"].lower():
        return ""
    raw = found["name"].strip() if literal is None else literal
    if literal is None and raw[:1] == b'"':
        raw = re.sub(rb"\\(.)", rb"\1", raw[1:-1])
    return utf7.decode(raw.decode("utf-8", "replace"))
