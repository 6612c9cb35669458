"""An IMAP folder, over a connection of imaplib that somebody else has opened and logged in."""

from __future__ import annotations

import contextlib
import imaplib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from . import utf7

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SEARCH_WINDOW = 50_000
"""Messages searched in one command: imaplib refuses a line of a million bytes, and a UID takes up
to eleven."""
DELETED = "(\\Deleted)"
PEEK = "BODY.PEEK[]"
BODY = b"BODY[]"
BODY_START = b"BODY[]<0>"
HEAD_BYTES = 65_536
ITEMS = {BODY, BODY_START, b"UID", b"FLAGS", b"RFC822.SIZE", b"MODSEQ", b"INTERNALDATE"}
"""What an answer may say of a message, asked for or not (RFC 9051 section 7.5.2)."""


class ImapFolder:
    """Reads without changing a flag, and marks what it is told to.

    Raises what imaplib raises. UIDs are numbers. Once it is open, `uidvalidity` is known, and
    `uidnext`, which is 0 where the server does not say it.
    """

    def __init__(self, connection: imaplib.IMAP4, name: str = "INBOX"):
        self.connection, self.name = connection, name
        self.uidvalidity = ""
        self.uidnext = 0
        self._exists = 0

    def open(self, readonly: bool = False) -> None:
        """Select the folder, also where the login has selected one already."""
        answer = self._checked(self.connection.select(utf7.quoted(self.name), readonly))
        self._exists = int(answer[0] or 0)
        self.uidvalidity = self._said("UIDVALIDITY")
        following = self._said("UIDNEXT")
        self.uidnext = int(following) if following.isdigit() else 0

    def unread(self) -> list[int]:
        """The UIDs of unread messages, the oldest first."""
        return self._search("UNSEEN")

    def after(self, uid: int) -> list[int]:
        """The UIDs above that one; nothing is asked of the messages below it."""
        # An asterisk names the last message, which may be below (RFC 9051 section 6.4.4)
        return [found for found in self._search(f"UID {uid + 1}:*") if found > uid]

    def read_after(self, uid: int) -> list[int]:
        """The UIDs above that one whose messages somebody has read."""
        return [found for found in self._search(f"UID {uid + 1}:* SEEN") if found > uid]

    def since(self, day: date) -> list[int]:
        """The UIDs of messages that came on that day or later."""
        return self._search(f"SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}")

    def last_uid(self) -> int:
        """The highest UID that any message has had until now."""
        return self.uidnext - 1 if self.uidnext else max(self.after(0), default=0)

    def _said(self, name: str) -> str:
        """What the folder answered to being opened, besides its size."""
        _name, data = self.connection.response(name)
        return data[-1].decode("ascii", "replace") if data and data[-1] else ""

    def _search(self, criteria: str) -> list[int]:
        found = set()
        for first in range(1, self._exists + 1, SEARCH_WINDOW):
            last = min(first + SEARCH_WINDOW - 1, self._exists)
            window = () if self._exists <= SEARCH_WINDOW else (f"{first}:{last}",)
            answer = self._checked(self.connection.uid("SEARCH", *window, criteria))
            found.update(int(word) for line in answer if line for word in line.split())
        return sorted(found)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The size of each message that is still there, as the server tells it."""
        found = self._fetch(uids, "(UID RFC822.SIZE)")
        sizes = {uid: items.get(b"RFC822.SIZE") for uid, items in found}
        return {uid: size for uid, size in sizes.items() if isinstance(size, int)}

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The messages themselves. One whose answer cannot be read is missing.

        :raises: what the server said when it gives none of them
        """
        try:
            return self._bodies(uids)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ValueError) as error:
            bodies = self._one_by_one(uids) if len(uids) > 1 else {}
            if bodies or _is_unreadable(error):
                return bodies
            raise

    peek = fetch

    def _one_by_one(self, uids: Sequence[int]) -> dict[int, bytes]:
        bodies = {}
        for uid in uids:
            try:
                bodies.update(self._bodies([uid]))
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, ValueError):
                continue
        return bodies

    def head(self, uid: int) -> bytes:
        """The beginning of a message that is too large to be fetched."""
        with contextlib.suppress(ValueError, imaplib.IMAP4.error):
            for _uid, items in self._fetch([uid], f"(UID BODY.PEEK[]<0.{HEAD_BYTES}>)"):
                if body := items.get(BODY_START):
                    return body
        return b""

    def mark_read(self, uids: Sequence[int]) -> None:
        if uids:
            self._checked(self.connection.uid("STORE", uid_set(uids), "+FLAGS.SILENT", "(\\Seen)"))

    acknowledge = mark_read

    def move(self, uids: Sequence[int], name: str) -> None:
        """Into another folder, which is made where there is none.

        Without MOVE (RFC 6851) they are copied and marked as deleted, and expunged only where
        that can be said of them alone (RFC 4315): others may have marked more.
        """
        offers = self._offers()
        if "MOVE" not in offers or not self._transfer("MOVE", uids, name):
            if not self._transfer("COPY", uids, name):
                raise imaplib.IMAP4.error(f"The folder “{name}” takes no messages")
            self._checked(self.connection.uid("STORE", uid_set(uids), "+FLAGS.SILENT", DELETED))
            if "UIDPLUS" in offers:
                self._checked(self.connection.uid("EXPUNGE", uid_set(uids)))

    def _transfer(self, command: str, uids: Sequence[int], name: str) -> bool:
        target = utf7.quoted(name)
        for _trial in range(2):
            try:
                if self.connection.uid(command, uid_set(uids), target)[0] == "OK":
                    return True
                self.connection.create(target)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:  # a server that offers what it does not know
                return False
        return False

    def _offers(self) -> set[str]:
        """What it offers now: servers say more after the login."""
        answer = self._checked(self.connection.capability())
        return set((answer[-1] or b"").decode("ascii", "replace").upper().split())

    def leave(self) -> None:
        """LOGOUT, never CLOSE, which would expunge what other clients marked as deleted."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError):
            self.connection.logout()

    def _bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        bodies = {uid: items.get(BODY) for uid, items in self._fetch(uids, f"(UID {PEEK})")}
        return {uid: body for uid, body in bodies.items() if isinstance(body, bytes) and body}

    def _fetch(self, uids: Sequence[int], items: str) -> list[tuple[int, dict]]:
        """What the answers say of the messages asked for.

        Changes by other clients come in between, and some servers answer without the UID: only
        an answer that names it is trusted.
        """
        if not uids:
            return []
        wanted = set(uids)
        answer = self._checked(self.connection.uid("FETCH", uid_set(uids), items))
        named = ((values.get(b"UID"), values) for values in _answers(answer))
        return [(uid, values) for uid, values in named if uid in wanted]

    @staticmethod
    def _checked(answer):
        status, data = answer
        if status != "OK":
            raise imaplib.IMAP4.error(data[0] if data else status)
        return data


def _answers(data: list) -> Iterator[dict]:
    from imapclient.response_parser import parse_response

    if not data or data == [None]:
        return
    parts = iter(parse_response(data))
    for _number, items in zip(parts, parts):  # noqa: B905 - a lone number says nothing
        if isinstance(items, tuple) and len(items) % 2 == 0:
            pairs = dict(zip(items[::2], items[1::2], strict=True))
            # A literal with a size that is not right leaves its rest behind as items.
            if all(isinstance(key, bytes) and key.upper() in ITEMS for key in pairs):
                yield {key.upper(): value for key, value in pairs.items()}


def _is_unreadable(error: Exception) -> bool:
    from imapclient.exceptions import ProtocolError

    return isinstance(error, (ProtocolError, ValueError))


def uid_set(uids: Iterable[int]) -> str:
    """As short as possible: 1:50,60 (RFC 9051 section 9, sequence-set)."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)
