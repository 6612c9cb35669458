"""What a mail server reports after it has accepted a message: it came back, or is delayed."""

from __future__ import annotations

from email.utils import formatdate, make_msgid
from typing import NamedTuple

from .smtp_message import HOST_NAME, Received

NEXT_HOST = "mx.next.test"
REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@{host}>
To: {sender}
Subject: {subject}
Date: {date}
Message-ID: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=utf-8

This is the mail system at host {host}.

Your message {could} be delivered.

<{recipient}>: host {next_host} said: {reply} (in reply to RCPT TO command)

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}
Arrival-Date: {date}

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; {next_host}
Diagnostic-Code: smtp; {reply}
{until}
--report
Content-Type: text/rfc822-headers

"""


class Report(NamedTuple):
    """To be sent for each message to ``recipient``; ``reply`` is what the next server answered."""

    recipient: str
    reply: str
    action: str
    until: str


def report_of(received: Received, report: Report) -> bytes:
    """The report as Postfix writes it (RFC 3464), addressed to the sender of the envelope."""
    failed = report.action == "failed"
    code, _space, text = report.reply.partition(" ")
    first = text.partition(" ")[0]
    head = REPORT.format(
        host=HOST_NAME,
        sender=received.mail_from,
        subject="Undelivered Mail Returned to Sender" if failed else "Delayed Mail",
        date=formatdate(),
        message_id=make_msgid(domain=HOST_NAME),
        could="could not" if failed else "could not yet",
        recipient=report.recipient,
        next_host=NEXT_HOST,
        reply=report.reply,
        action=report.action,
        status=first if first[:2] == f"{code[0]}." else f"{code[0]}.0.0",
        until=f"Will-Retry-Until: {report.until}\n" if report.until else "",
    )
    returned = received.data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n--report--\r\n"
    return head.replace("\n", "\r\n").encode() + returned
