"""Whether a mail without a part for machines is a report all the same: what many systems have in
common, whatever their words."""

import re

from . import auto_reply
from .bounce_words import SENDERS, SUBJECTS, WORDS
from .mail import Mail

_FORWARDED = re.compile(r"^\s{0,5}\[?(?:fwd?|wg|tr|rv|vs|vl|enc|i|fs|doorst)\s?:", re.I)
_ANSWERED = re.compile(r"^\s{0,5}(?:re|aw|sv|antw|r[ée]f|res)\s?:", re.I)
_ANSWER_OF_SERVER = re.compile(
    r"\b[45]\d\d[ -]|\b[45]\.\d\.\d{1,3}\b|user unknown|unknown user", re.I
)
_ONLY_IN_MAILS = ("Received", "Message-ID", "Return-Path", "DKIM-Signature", "MIME-Version")
MACHINE = ("Return-Path: <>", "From", "X-Failed-Recipients", "multipart/report")
"""Signs that only machines give."""

_SENDER = re.compile("|".join(SENDERS), re.I)
_SUBJECT = re.compile("|".join(SUBJECTS), re.I)
_WORDS = re.compile("|".join(WORDS), re.I)


def is_forwarded_by_a_person(mail: Mail) -> bool:
    """Whether somebody hands a report on: then it is a mail of theirs."""
    fields = mail.fields
    return (
        bool(_FORWARDED.match(fields.decoded("Subject")))
        and not auto_reply.is_null_sender(fields)
        and not _is_machine(fields)
        and fields.main_type() != ("multipart", "report")
    )


def _is_machine(fields):
    sender = fields.decoded("From")
    return bool(_SENDER.search(sender)) or sender in ("", "<>")


def signs(mail: Mail) -> tuple[str, ...]:
    """The signs that make it a report, or none where they are too few."""
    found = tuple(_found(mail))
    weight = len(found) + ("X-Failed-Recipients" in found)
    automatic = auto_reply.signs(mail.fields)
    is_answer = bool(automatic.strong or "Subject" in automatic.weak)
    needed = 3 if is_answer and not {"Subject", "From"}.issubset(found) else 2
    is_told = {"Subject", "words"}.intersection(found)
    return found if is_told and weight >= needed else ()


def need_a_recipient(found: tuple[str, ...]) -> bool:
    """Whether the signs are so few that only a recipient in the text makes it a report."""
    return "Subject" not in found or not set(MACHINE).intersection(found)


def may_be_by_hand(found: tuple[str, ...], mail: Mail) -> bool:
    """Whether a person may have written it: about a report, about a parcel, or being away."""
    signs_of = set(found)
    is_shown = "returned original" in signs_of or bool(_ANSWER_OF_SERVER.search(mail.words))
    by_machine = signs_of.intersection(MACHINE) or auto_reply.signs(mail.fields).strong
    if "Subject" not in signs_of:
        sure = {"X-Failed-Recipients", "multipart/report"}.intersection(signs_of)
        return not (sure or is_shown or {"Return-Path: <>", "From"}.issubset(signs_of))
    return not by_machine and not ("words" in signs_of and is_shown)


def _found(mail):
    fields = mail.fields
    subject = fields.decoded("Subject")
    kind = fields.parameter("Content-Type", "report-type")
    if auto_reply.is_null_sender(fields):
        yield "Return-Path: <>"
    if _is_machine(fields):
        yield "From"
    if "X-Failed-Recipients" in fields:
        yield "X-Failed-Recipients"
    if fields.main_type() == ("multipart", "report") or kind:
        yield "multipart/report"
    if any(name in mail.returned for name in _ONLY_IN_MAILS):
        yield "returned original"
    if _SUBJECT.search(subject) and not _ANSWERED.match(subject):
        yield "Subject"
    if _WORDS.search(mail.words):
        yield "words"
