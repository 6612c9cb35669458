"""A POP3 mailbox, over a connection of poplib that somebody else has opened and logged in."""

from __future__ import annotations

import contextlib
import poplib
from collections.abc import Sequence

LINE_BYTES = 65_536
"""Bytes that are read in one go; a line may be longer."""
EXCESS = 4
"""A message may have that many times the size that the server told, and a megabyte: servers count
line ends in different ways. One that never ends is given up."""
MEGABYTE = 1024 * 1024
HEAD_LINES = 0
ALL_LINES = 10_000_000


class Pop3Mailbox:
    """Messages by their number, which is good for this session; `uidls` tells them apart for ever.

    What is acknowledged is deleted by the server when the session ends politely, and only then.
    """

    name = "INBOX"
    uidvalidity = "0"
    """POP3 has one folder, which is never numbered anew."""

    def __init__(self, connection: poplib.POP3):
        self.connection = connection
        self.uidls: dict[int, str] = {}
        self._sizes: dict[int, int] = {}
        self._pipelines = False

    def open(self, readonly: bool = False) -> None:
        """Nothing is changed by reading; `readonly` is for those that are."""
        connection = self.connection
        self._sizes = dict(_pair(line) for line in connection.list()[1])
        with contextlib.suppress(poplib.error_proto):  # optional, RFC 1939 section 7
            lines = (
                line.decode("utf-8", "replace").split(None, 1) for line in connection.uidl()[1]
            )
            self.uidls = {int(parts[0]): parts[1].strip() for parts in lines if len(parts) == 2}
        with contextlib.suppress(poplib.error_proto):  # optional, RFC 2449
            self._pipelines = "PIPELINING" in {name.upper() for name in connection.capa()}

    def unread(self) -> list[int]:
        """Every message that is there, the oldest first."""
        return sorted(self._sizes)

    def sizes(self, numbers: Sequence[int]) -> dict[int, int]:
        return {number: self._sizes[number] for number in numbers}

    def fetch(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The messages themselves; one that the server refuses to give is missing."""
        return self._messages(numbers, "RETR")

    def peek(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The same, and the server does not take them for read (TOP, RFC 1939 section 7)."""
        found = self._messages(numbers, "TOP", str(ALL_LINES))
        return found or self.fetch(numbers)

    def _messages(self, numbers, *command) -> dict[int, bytes]:
        found = {}
        for number in self._asked(numbers, *command):
            with contextlib.suppress(poplib.error_proto):
                self._status()
                found[number] = self._read(EXCESS * self._sizes[number] + MEGABYTE)
        return found

    def head(self, number: int) -> bytes:
        with contextlib.suppress(poplib.error_proto):  # TOP is optional, RFC 1939 section 7
            for _number in self._asked([number], "TOP", str(HEAD_LINES)):
                self._status()
                return self._read(MEGABYTE)
        return b""

    def acknowledge(self, numbers: Sequence[int]) -> None:
        for _number in self._asked(numbers, "DELE"):
            with contextlib.suppress(poplib.error_proto):
                self._status()

    def leave(self) -> None:
        with contextlib.suppress(poplib.error_proto, OSError, ValueError):
            self.connection.quit()

    def _asked(self, numbers: Sequence[int], *command: str):
        """Yield each number when its answer is next, having asked for all of them at once if the
        server allows it (RFC 2449 section 6.6)."""
        verb, *rest = command
        lines = [" ".join((verb, str(number), *rest)).encode() + b"\r\n" for number in numbers]
        if self._pipelines:
            self.connection.sock.sendall(b"".join(lines))
        for number, line in zip(numbers, lines, strict=True):
            if not self._pipelines:
                self.connection.sock.sendall(line)
            yield number

    def _status(self) -> bytes:
        line = self._line()
        if not line.startswith(b"+"):
            raise poplib.error_proto(line.strip())
        return line

    def _line(self) -> bytes:
        line = self.connection.file.readline(LINE_BYTES)
        if not line:
            raise ConnectionError("The POP3 server closed the connection.")
        return line

    def _read(self, limit: int) -> bytes:
        """A multi-line answer as it was before it travelled (RFC 1939 section 3)."""
        parts, size, is_new_line = [], 0, True
        while True:
            part = self._line()
            if is_new_line and part in (b".\r\n", b".\n"):
                return b"".join(parts)
            if is_new_line and part.startswith(b"."):
                part = part[1:]
            is_new_line = part.endswith(b"\n")
            parts.append(part)
            size += len(part)
            if size > limit:
                raise ConnectionError("The POP3 server sends a message without an end.")


def _pair(line: bytes) -> tuple[int, int]:
    number, size = line.split()[:2]
    return int(number), int(size)
