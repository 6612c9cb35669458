"""Read receipts (RFC 8098): what became of a message in the hands of its recipient."""

import re

from .address import addresses_in
from .fields import Fields, read_fields
from .mail import Mail
from .reading import Kind, Reading, Recipient
from .returned import original_of

_MODE = re.compile(r"^[^;]{0,200};\s{0,20}([a-z-]{1,40})", re.IGNORECASE)


def read(mail: Mail) -> Reading | None:
    kind = "disposition-notification"
    if not mail.has_part(kind) and mail.fields.parameter("Content-Type", "report-type") != kind:
        return None
    fields = read_fields(line for line in mail.part_text(kind).splitlines() if line.strip())
    named = [
        address
        for name in ("Original-Recipient", "Final-Recipient")
        for address in addresses_in(fields.first(name))
    ]
    found = _MODE.match(fields.first("Disposition"))
    mode = found[1].lower() if found else ""
    recipients = [Recipient(named[0], mode, also=tuple(named[1:]))] if named else []
    told = [item for item in fields.items if item[0].lower() == "original-message-id"]
    original = original_of(Fields([*told, *mail.fields.items]), mail.returned, "")
    return Reading(Kind.READ_RECEIPT, (kind,), tuple(recipients), original)
