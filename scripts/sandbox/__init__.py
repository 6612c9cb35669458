"""Mail peers for development and tests: SMTP, IMAP, POP3 and DNS servers on loopback.

From a test, each peer is a context manager; :class:`Sandbox` is all of them, connected. As a
process, ``python3 -m scripts.sandbox --state DIR`` runs a sandbox until it is told to end.
"""

from .dns_peer import DnsPeer, Question
from .dovecot import DovecotServer
from .imap_peer import ImapPeer, StoredMessage
from .pymap_server import PymapServer
from .sandbox import MAILBOXES, PASSWORD, Sandbox
from .scripted_peer import ScriptedPeer
from .slow_line import SlowLine
from .smtp_message import Received
from .smtp_peer import Command, SmtpPeer
from .smtp_script import CONNECT, END_OF_DATA
from .zone import DEFAULT_ZONES, Fault

__all__ = [
    "CONNECT",
    "DEFAULT_ZONES",
    "END_OF_DATA",
    "MAILBOXES",
    "PASSWORD",
    "Command",
    "DnsPeer",
    "DovecotServer",
    "Fault",
    "ImapPeer",
    "PymapServer",
    "Question",
    "Received",
    "Sandbox",
    "ScriptedPeer",
    "SlowLine",
    "SmtpPeer",
    "StoredMessage",
]
