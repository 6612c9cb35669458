"""Answers of SMTP servers, as values: what was said, and what it means.

`read` judges an answer and `from_exception` what smtplib and the network raise instead of one.
What counts, in this order:

1. the words, by the ordered table `reply_rules.RULES`;
2. the enhanced code (RFC 3463) in the answer, then the one beside it in a report;
3. the three-digit code (RFC 5321 section 4.2).

Whether a refusal is for good is told by the first digit of the three-digit code alone, whatever
the others say. Which command was answered narrows the meaning: an answer to MAIL is about the
sender, and "unknown user" in answer to the message proves nothing about the address.

No I/O, no memory: what a second answer of the same kind means is for whoever keeps them.
"""

import base64
import codecs
import json
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from .reply_class import CLASSES, Command, ReplyClass
from .reply_rules import AUTHENTICATION_CODES, CODES, ENHANCED, RULES, Rule
from .reply_wording import explain, explain_admin, next_step
from .text import printable

__all__ = [
    "CLASSES",
    "Command",
    "Reply",
    "ReplyClass",
    "explain",
    "explain_admin",
    "from_exception",
    "is_transient",
    "next_step",
    "read",
]

TEXT_MAX = 2000
"""Characters of an answer that are judged and kept; a line has at most 512 octets (RFC 5321
section 4.5.3.1.5), and what decides stands in the first few."""
OCTETS_MAX = 4 * TEXT_MAX
"""Octets that are decoded: UTF-8 has at most four a character."""
RETRY_AFTER_MAX = 2 * 24 * 3600
"""Seconds; whoever asks to come back later than in two days does not mean this message."""

_SESSION = (Command.CONNECT, Command.EHLO, Command.STARTTLS, Command.AUTH)
_MESSAGE = (Command.DATA, Command.END_OF_DATA)

_RECIPIENT = (
    ReplyClass.RECIPIENT_UNKNOWN,
    ReplyClass.BAD_DOMAIN,
    ReplyClass.MOVED,
    ReplyClass.DISABLED,
    ReplyClass.FULL,
)


@dataclass(frozen=True)
class Reply:
    """One answer of a mail server, or what came instead of one.

    :param command: what was answered; None where a report does not tell
    :param code: three digits, 0 where there was no answer
    :param enhanced: the enhanced code, as it was sent, or ""
    :param text: what the server said without the three digits, safe to store and to print
    :param permanent: the server will say the same again (5yz)
    :param by_rule: the name of the rule that knew the words; "" where only the codes decided
    :param retry_after: seconds after which the server wants to be asked again, where it says
    """

    command: Command | None
    code: int
    enhanced: str
    text: str
    reply_class: ReplyClass
    permanent: bool
    by_rule: str = ""
    retry_after: int | None = None

    @property
    def accepted(self) -> bool:
        return self.reply_class is ReplyClass.ACCEPTED

    @property
    def answer(self) -> str:
        """Code and text as they are quoted to people."""
        return f"{self.code} {self.text}".strip() if self.code else self.text

    @property
    def dead_address(self) -> bool:
        """Whether this answer alone proves that the address is dead. 5yz alone never does."""
        proven = self.by_rule or _by_enhanced(self.enhanced) is self.reply_class
        return self.permanent and CLASSES[self.reply_class].dead_address and bool(proven)

    @property
    def server_fault(self) -> bool:
        """Whether all mails of the sending server would have been answered like this one."""
        if self.accepted:
            return False
        return (
            self.code == 421
            or self.command in _SESSION
            or (not self.code and self.reply_class is ReplyClass.SERVER_UNREACHABLE)
            or self.reply_class in (ReplyClass.AUTHENTICATION_REFUSED, ReplyClass.QUOTA_REACHED)
        )

    def to_json(self) -> dict:
        """A dict of JSON types; `from_json` reads it back."""
        return {
            "command": self.command and self.command.value,
            "code": self.code,
            "enhanced": self.enhanced,
            "text": self.text,
            "class": self.reply_class.value,
            "permanent": self.permanent,
            "by_rule": self.by_rule,
            "retry_after": self.retry_after,
        }

    @classmethod
    def from_json(cls, data: dict) -> "Reply":
        return cls(
            command=Command(data["command"]) if data["command"] else None,
            code=data["code"],
            enhanced=data["enhanced"],
            text=data["text"],
            reply_class=ReplyClass(data["class"]),
            permanent=data["permanent"],
            by_rule=data["by_rule"],
            retry_after=data["retry_after"],
        )


def is_transient(reply: Reply) -> bool:
    """Whether trying again can help by itself: the answer was not for good, or it names a limit
    that passes with time, which some providers word as a 5yz."""
    if reply.accepted:
        return False
    return not reply.permanent or reply.reply_class is ReplyClass.QUOTA_REACHED


# ------------------------------------------------------------
# READING AN ANSWER
# ------------------------------------------------------------


def read(
    command: Command | None,
    code: int | str,
    text: bytes | str | None = "",
    *,
    status: str = "",
) -> Reply:
    """The value of an answer as smtplib gives it; never raises.

    :param status: the Status field of a report, which counts less than a code in the answer
    """
    code = _number(code)
    said = _clean(command, text)
    enhanced = _enhanced(said)
    by_rule, reply_class = _judge(command, code, enhanced or _enhanced(status), said)
    refused = reply_class is not ReplyClass.ACCEPTED
    return Reply(
        command,
        code,
        enhanced or _enhanced(status),
        said,
        reply_class,
        refused and _first_digit(code, enhanced or status) == 5,
        by_rule,
        _retry_after(said) if refused else None,
    )


def _number(code):
    try:
        number = int(code)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 100 <= number <= 599 else 0


def _first_digit(code, enhanced):
    """Where codes contradict each other, the three-digit code decides."""
    if code:
        return code // 100
    return int(enhanced[0]) if enhanced[:1] in ("2", "4", "5") else 0


_REPEATED_ENHANCED = re.compile(r"(?<=\n)[245]\.[0-9]{1,3}\.[0-9]{1,3}[ \t]")
_TOKEN = re.compile(
    r"\b((?:plain|login|xoauth2|oauthbearer|cram-md5) +)?([A-Za-z0-9+/_-]{8,}={0,2})", re.IGNORECASE
)


def _clean(command, text):
    """One line, decoded, bounded, printable, and without what a login may echo."""
    said = _decode(text)
    if command is Command.AUTH:
        said = _oauth_refusal(said) or _TOKEN.sub(_masked, said)
    said = _REPEATED_ENHANCED.sub("", said)  # RFC 2034 section 4: it stands on every line
    return printable(" ".join(said.split()), TEXT_MAX)


def _decode(text):
    if text is None:
        return ""
    if isinstance(text, (bytes, bytearray, memoryview)):
        octets = bytes(text[:OCTETS_MAX])
        try:  # not `decode`: the last character may have been cut
            said = codecs.getincrementaldecoder("utf-8")().decode(octets)
        except UnicodeDecodeError:
            said = octets.decode("cp1252", "replace")
    else:
        said = str(text)
    return said[:TEXT_MAX]


def _masked(match):
    """Some servers repeat the command they did not understand, credentials included."""
    word = match[2]
    after_mechanism = match[1] and re.search("[0-9=+/]", word)
    return f"{match[1] or ''}***" if after_mechanism or len(word) >= 40 else match[0]


def _oauth_refusal(said):
    """Google and Microsoft refuse a token with JSON in Base64 (RFC 7628 section 3.2.3)."""
    word = said.strip().rpartition(" ")[2]
    if not word.startswith("eyJ"):
        return ""
    try:
        data = json.loads(base64.b64decode(word + "=" * (-len(word) % 4)))
    except (ValueError, RecursionError):
        return ""
    return json.dumps(data, ensure_ascii=False) if isinstance(data, dict) else ""


_ENHANCED = re.compile(r"(?<![0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])")


def _enhanced(text):
    """The enhanced code at the start (RFC 2034), else the first that says why not."""
    if match := _ENHANCED.match(text):
        return match[1]
    return next((item[1] for item in _ENHANCED.finditer(text) if item[1][0] != "2"), "")


# ------------------------------------------------------------
# JUDGING
# ------------------------------------------------------------


def _judge(command, code, enhanced, said):
    """(name of the rule or "", class)."""
    if _is_positive(command, code, enhanced):
        return "", ReplyClass.ACCEPTED
    words = _words(said)
    if code in AUTHENTICATION_CODES:
        rule = _find(words, command, code, ReplyClass.AUTHENTICATION_REFUSED)
        return rule.name if rule else f"code_{code}", ReplyClass.AUTHENTICATION_REFUSED
    rule = _find(words, command, code)
    found = rule.reply_class if rule else _by_enhanced(enhanced) or _by_codes(command, code)
    return rule.name if rule else "", _narrowed(found, rule, command, code, enhanced)


def _is_positive(command, code, enhanced):
    if command is Command.DATA:
        return code == 354  # RFC 5321 section 4.3.2: anything else is no permission to send
    return code // 100 == 2 or (not code and enhanced[:1] == "2")


def _find(words, command, code, reply_class=None) -> Rule | None:
    return next(
        (
            rule
            for rule in RULES
            if reply_class in (None, rule.reply_class) and rule.fits(words, command, code)
        ),
        None,
    )


def _by_enhanced(enhanced):
    return ENHANCED.get(enhanced.partition(".")[2])


def _by_codes(command, code):
    keys = ((command, code), (None, code), (command, code // 100), (None, code // 100))
    return next((CODES[key] for key in keys if key in CODES), ReplyClass.UNCLEAR)


def _narrowed(found, rule, command, code, enhanced):
    """The class, where the command that was answered lets the words mean something else."""
    if command is Command.MAIL:
        return _about_sender(found, rule, code)
    if command in _SESSION:
        return _about_session(found, command, code)
    if command in _MESSAGE and CLASSES[found].dead_address and not _names_address(enhanced):
        return ReplyClass.UNCLEAR
    return found


def _about_sender(found, rule, code):
    if found is ReplyClass.FULL and code < 500:
        return ReplyClass.SERVER_BUSY  # no recipient has been named: it is the server's disk
    about_recipient = found in (*_RECIPIENT, ReplyClass.UNCLEAR)
    if about_recipient or (rule and rule.name == "policy"):
        return ReplyClass.SENDER_REFUSED
    return found


def _about_session(found, command, code):
    """Nobody has been named yet; and whoever says no to a login means the login."""
    named = found in (*_RECIPIENT, ReplyClass.SENDER_REFUSED)
    vague = found in (ReplyClass.CONFIGURATION, ReplyClass.UNCLEAR)
    if named or (vague and command is Command.AUTH):
        return _by_codes(command, code)
    return found


def _names_address(enhanced):
    """RFC 3463 section 3.2: the subject "address" """
    return enhanced.startswith("5.1.")


_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']{1,64}@[^\s<>()\[\]:;,\"']{1,255}")
_URL = re.compile(r"https?://([^\s/?#<>()]{1,255})[^\s<>()]*")


def _words(said):
    """The text as the rules read it: lower case, without what could be mistaken for words."""
    text = _URL.sub(r"\1", said.lower().replace("’", "'"))
    text = _ADDRESS.sub("@", text)
    for old, new in (
        ("can't", "can not"),
        ("cannot", "can not"),
        ("won't", "will not"),
        ("n't", " not"),
        ("doesnt", "does not"),
        ("e-mail", "email"),
        ("mail box", "mailbox"),
    ):
        text = text.replace(old, new)
    if "recipient address rejected: access denied" not in text:
        text = text.replace("recipient address rejected:", "")
    return text


_AGAIN = re.compile(
    r"(?:try|retry|again|wait|back|gr[ae]y-?list\w*|defer\w*|delay\w*)[^0-9]{0,40}"
    r"([0-9]{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b"
    r"(?:(?: and|,)? ([0-9]{1,2}) ?(s|secs?|seconds?|mins?|minutes?)\b)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:try|retry|again|wait|back|gr[ae]y-?list\w*|defer\w*|delay\w*)[^0-9]{0,40}"
    r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})\b",
    re.IGNORECASE,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def _retry_after(said):
    if match := _AGAIN.search(said):
        seconds = int(match[1]) * _SECONDS[match[2][0].lower()]
        seconds += int(match[3]) * _SECONDS[match[4][0].lower()] if match[3] else 0
    elif match := _CLOCK.search(said):
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    else:
        return None
    return min(seconds, RETRY_AFTER_MAX)


# ------------------------------------------------------------
# READING AN EXCEPTION
# ------------------------------------------------------------

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
    (smtplib.SMTPNotSupportedError, "not_supported", ReplyClass.CONFIGURATION),
    (smtplib.SMTPException, "smtp", ReplyClass.CONFIGURATION),
    (OSError, "network", ReplyClass.SERVER_UNREACHABLE),
    (UnicodeError, "not_representable", ReplyClass.CONFIGURATION),
    (ValueError, "not_representable", ReplyClass.CONFIGURATION),
)
"""(type, name of the rule, class), the narrowest type first."""

_ANSWERED = (
    (smtplib.SMTPAuthenticationError, Command.AUTH),
    (smtplib.SMTPConnectError, Command.CONNECT),
    (smtplib.SMTPHeloError, Command.EHLO),
    (smtplib.SMTPSenderRefused, Command.MAIL),
)
"""What smtplib's exceptions with an answer say about the command, where the caller cannot know."""


def from_exception(command: Command | None, error: BaseException) -> Reply:
    """The value of what smtplib, ssl or the network raised; never raises.

    An exception that carries the answer of a server is read as that answer. Without an answer
    only what this message asks of SMTP is for good: a line that broke may hold the next time.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return read(Command.RCPT, *_first_refusal(error.recipients))
    said = _said(error)
    if isinstance(error, smtplib.SMTPResponseException) and not said.endswith(_LINE_TOO_LONG):
        command = next((own for kind, own in _ANSWERED if isinstance(error, kind)), command)
        return read(command, error.smtp_code, error.smtp_error)
    rule, reply_class = next(
        ((rule, found) for kind, rule, found in _RAISED if isinstance(error, kind)),
        ("", ReplyClass.UNCLEAR),
    )
    if rule in ("smtp", "not_supported"):
        command, rule, reply_class = _unsupported(command, said)
    return Reply(command, 0, "", said, reply_class, rule in _FOR_GOOD, rule)


_LINE_TOO_LONG = "Line too long."
"""smtplib's own words, with a code that no server sent."""
_FOR_GOOD = ("smtputf8", "not_representable")
"""What this message asks of SMTP, and will ask again."""


def _unsupported(command, said):
    """(command, rule, class) of what smtplib misses in the extensions of a server."""
    if _LINE_TOO_LONG in said:
        return command, "answer_too_long", ReplyClass.SERVER_UNREACHABLE
    if "SMTPUTF8" in said:
        return Command.MAIL, "smtputf8", ReplyClass.CONFIGURATION
    if "STARTTLS" in said:
        return Command.STARTTLS, "not_supported", ReplyClass.CONFIGURATION
    if "AUTH" in said.upper():
        return Command.AUTH, "no_login_offered", ReplyClass.AUTHENTICATION_REFUSED
    return command, "not_supported", ReplyClass.CONFIGURATION


def _first_refusal(recipients):
    return next(iter(recipients.values()), (0, "")) if isinstance(recipients, dict) else (0, "")


def _said(error):
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the exception of a stranger must not raise another one
        text = ""
    return _clean(None, text) or type(error).__name__
