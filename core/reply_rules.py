"""What words and codes in the answers of mail servers mean: a table, in the order of asking.

The words come in lower case, on one line of at most 2,000 characters, with addresses as "@", URLs
as their host and "n't" as "not". Every repetition in a pattern is bounded and none stands inside
another, so that no text can make it slow.

Order matters: what is told precisely comes before what is told by a common word, and whatever only
looks like an unknown recipient (full, policy, sender) before "unknown".
"""

import re
from dataclasses import dataclass

from .reply_class import Command, ReplyClass

AUTHENTICATION_CODES = (530, 534, 535, 538)
"""RFC 4954 section 6. In answer to any command: after a login that was refused and ignored, they
come in answer to MAIL."""

CONNECT, EHLO, STARTTLS, AUTH = Command.CONNECT, Command.EHLO, Command.STARTTLS, Command.AUTH
MAIL, RCPT, DATA, END = Command.MAIL, Command.RCPT, Command.DATA, Command.END_OF_DATA

UNREACHABLE, BUSY = ReplyClass.SERVER_UNREACHABLE, ReplyClass.SERVER_BUSY
LOGIN, SENDER = ReplyClass.AUTHENTICATION_REFUSED, ReplyClass.SENDER_REFUSED
UNKNOWN, DOMAIN, MOVED = ReplyClass.RECIPIENT_UNKNOWN, ReplyClass.BAD_DOMAIN, ReplyClass.MOVED
DISABLED, FULL, BIG = ReplyClass.DISABLED, ReplyClass.FULL, ReplyClass.TOO_BIG
CONTENT, QUOTA, GAVE_UP = ReplyClass.CONTENT_REFUSED, ReplyClass.QUOTA_REACHED, ReplyClass.GAVE_UP
CONFIGURATION, UNCLEAR = ReplyClass.CONFIGURATION, ReplyClass.UNCLEAR

WHO = (
    r"(?:users?|recipients?|mailbox(?:es)?|inbox|email|addressee?s?|address(?:es)?|accounts?|"
    r"person|alias(?:es)?|customer|member|user ?id|login|local[ -]?part)"
)
MAILBOX = r"(?:mailbox(?:es)?|inbox|account|user|recipient|email|address|domain|customer)"


@dataclass(frozen=True)
class Rule:
    """One row: what the words say, and who says so.

    :param codes: first digits of the three-digit codes the rule is for, "" for all
    :param commands: the commands the rule is for, () for all
    """

    name: str
    reply_class: ReplyClass
    pattern: re.Pattern
    source: str
    codes: str = ""
    commands: tuple[Command | None, ...] = ()

    def fits(self, words: str, command: Command | None, code: int) -> bool:
        if self.codes and code and str(code)[0] not in self.codes:
            return False
        if self.commands and command not in self.commands:
            return False
        return bool(self.pattern.search(words))


def _rule(name, reply_class, source, *alternatives, codes="", commands=()):
    pattern = re.compile("|".join(alternatives))
    return Rule(name, reply_class, pattern, source, codes, commands)


RULES = (
    # --- Providers and servers whose words mean something else than they say -----------------
    _rule(
        "microsoft_directory",
        UNKNOWN,
        "Microsoft Learn, Directory-Based Edge Blocking: 550 5.4.1 for a recipient not in it",
        r"5\.4\.1\b.{0,20}recipient address rejected: access denied",
    ),
    _rule(
        "mailbox_unavailable",
        UNKNOWN,
        "Outlook.com and GMX answer RCPT with exactly this for an address that does not exist",
        r"^(?:5\.[015]\.\d )?requested (?:mail )?action (?:aborted|not taken): ?mailbox unavailable",
        codes="5",
        commands=(RCPT, None),
    ),
    _rule(
        "microsoft_send_as",
        SENDER,
        "Microsoft Learn, NDR 5.7.60 and 5.2.252: the account may not send as this address",
        r"5\.7\.60\b",
        r"5\.2\.252\b",
        r"sendasdenied",
        r"not have permissions? to send as this sender",
    ),
    _rule(
        "smtp_login_switched_off",
        LOGIN,
        "Microsoft Learn, authenticated client SMTP submission: 535 5.7.139",
        r"5\.7\.139\b",
        r"smtpclientauthentication is disabled",
        r"smtp auth(?:entication)? is disabled",
    ),
    _rule(
        "basic_login_gone",
        LOGIN,
        "Microsoft Exchange team: 550 5.7.30 once basic authentication is gone",
        r"5\.7\.30\b.{0,20}basic auth",
        r"basic authentication is (?:disabled|not supported)",
    ),
    _rule(
        "google_app_password",
        LOGIN,
        "Google Workspace Admin Help, SMTP error reference: 534 5.7.9",
        r"application-specific password",
        r"app(?:lication)? password (?:is )?required",
    ),
    _rule(
        "google_web_login",
        LOGIN,
        "Google Workspace Admin Help, SMTP error reference: 534 5.7.14",
        r"log in (?:via|with) your web browser",
    ),
    _rule(
        "oauth_token",
        LOGIN,
        "RFC 7628 section 3.2.2, the JSON with which Google and Microsoft refuse a token",
        r'^\{.{0,200}"status": "(?:4|invalid)',
        r"invalid_token",
        r"invalid_grant",
    ),
)

ENHANCED = {
    "1.1": UNKNOWN,
    "1.2": DOMAIN,
    "1.3": UNKNOWN,
    "1.6": MOVED,
    "1.7": SENDER,
    "1.8": SENDER,
    "1.10": DOMAIN,
    "2.1": DISABLED,
    "2.2": FULL,
    "2.3": BIG,
    "2.4": CONFIGURATION,
    "3.1": FULL,
    "3.2": BUSY,
    "3.3": CONFIGURATION,
    "3.4": BIG,
    "3.5": CONFIGURATION,
    "4.1": UNREACHABLE,
    "4.2": UNREACHABLE,
    "4.3": UNREACHABLE,
    "4.4": UNREACHABLE,
    "4.5": BUSY,
    "4.6": UNREACHABLE,
    "4.7": GAVE_UP,
    "5.1": CONFIGURATION,
    "5.2": CONFIGURATION,
    "5.3": BUSY,
    "5.4": CONFIGURATION,
    "5.5": CONFIGURATION,
    "5.6": LOGIN,
    "6.0": CONTENT,
    "6.1": CONTENT,
    "6.2": CONTENT,
    "6.3": CONTENT,
    "6.4": CONTENT,
    "6.5": CONTENT,
    "6.6": CONTENT,
    "6.7": CONFIGURATION,
    "6.8": CONFIGURATION,
    "6.9": CONFIGURATION,
    "6.10": CONFIGURATION,
    "7.0": CONTENT,
    "7.1": CONTENT,
    "7.2": CONTENT,
    "7.3": CONFIGURATION,
    "7.4": CONFIGURATION,
    "7.5": CONFIGURATION,
    "7.6": CONFIGURATION,
    "7.7": CONTENT,
    "7.8": LOGIN,
    "7.9": LOGIN,
    "7.10": CONFIGURATION,
    "7.11": LOGIN,
    "7.12": LOGIN,
    "7.13": LOGIN,
    "7.14": LOGIN,
    "7.15": CONTENT,
    "7.16": BIG,
    "7.17": MOVED,
    "7.18": DOMAIN,
    "7.19": BUSY,
    "7.20": CONTENT,
    "7.21": CONTENT,
    "7.22": CONTENT,
    "7.23": CONTENT,
    "7.24": CONTENT,
    "7.25": CONTENT,
    "7.26": CONTENT,
    "7.27": SENDER,
    "7.28": BUSY,
    "7.29": CONTENT,
    "7.30": CONFIGURATION,
}
"""By subject and detail of the enhanced code: the IANA registry "SMTP Enhanced Status Codes"
(RFC 3463, 5248, 7372, 7505, 7293, 8689). What is not listed, like x.0.0, tells nothing."""

CODES = {
    (None, 421): BUSY,
    (None, 432): LOGIN,  # RFC 4954 section 6
    (MAIL, 452): BUSY,
    (None, 500): CONFIGURATION,
    (None, 501): CONFIGURATION,
    (None, 502): CONFIGURATION,
    (None, 503): CONFIGURATION,
    (None, 504): CONFIGURATION,
    (MAIL, 501): SENDER,
    (None, 521): DOMAIN,  # RFC 7504 section 3
    (None, 523): LOGIN,
    (None, 525): LOGIN,
    (None, 551): MOVED,
    (RCPT, 552): FULL,
    (None, 552): BIG,
    (MAIL, 553): SENDER,
    (None, 555): CONFIGURATION,
    (None, 556): DOMAIN,  # RFC 7504 section 4
    (None, 571): CONTENT,
    (CONNECT, 521): UNREACHABLE,
    (CONNECT, 554): UNREACHABLE,  # RFC 5321 section 3.1: no SMTP service here
    (CONNECT, 5): UNREACHABLE,
    (EHLO, 5): CONFIGURATION,
    (STARTTLS, 5): CONFIGURATION,
    (AUTH, 500): LOGIN,
    (AUTH, 501): LOGIN,
    (AUTH, 502): LOGIN,
    (AUTH, 503): LOGIN,
    (AUTH, 504): LOGIN,
    (AUTH, 3): LOGIN,  # a challenge where an answer was due: XOAUTH2 refuses so
    (AUTH, 5): LOGIN,
    (MAIL, 5): SENDER,
    (None, 4): BUSY,
    (None, 5): UNCLEAR,
}
"""By command and code, or its first digit where only the digit tells anything; None is any
command. RFC 5321 section 4.2 where nothing else is said."""
