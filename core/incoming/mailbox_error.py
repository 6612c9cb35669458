"""Why a mailbox could not be opened, told from the exception that its connection raised."""

import imaplib
import poplib
import re
import socket
import ssl

from ..probe.network import words_of
from ..text import TEXT_MAX, printable

_LOGIN_REFUSALS = (
    "authenticationfailed",  # RFC 5530 section 3, IMAP response code
    "[auth]",  # RFC 3206 section 4, POP3 response code
    "authentication fail",
    "invalid credentials",
    "login fail",
    "logon fail",
    "username and password not accepted",
    "incorrect username or password",
)


_CONSENT_WORDS = (
    "invalid_grant",
    "access token",
    "refresh token",
    "consent",
    "aadsts",
    "please connect with your",
)
"""Of the large providers, when somebody took back the permission to read the mailbox."""

_QUOTA_WORDS = (
    "overquota",  # RFC 5530 section 3
    "[limit]",  # RFC 5530 section 3
    "[sys/temp]",  # RFC 3206 section 4
    "quota",
    "bandwidth",
    "too many simultaneous",
    "throttl",
)


SAID_MAX = 500
"""Characters of what a server said that are shown."""
_SECRET = re.compile(r"(?i)(token|secret|password|assertion)=[^&\s'\")]+")
"""In the address of a service that could not be reached."""


def classify(error: BaseException, has_password: bool = True) -> str:
    """One of login_refused, name_unknown, connection_refused, timeout, tls, quota, consent, other.

    Servers word a refused login as they like; the response codes of the standards come first,
    then what the large providers say. Who signs in without a password gave a consent instead.
    """
    said = reply_text(error).lower()
    if any(text in said for text in _CONSENT_WORDS):
        return "consent"
    if isinstance(error, (imaplib.IMAP4.error, poplib.error_proto)):
        if any(text in said for text in _LOGIN_REFUSALS):
            return "login_refused" if has_password else "consent"
        return "quota" if any(text in said for text in _QUOTA_WORDS) else "other"
    for kind, code in (
        (socket.gaierror, "name_unknown"),
        (TimeoutError, "timeout"),
        (ConnectionRefusedError, "connection_refused"),
        (ssl.SSLError, "tls"),
    ):
        if isinstance(error, kind):
            return code
    return "other"


def reply_text(error: BaseException) -> str:
    """What the server said, safe to show: imaplib and poplib keep the octets of the reply."""
    said = error.args[0] if error.args else ""
    if isinstance(error, OSError) and isinstance(said, int):
        said = words_of(error)
    return safe(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said))


def safe(text: str) -> str:
    """Without secrets, and not longer than anybody reads."""
    return printable(_SECRET.sub(r"\1=…", text[:TEXT_MAX]), SAID_MAX)
