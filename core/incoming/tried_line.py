"""The IMAP and POP3 connections of a test, over a socket that is bounded in time.

They are what imaplib and poplib have, so whatever logs in with those logs in with these: a user
name and a password, or the OAuth logins of other addons.
"""

import contextlib
import imaplib
import json
import poplib
from collections.abc import Callable

from ..probe import Probe


class Line:
    """A socket whose every wait ends with the time of the test."""

    def __init__(self, sock, probe: Probe):
        self.sock, self._probe = sock, probe

    def makefile(self, _mode="rb"):
        return self._probe.reader(self.sock)

    def sendall(self, data):
        self.sock.settimeout(self._probe.left())
        self.sock.sendall(data)

    def __getattr__(self, name):
        return getattr(self.sock, name)


class TestedImap(imaplib.IMAP4):
    """Keeps what the provider says about a token, which imaplib hands to the login and forgets."""

    __test__ = False

    def __init__(self, line: Line, host: str, port: int):
        self._line = line
        self.oauth_error = ""
        super().__init__(host, port)

    def open(self, host="", port=imaplib.IMAP4_PORT, timeout=None):
        self.host, self.port = host, port
        self.over(self._line)

    def over(self, line):
        self.sock, self.file = line, line.makefile()

    @property
    def greeting(self) -> bytes:
        return self.welcome

    def offers(self) -> list[str]:
        _status, said = self.capability()
        return (said[-1] or b"").decode("ascii", "replace").upper().split()

    def ask_for_encryption(self) -> None:
        status, said = self.xatom("STARTTLS")
        if status != "OK":
            raise self.error(said[-1])

    def encrypted_with(self, line) -> None:
        """After STARTTLS everything heard before is forgotten (RFC 9051 section 6.2.1)."""
        self.over(line)
        self._tls_established = True
        self.capabilities = tuple(self.offers())

    def authenticate(self, mechanism, authobject: Callable):
        """An error comes as a question, which is answered with nothing (RFC 7628 section 3.2.3)."""

        def answer(question):
            if question and (error := _oauth_error(question)):
                self.oauth_error = error
                return b""
            return authobject(question)

        return super().authenticate(mechanism, answer)

    def leave(self) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError):
            self.logout()


class TestedPop3(poplib.POP3):
    __test__ = False
    oauth_error = ""

    def __init__(self, line: Line, host: str, port: int):
        self._line = line
        super().__init__(host, port)

    def _create_socket(self, timeout):
        return self._line

    @property
    def greeting(self) -> bytes:
        return self.welcome

    def offers(self) -> list[str]:
        """Optional, RFC 2449; encryption has another name here (RFC 2595 section 4)."""
        try:
            found = [" ".join((name, *rest)).upper() for name, rest in self.capa().items()]
        except poplib.error_proto:
            return []
        return ["STARTTLS" if name == "STLS" else name for name in found]

    def ask_for_encryption(self) -> None:
        self._shortcmd("STLS")

    def encrypted_with(self, line) -> None:
        self.sock, self.file = line, line.makefile()
        self._tls_established = True

    def leave(self) -> None:
        with contextlib.suppress(poplib.error_proto, OSError, ValueError):
            self.quit()


def _oauth_error(question: bytes) -> str:
    """What is wrong with a token, as the large providers say it in JSON."""
    with contextlib.suppress(ValueError):
        found = json.loads(question)
        if isinstance(found, dict):
            return ", ".join(f"{name} {value}" for name, value in found.items())
    return ""
