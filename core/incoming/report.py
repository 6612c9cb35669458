"""What a mail is: a mail, a report about one that was sent, a read receipt, a complaint, or an
automatic reply. Reports come first, for they carry all the signs of automatic replies.

Nothing here raises, whatever a stranger sent, and what is not sure stays unsure.
"""

from collections.abc import Iterable
from dataclasses import replace
from email.message import Message

from . import auto_reply, bounce_signs, bounce_text, complaint, delivery_report, provenance, receipt
from .mail import Mail, open_mail
from .parts import parse
from .reading import Action, Kind, Original, Reading, Recipient

__all__ = ["Action", "Kind", "Original", "Reading", "Recipient", "read", "read_message"]


def read(raw: bytes, servers: Iterable[str] = ()) -> Reading:
    """What the mail is, told from its beginning.

    :param servers: the names of the receiving servers that are trusted, see `provenance`
    """
    return read_message(parse(raw), servers)


def read_message(message: Message, servers: Iterable[str] = ()) -> Reading:
    """The same of a mail that is parsed already, by any policy."""
    mail = open_mail(message)
    if not mail.fields:
        return Reading(Kind.UNREADABLE, ("no header",))
    reading = _report(mail) or _automatic_reply(mail) or Reading(Kind.MAIL)
    return replace(reading, provenance=provenance.judge(mail.fields, servers))


def _report(mail: Mail) -> Reading | None:
    if bounce_signs.is_forwarded_by_a_person(mail):
        return None
    return (
        receipt.read(mail)
        or complaint.read(mail)
        or delivery_report.read(mail)
        or bounce_text.read(mail)
    )


def _automatic_reply(mail: Mail) -> Reading | None:
    decided_by = auto_reply.signs(mail.fields).decided_by
    return Reading(Kind.AUTOMATIC_REPLY, decided_by) if decided_by else None
