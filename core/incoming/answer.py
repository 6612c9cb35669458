"""Whether a mail may be answered by a program."""

import re
from email.message import Message

from .auto_reply import is_null_sender
from .fields import Fields

NEVER_ANSWERED = {"bulk", "junk", "list"}
SUPPRESSED = {"all", "autoreply", "ndr"}
"""What a sender wants no answers of, that are ours: notices and non-delivery reports."""


def may_be_answered(message: Message) -> bool:
    """Whether its header lets a notice be sent; that it is a report or an automatic reply is told
    by `report.read`."""
    fields = Fields.of(message)
    if is_null_sender(fields):
        return False
    # RFC 3834 section 2: no responses to what went to many
    if fields.first("Precedence").strip().lower() in NEVER_ANSWERED or "List-Id" in fields:
        return False
    wanted = re.split(r"[\s,;]+", fields.first("X-Auto-Response-Suppress").lower())
    return not SUPPRESSED.intersection(wanted)
