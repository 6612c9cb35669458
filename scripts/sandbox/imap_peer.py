"""Mailboxes on loopback for IMAP and POP3 clients, served by Dovecot or, failing that, pymap."""

from __future__ import annotations

import contextlib
import imaplib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .certificate import obtain_certificate
from .dovecot import DovecotServer
from .pymap_server import PymapServer

LOOPBACK = "127.0.0.1"
CLIENT_TIMEOUT = 10
"""Seconds for one command to a server on the same machine."""
FETCHED = re.compile(rb"UID (\d+)")


class MailServer(Protocol):
    """What :class:`ImapPeer` needs of the program that serves the mailboxes."""

    port: int
    ssl_port: int | None
    pop3_port: int | None
    pop3s_port: int | None

    @staticmethod
    def is_available() -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class StoredMessage:
    """A message in a mailbox: UID, bytes, and flags such as ``\\Seen``."""

    uid: int
    data: bytes
    flags: frozenset[str]


class ImapPeer:
    """Mailboxes for tests, ``users`` being passwords by address.

    Ports that the server in use does not have are None (pymap speaks no POP3). Files are kept in
    ``state_dir``, by default a temporary folder that ``stop`` removes.
    """

    def __init__(
        self,
        users: Mapping[str, str],
        state_dir: Path | None = None,
        server: type[MailServer] | None = None,
    ):
        self.users = dict(users)
        self.host = LOOPBACK
        self.port = self.ssl_port = self.pop3_port = self.pop3s_port = None
        self.ca_file: Path | None = None
        self._server_class = server
        self._state_dir = state_dir
        self._own_files: tempfile.TemporaryDirectory | None = None
        self._server: MailServer | None = None

    def start(self) -> ImapPeer:
        server_class = self._server_class or pick_server()
        if self._state_dir is None:
            self._own_files = tempfile.TemporaryDirectory(prefix="ec-imap-")
        state_dir = self._state_dir or Path(self._own_files.name)
        try:
            certificate = obtain_certificate(state_dir)
            self._server = server = server_class(self.users, certificate, state_dir)
            server.start()
        except BaseException:
            self.stop()
            raise
        self.ca_file = certificate.ca_file
        self.port, self.ssl_port = server.port, server.ssl_port
        self.pop3_port, self.pop3s_port = server.pop3_port, server.pop3s_port
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._own_files is not None:
            self._own_files.cleanup()
            self._own_files = None

    def __enter__(self) -> ImapPeer:
        return self.start()

    def __exit__(self, *exc_info) -> None:
        self.stop()

    def deliver(self, address: str, raw: bytes) -> None:
        """Put a message into the mailbox of ``address``; it is there when this returns.

        Raises ``KeyError`` for an address without mailbox.
        """
        with self._client(address) as client:
            _checked(client.append("INBOX", None, None, raw))

    def messages(self, address: str) -> list[StoredMessage]:
        """Return what is in the mailbox, oldest first, changing no flag."""
        with self._client(address) as client:
            _checked(client.select("INBOX", readonly=True))
            found = _checked(client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])"))
        return [_stored(item) for item in found if isinstance(item, tuple)]

    @contextlib.contextmanager
    def _client(self, address: str):
        password = self.users[address]
        with imaplib.IMAP4(self.host, self.port, timeout=CLIENT_TIMEOUT) as client:
            client.login(address, password)
            yield client


def pick_server() -> type[MailServer]:
    """Return Dovecot where it is installed, else pymap."""
    for server in (DovecotServer, PymapServer):
        if server.is_available():
            return server
    raise RuntimeError(
        "There is no IMAP server for the sandbox. Install Dovecot (on Debian and Ubuntu the "
        "packages dovecot-imapd and dovecot-pop3d), or the Python package pymap 0.36 "
        "or later (with Python 3.11 or later)."
    )


def _checked(answer):
    status, data = answer
    if status != "OK":
        raise RuntimeError(f"The sandbox's mailbox refuses a command: {data!r}")
    return data


def _stored(item: tuple[bytes, bytes]) -> StoredMessage:
    description, data = item
    flags = (flag.decode() for flag in imaplib.ParseFlags(description))
    return StoredMessage(int(FETCHED.search(description)[1]), data, frozenset(flags))
