"""What the answers of mail servers can mean: one list for SMTP answers and for the reports of
other mail systems, with what follows from each and how it is said.

The texts are English sources, marked with `_` for translation; `wording` puts them into a
language and fills in the answer.
"""

from dataclasses import dataclass
from enum import Enum

from ..translate import _


class Command(str, Enum):
    """What the server answered to. A report that does not tell has None instead."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END_OF_DATA = "end_of_data"


class ReplyClass(str, Enum):
    """What an answer means for us, as a closed set."""

    ACCEPTED = "accepted"
    SERVER_UNREACHABLE = "server_unreachable"
    SERVER_BUSY = "server_busy"
    AUTHENTICATION_REFUSED = "authentication_refused"
    SENDER_REFUSED = "sender_refused"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    BAD_DOMAIN = "bad_domain"
    MOVED = "moved"
    DISABLED = "disabled"
    FULL = "full"
    TOO_BIG = "too_big"
    CONTENT_REFUSED = "content_refused"
    QUOTA_REACHED = "quota_reached"
    GAVE_UP = "gave_up"
    CONFIGURATION = "configuration"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class ClassRow:
    """What follows from a class. What one reply means can be narrower: ask the `Reply`.

    :param sentence: for the person who wrote the message
    :param sentence_admin: for the administrator, with {answer}
    :param next_step: what the administrator can do
    :param server_fault: as a rule the fault of the sending server, not of a recipient
    :param try_again: time can heal it, without anybody doing anything
    :param dead_address: a lasting refusal of this class proves that the address is dead
    :param dead_when_repeated: only the second one does. Whoever keeps the replies counts them;
        this table has no memory.
    """

    sentence: str
    sentence_admin: str
    next_step: str
    server_fault: bool = False
    try_again: bool = False
    dead_address: bool = False
    dead_when_repeated: bool = False


CLASSES = {
    ReplyClass.ACCEPTED: ClassRow(
        _("The mail server has accepted the message."),
        _("The mail server has accepted the message with “{answer}”."),
        _("There is nothing to do."),
    ),
    ReplyClass.SERVER_UNREACHABLE: ClassRow(
        _("The mail server cannot be reached at the moment."),
        _("The mail server could not be reached: {answer}"),
        _(
            "If this lasts, check the name and the port of the server and whether a firewall is "
            "in between."
        ),
        server_fault=True,
        try_again=True,
    ),
    ReplyClass.SERVER_BUSY: ClassRow(
        _("The mail server is busy and asks to try again later."),
        _("The mail server asks to try again later: “{answer}”."),
        _("There is nothing to do unless this lasts; then ask whoever runs that server."),
        server_fault=True,
        try_again=True,
    ),
    ReplyClass.AUTHENTICATION_REFUSED: ClassRow(
        _("The mail server did not let this system log in. An administrator has to look at it."),
        _("The mail server did not accept the login, or wants one first: “{answer}”."),
        _(
            "Check the user name, the password and the kind of authentication of the outgoing "
            "server, then test its connection."
        ),
        server_fault=True,
    ),
    ReplyClass.SENDER_REFUSED: ClassRow(
        _("The mail server does not let this sender address send through it."),
        _("The mail server refused the sender address: “{answer}”."),
        _(
            "Allow the address at the mail provider, or set the FROM filter of the outgoing "
            "server to the addresses that it may send as."
        ),
    ),
    ReplyClass.RECIPIENT_UNKNOWN: ClassRow(
        _("The address of the recipient does not exist."),
        _("The recipient's mail server says that the address does not exist: “{answer}”."),
        _("Correct the address and send again."),
        dead_address=True,
    ),
    ReplyClass.BAD_DOMAIN: ClassRow(
        _("The part of the address behind the @ does not exist or takes no mail."),
        _("The domain of the recipient does not exist or takes no mail: “{answer}”."),
        _("Check the spelling of the domain, correct the address and send again."),
        dead_address=True,
    ),
    ReplyClass.MOVED: ClassRow(
        _("The recipient is no longer at this address."),
        _("The recipient is no longer at this address: “{answer}”."),
        _("Ask for the new address, correct it and send again."),
        dead_address=True,
    ),
    ReplyClass.DISABLED: ClassRow(
        _("The mailbox of the recipient has been switched off."),
        _("The mailbox of the recipient has been switched off: “{answer}”."),
        _(
            "This can pass. If it happens again, ask the recipient for another address and "
            "correct it."
        ),
        dead_when_repeated=True,
    ),
    ReplyClass.FULL: ClassRow(
        _("The mailbox of the recipient is full."),
        _("The mailbox of the recipient is full: “{answer}”."),
        _("The recipient has to make room; tell them another way if it is urgent."),
        try_again=True,
    ),
    ReplyClass.TOO_BIG: ClassRow(
        _("The message is too big for the mail server."),
        _("The message is too big for the mail server: “{answer}”."),
        _("Send it again with smaller attachments, or with links to them."),
    ),
    ReplyClass.CONTENT_REFUSED: ClassRow(
        _("The mail server does not take the message: its rules or its spam filter forbid it."),
        _("The mail server refused the message by its rules or its spam filter: “{answer}”."),
        _(
            "Check the DNS records of the sender's domain (SPF, DKIM, DMARC) and whether the "
            "sending server is on a block list; else ask whoever runs the refusing server."
        ),
    ),
    ReplyClass.QUOTA_REACHED: ClassRow(
        _("The mail account has sent as much as it may for now."),
        _("The sending account has reached a limit of its mail provider: “{answer}”."),
        _(
            "Sending goes on when the provider allows it. If this happens often, raise the limit "
            "at the provider or spread the messages over several outgoing servers."
        ),
        server_fault=True,
        try_again=True,
    ),
    ReplyClass.GAVE_UP: ClassRow(
        _("Another mail server tried for a long time to deliver the message, and gave up."),
        _("A mail server on the way gave up after trying for a long time: “{answer}”."),
        _("Check the address; if it is right, send again later."),
    ),
    ReplyClass.CONFIGURATION: ClassRow(
        _("A mail server is set up in a way that keeps the message from being delivered."),
        _("The mail server did not understand or cannot do what was asked of it: “{answer}”."),
        _(
            "Check the port, the encryption and the authentication of the outgoing server; if "
            "they are right, the refusing server has to be repaired by whoever runs it."
        ),
    ),
    ReplyClass.UNCLEAR: ClassRow(
        _("The mail server refused the message and did not clearly say why."),
        _("The mail server gave an answer whose reason is not clear: “{answer}”."),
        _("Read the answer of the server. If it says nothing to you, ask whoever runs it."),
    ),
}
