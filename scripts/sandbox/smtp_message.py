"""A message as an SMTP peer received it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

HOST_NAME = "mail.sandbox.test"


@dataclass(frozen=True)
class Received:
    """One message that the peer accepted, as it travelled. ``mail_from`` "" is the null sender."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    data: bytes
    helo: str
    tls: bool
    user: str | None
    time: datetime

    def delivered_to(self, recipient: str) -> bytes:
        """Return the message with the headers that final delivery adds (RFC 5321 section 4.4)."""
        protocol = "ESMTPS" if self.tls else "ESMTP"
        trace = (
            f"Return-Path: <{self.mail_from}>\r\n"
            f"Delivered-To: {recipient}\r\n"
            f"Received: from {self.helo} by {HOST_NAME} with {protocol}\r\n"
            f"\tfor <{recipient}>; {format_datetime(self.time)}\r\n"
        )
        return trace.encode() + self.data
