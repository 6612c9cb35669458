"""Read receipts (RFC 8098): what became of a message in the hands of its recipient."""

import re

from .address import addresses_in
from .fields import read_fields
from .mail import Mail
from .reading import Kind, Reading, Recipient
from .returned import original_of

_MODES = re.compile(r"^[^;]{0,200};\s{0,20}([a-z-]{1,40})", re.IGNORECASE)


def read(mail: Mail) -> Reading | None:
    if not mail.has_part("disposition-notification"):
        return None
    text = mail.part_text("disposition-notification")
    fields = read_fields(line for line in text.splitlines() if line.strip())
    named = addresses_in(fields.first("Original-Recipient")) + addresses_in(
        fields.first("Final-Recipient")
    )
    found = _MODES.match(fields.first("Disposition"))
    recipients = (
        [Recipient(named[0], found[1].lower() if found else "", also=tuple(named[1:]))]
        if named
        else []
    )
    own = read_fields(
        [*(f"{n}: {v}" for n, v in fields.items if n.lower() == "original-message-id")]
    )
    original = original_of(mail.fields, own if own and not mail.returned else mail.returned, "")
    if own and not original.message_id:
        original = original_of(own, mail.returned, "")
    return Reading(Kind.READ_RECEIPT, ("disposition-notification",), tuple(recipients), original)
