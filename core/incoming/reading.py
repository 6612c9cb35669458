"""What was read of a mail, as values: what it is, and what it says of whom."""

from dataclasses import dataclass, field
from enum import Enum

from ..reply import ReplyClass
from .provenance import Provenance


class Kind(str, Enum):
    MAIL = "mail"
    DELIVERY_REPORT = "delivery report"
    AUTOMATIC_REPLY = "automatic reply"
    READ_RECEIPT = "read receipt"
    COMPLAINT = "complaint"
    UNREADABLE = "unreadable"


class Action(str, Enum):
    """RFC 3464 section 2.3.3: what became of the message for one recipient."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True)
class Recipient:
    """What a report says of one recipient.

    :param address: in lower case, as the message was sent to it, where that can be told
    :param action: one of `Action`; of a read receipt what was done, such as "displayed"
    :param status: the code of RFC 3463 that counts, or ""
    :param reply_class: None where nothing was refused or delayed and nothing accepted
    :param dead_address: the report proves that the address does not exist; never a guess
    :param try_again: time can heal it
    :param text: what the other mail server said, safe to store and to print
    :param also: other addresses that the report gives for the same recipient
    :param server: the mail server that said so, where the report tells
    :param will_retry_until: of a delayed message, as the report words it
    """

    address: str
    action: str = Action.FAILED.value
    status: str = ""
    reply_class: ReplyClass | None = None
    dead_address: bool = False
    try_again: bool = False
    text: str = ""
    also: tuple[str, ...] = ()
    server: str = ""
    will_retry_until: str = ""

    def to_json(self) -> dict:
        return {
            "address": self.address,
            "action": self.action,
            "status": self.status or None,
            "class": self.reply_class and self.reply_class.value,
            "dead_address": self.dead_address,
            "try_again": self.try_again,
            "text": self.text,
        }


@dataclass(frozen=True)
class Original:
    """What is known of the message that a report is about.

    :param message_id: with its angle brackets, or ""
    :param references: other identifiers by which it may be found, best first
    :param sent_to: the addresses of its To and Cc, in lower case
    :param objects: what Odoo wrote into it as X-Odoo-Objects, such as "crm.lead-12"
    :param bounce_tag: what stands behind the "+" of the address that the report came to
    """

    message_id: str = ""
    references: tuple[str, ...] = ()
    sent_to: tuple[str, ...] = ()
    objects: str = ""
    bounce_tag: str = ""


@dataclass(frozen=True)
class Reading:
    """What a mail is.

    :param decided_by: the signs that decided, as they stand in the mail or by their name
    :param provenance: where the mail came from and what proves it, see `provenance.judge`
    """

    kind: Kind
    decided_by: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    original: Original = field(default_factory=Original)
    provenance: Provenance | None = None

    @property
    def message_id(self) -> str:
        """Of the original message, or ""."""
        return self.original.message_id

    @property
    def is_automatic(self) -> bool:
        """Whether a machine sent it: then nothing may be answered."""
        return self.kind not in (Kind.MAIL, Kind.UNREADABLE)

    def to_json(self) -> dict:
        return {
            "kind": self.kind.value,
            "decided_by": list(self.decided_by),
            "message_id": self.message_id or None,
            "recipients": [recipient.to_json() for recipient in self.recipients],
            "provenance": self.provenance and self.provenance.to_json(),
        }
