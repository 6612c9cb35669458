"""Answers of SMTP servers (RFC 5321 section 4.2, RFC 3463): what was said, what it means, and what
follows from it. The same classes serve the reports of other mail systems."""

from .classes import CLASSES, Command, ReplyClass
from .judge import Reply, from_exception, is_transient, read
from .wording import explain, explain_admin, next_step

__all__ = [
    "CLASSES",
    "Command",
    "Reply",
    "ReplyClass",
    "explain",
    "explain_admin",
    "from_exception",
    "is_transient",
    "next_step",
    "read",
]
