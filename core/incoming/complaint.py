"""Complaints (RFC 5965): somebody pressed "this is spam", and their provider tells."""

from .address import addresses_in
from .fields import read_fields
from .mail import Mail
from .reading import Kind, Reading, Recipient
from .returned import original_of


def read(mail: Mail) -> Reading | None:
    if not mail.has_part("feedback-report"):
        return None
    text = mail.part_text("feedback-report")
    fields = read_fields(line for line in text.splitlines() if line.strip())
    named = [
        address
        for name in ("Original-Rcpt-To", "Removal-Recipient")
        for value in fields.all(name)
        for address in addresses_in(value)
    ]
    kind = fields.first("Feedback-Type").lower()[:40]
    return Reading(
        Kind.COMPLAINT,
        tuple(filter(None, ("feedback-report", kind))),
        tuple(Recipient(address, action=kind) for address in dict.fromkeys(named)),
        original_of(mail.fields, mail.returned, ""),
    )
