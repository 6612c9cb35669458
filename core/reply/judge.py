"""Answers of SMTP servers, as values: what was said, and what it means.

`read` judges an answer and `from_exception` what smtplib and the network raise instead of one.
What counts, in this order:

1. the words, by the ordered table `rules.RULES`;
2. the enhanced code (RFC 3463) in the answer, then the one beside it in a report;
3. the three-digit code (RFC 5321 section 4.2).

Whether a refusal is for good is told by the first digit of the three-digit code alone, whatever
the others say. Which command was answered narrows the meaning: an answer to MAIL is about the
sender, and "unknown user" in answer to the message proves nothing about the address.

No I/O, no memory: what a second answer of the same kind means is for whoever keeps them.
"""

from dataclasses import dataclass

from . import exception
from .classes import CLASSES, Command, ReplyClass
from .exception import SESSION
from .rules import AUTHENTICATION_CODES, CODES, ENHANCED, RULES, Rule
from .text import clean, enhanced_code, find_retry_after, read_words

_MESSAGE = (Command.DATA, Command.END_OF_DATA)

_RECIPIENT = (
    ReplyClass.RECIPIENT_UNKNOWN,
    ReplyClass.BAD_DOMAIN,
    ReplyClass.MOVED,
    ReplyClass.DISABLED,
    ReplyClass.FULL,
)
_LINE = (ReplyClass.SERVER_UNREACHABLE, ReplyClass.CONFIGURATION)
"""What a broken line or a failed TLS is, where no answer came."""


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
            or self.command in SESSION
            or (not self.code and not self.permanent and self.reply_class in _LINE)
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
    said = clean(command, text)
    enhanced = enhanced_code(said)
    by_rule, reply_class = _judge(command, code, enhanced or enhanced_code(status), said)
    refused = reply_class is not ReplyClass.ACCEPTED
    return Reply(
        command,
        code,
        enhanced or enhanced_code(status),
        said,
        reply_class,
        refused and _first_digit(code, enhanced or status) == 5,
        by_rule,
        find_retry_after(said) if refused else None,
    )


def from_exception(command: Command | None, error: BaseException) -> Reply:
    """The value of what smtplib, ssl or the network raised; never raises.

    An exception that carries the answer of a server is read as that answer. Without an answer
    only what this message asks of SMTP is for good: a line that broke may hold the next time.
    """
    if answer := exception.answer_in(command, error):
        return read(*answer)
    command, said, rule, reply_class, permanent = exception.judge(command, error)
    return Reply(command, 0, "", clean(None, said), reply_class, permanent, rule)


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


# ------------------------------------------------------------
# JUDGING
# ------------------------------------------------------------


def _judge(command, code, enhanced, said):
    """(name of the rule or "", class)."""
    if _is_positive(command, code, enhanced):
        return "", ReplyClass.ACCEPTED
    words = read_words(said)
    if code in AUTHENTICATION_CODES:
        rule = _find(words, command, 5, ReplyClass.AUTHENTICATION_REFUSED)
        return rule.name if rule else f"code_{code}", ReplyClass.AUTHENTICATION_REFUSED
    rule = _find(words, command, _first_digit(code, enhanced))
    found = rule.reply_class if rule else _by_numbers(command, code, enhanced)
    return rule.name if rule else "", _narrowed(found, rule, command, code, enhanced)


def _is_positive(command, code, enhanced):
    if command is Command.DATA:
        return code == 354  # RFC 5321 section 4.3.2: anything else is no permission to send
    return code // 100 == 2 or (not code and enhanced[:1] == "2")


def _find(words, command, digit, reply_class=None) -> Rule | None:
    return next(
        (
            rule
            for rule in RULES
            if reply_class in (None, rule.reply_class) and rule.fits(words, command, digit)
        ),
        None,
    )


def _by_numbers(command, code, enhanced):
    if code == 421:  # RFC 5321 section 4.2.2: the server closes, whatever it adds (Google: 4.7.0)
        return _by_codes(command, code)
    return _by_enhanced(enhanced) or _by_codes(command, code)


def _by_enhanced(enhanced):
    return ENHANCED.get(enhanced.partition(".")[2])


def _by_codes(command, code):
    keys = ((command, code), (None, code), (command, code // 100), (None, code // 100))
    return next((CODES[key] for key in keys if key in CODES), ReplyClass.UNCLEAR)


def _narrowed(found, rule, command, code, enhanced):
    """The class, where the command that was answered lets the words mean something else."""
    if command is Command.MAIL:
        return _about_sender(found, rule, code)
    if command in SESSION:
        return _about_session(found, command, code)
    if command in _MESSAGE and CLASSES[found].dead_address and not _names_address(enhanced):
        return ReplyClass.UNCLEAR
    return found


def _about_sender(found, rule, code):
    if found is ReplyClass.FULL and code < 500:
        return ReplyClass.SERVER_BUSY  # no recipient has been named: it is the server's disk
    about_recipient = found in (*_RECIPIENT, ReplyClass.UNCLEAR)
    vague = found is ReplyClass.CONTENT_REFUSED and (rule is None or rule.name == "policy")
    if about_recipient or vague:
        return ReplyClass.SENDER_REFUSED
    return found


def _about_session(found, command, code):
    """Nobody has been named yet; and whoever says no to a login means the login."""
    named = found in (*_RECIPIENT, ReplyClass.SENDER_REFUSED)
    other = found in (ReplyClass.CONFIGURATION, ReplyClass.CONTENT_REFUSED, ReplyClass.UNCLEAR)
    if named or (other and command is Command.AUTH):
        found = _by_codes(command, code)
    return CODES[command, 5] if found in _RECIPIENT else found


def _names_address(enhanced):
    """RFC 3463 section 3.2: the subject "address" """
    return enhanced.startswith("5.1.")
