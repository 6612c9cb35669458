"""What smtplib, ssl and the network raise instead of an answer, or around one."""

import smtplib
import socket
import ssl

from .classes import Command, ReplyClass

SESSION = (Command.CONNECT, Command.EHLO, Command.STARTTLS, Command.AUTH)
"""Commands before any message: what fails there fails for all of them."""

_ANSWERED = (
    (smtplib.SMTPAuthenticationError, Command.AUTH),
    (smtplib.SMTPConnectError, Command.CONNECT),
    (smtplib.SMTPHeloError, Command.EHLO),
    (smtplib.SMTPSenderRefused, Command.MAIL),
)
"""What smtplib's exceptions with an answer say about the command, where the caller cannot know."""

_RAISED = (
    (smtplib.SMTPServerDisconnected, "line_dropped", ReplyClass.SERVER_UNREACHABLE),
    (socket.gaierror, "name_not_found", ReplyClass.SERVER_UNREACHABLE),
    (ssl.SSLCertVerificationError, "certificate", ReplyClass.CONFIGURATION),
    (ssl.SSLEOFError, "line_dropped", ReplyClass.SERVER_UNREACHABLE),
    (ssl.SSLZeroReturnError, "line_dropped", ReplyClass.SERVER_UNREACHABLE),
    (TimeoutError, "timed_out", ReplyClass.SERVER_UNREACHABLE),
    (ssl.SSLError, "encryption", ReplyClass.CONFIGURATION),
    (ConnectionRefusedError, "connection_refused", ReplyClass.SERVER_UNREACHABLE),
    (ConnectionError, "line_dropped", ReplyClass.SERVER_UNREACHABLE),
    (smtplib.SMTPException, "not_supported", ReplyClass.CONFIGURATION),
    (OSError, "network", ReplyClass.SERVER_UNREACHABLE),
    (ValueError, "not_representable", ReplyClass.CONFIGURATION),  # UnicodeError is one
)
"""(type, name of the rule, class), the narrowest type first."""

_LINE_TOO_LONG = "Line too long."
"""smtplib's own words, with a code that no server sent."""
_FOR_GOOD = ("smtputf8", "not_representable")
"""What this message asks of SMTP, and will ask again."""


def answer_in(command: Command | None, error: BaseException):
    """(command, code, text) of the answer that an exception carries, None where there is none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (0, ""))
        return Command.RCPT, code, text
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_error != _LINE_TOO_LONG:
        command = next((own for kind, own in _ANSWERED if isinstance(error, kind)), command)
        return command, error.smtp_code, error.smtp_error
    return None


def judge(command: Command | None, error: BaseException):
    """(command, text, name of the rule or "", class, permanent) of an exception without answer."""
    said = _said(error)
    rule, reply_class = next(
        ((rule, found) for kind, rule, found in _RAISED if isinstance(error, kind)),
        ("", ReplyClass.UNCLEAR),
    )
    if rule == "not_supported":
        command, rule, reply_class = _not_supported(command, said)
    elif rule == "not_representable" and command in SESSION:
        rule, reply_class = "credentials", ReplyClass.AUTHENTICATION_REFUSED
    return command, said, rule, reply_class, rule in _FOR_GOOD


def _not_supported(command, said):
    """(command, rule, class) of what smtplib misses, told from its words: it has no codes."""
    if _LINE_TOO_LONG in said:
        return command, "answer_too_long", ReplyClass.UNCLEAR
    if "SMTPUTF8" in said:
        return Command.MAIL, "smtputf8", ReplyClass.CONFIGURATION
    if "STARTTLS" in said:
        return Command.STARTTLS, "not_supported", ReplyClass.CONFIGURATION
    if "AUTH" in said.upper():
        return Command.AUTH, "no_login_offered", ReplyClass.AUTHENTICATION_REFUSED
    return command, "not_supported", ReplyClass.CONFIGURATION


def _said(error):
    """Its text; an exception that repeats what it could not encode may repeat a password."""
    if isinstance(error, UnicodeError):
        return getattr(error, "reason", "") or type(error).__name__
    try:
        return str(error) or type(error).__name__
    except Exception:  # noqa: BLE001 - the exception of a stranger must not raise another one
        return type(error).__name__
