"""The SMTP connection of a test: bounded in time, and silent about secrets.

It is an `smtplib.SMTP`, so whatever logs in with one logs in with this one: Odoo's user name and
password, and the OAuth logins of its Google and Microsoft apps. It listens while they do, keeps
the answer that those apps drop, and remembers what travelled, so that nothing of it is ever shown.
"""

import base64
import binascii
import contextlib
import json
import re
import smtplib

from ..probe import Probe
from .wire import read_reply

OAUTH = ("XOAUTH2", "OAUTHBEARER")
CONTINUES = 334  # RFC 4954 section 4
HIDDEN = "…"
SHORT = 4
"""Characters below which a secret is only recognised as a word of its own."""
_WORDS = re.compile(r"[\0-\x20,;]+")


class TestedLine(smtplib.SMTP):
    """
    :param sock: connected, and encrypted where that comes first
    :param user: who logs in, which is no secret
    :param probe: knows what time is left
    """

    def __init__(self, sock, host: str, user: str, probe: Probe):
        super().__init__()
        self.sock, self._host, self._probe = sock, host, probe
        self._known = {"", user, f"user={user}", "Bearer", "auth=Bearer"}
        self.mechanism = ""
        self.oauth_error = ""
        self.auth_answer = None
        self._logging_in = self._has_sent_secret = False
        self._secrets: set[str] = set()

    # ------------------------------------------------------------
    # TALKING
    # ------------------------------------------------------------

    def send(self, s):
        if self.sock is not None:
            self.sock.settimeout(self._probe.left())
        super().send(s)

    def getreply(self):
        if self.file is None and self.sock is not None:
            self.file = self._probe.reader(self.sock)
        code, text = read_reply(self)
        if self._logging_in and code == CONTINUES and self._is_oauth_refused():
            self.oauth_error = _decoded(text)
            super().putcmd("")  # the answer comes once the error is acknowledged (RFC 7628 3.2.3)
            code, text = read_reply(self)
        if self._logging_in and code != CONTINUES:
            self._logging_in = False
            self.auth_answer = code, text
        return code, text

    def putcmd(self, cmd, args=""):
        if cmd.upper() == "AUTH":
            self.mechanism, _space, first = args.partition(" ")
            self._logging_in, self._has_sent_secret = True, bool(first)
            self._keep_secret(first)
        elif self._logging_in:
            self._has_sent_secret = True
            self._keep_secret(cmd)
        super().putcmd(cmd, args)

    def _is_oauth_refused(self):
        return self.mechanism.upper() in OAUTH and self._has_sent_secret

    def encrypted_with(self, secured):
        """After STARTTLS everything heard before is forgotten (RFC 3207 section 4.2)."""
        self.sock, self.file = secured, None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features, self.does_esmtp = {}, False

    def leave(self):
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.putcmd("quit")
        self.cancel()

    def cancel(self):
        """End it where it is; inside DATA, so that there is no message."""
        sock, self.sock = self.sock, None
        self.file = None
        if sock is not None:
            sock.close()

    # ------------------------------------------------------------
    # SECRETS
    # ------------------------------------------------------------

    def _keep_secret(self, sent):
        text = _decoded(sent.encode())
        self._secrets |= {sent, text, *_WORDS.split(text)} - self._known

    def without_secrets(self, text: str) -> str:
        """The text as it may be shown: servers quote the line that they do not like."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            found = re.escape(secret)
            if len(secret) < SHORT:
                found = rf"(?<!\w){found}(?!\w)"
            text = re.sub(found, HIDDEN, text)
        return text


def _decoded(sent: bytes) -> str:
    """What a line of a login says: base64, often JSON inside."""
    try:
        text = base64.b64decode(sent, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return sent.decode(errors="replace")
    try:
        said = json.loads(text)
    except ValueError:
        return text
    if not isinstance(said, dict):
        return text
    return ", ".join(f"{name} {value}" for name, value in said.items())
