"""Complaints (RFC 5965): somebody pressed "this is spam", and their provider tells. Microsoft tells
without the part for machines (Junk Mail Reporting Program)."""

from .address import addresses_in
from .fields import read_fields
from .mail import Mail
from .reading import Kind, Reading, Recipient
from .returned import original_of

REPORT = "feedback-report"
_MICROSOFT = ("staff@hotmail.com", "complaint about message from")


def read(mail: Mail) -> Reading | None:
    if not (mail.has_part(REPORT) or _is_labelled(mail.fields) or _is_of_microsoft(mail.fields)):
        return None
    text = mail.part_text(REPORT)
    fields = read_fields(line for line in text.splitlines() if line.strip())
    values = [
        *fields.all("Original-Rcpt-To"),
        *fields.all("Removal-Recipient"),
        *mail.returned.all("X-HmXmrOriginalRecipient"),
    ]
    named = dict.fromkeys(address for value in values for address in addresses_in(value))
    kind = fields.first("Feedback-Type").lower()[:40]
    return Reading(
        Kind.COMPLAINT,
        tuple(filter(None, (REPORT if text else "From", kind))),
        tuple(Recipient(address, action=kind) for address in named),
        original_of(mail.fields, mail.returned, ""),
    )


def _is_labelled(fields):
    return fields.parameter("Content-Type", "report-type") == REPORT


def _is_of_microsoft(fields):
    sender, subject = _MICROSOFT
    is_theirs = sender in addresses_in(fields.first("From"))
    return is_theirs and fields.decoded("Subject").lower().startswith(subject)
