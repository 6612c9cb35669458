"""Mails for the tests of reports: what differs is written in the tables, the rest here."""

from core.incoming.report import Kind

UNKNOWN = "ada@example.com failed recipient_unknown dead"

ORIGINAL = """\
Received: from odoo.acme.test (odoo.acme.test [198.51.100.7])
\tby mx.example.net (Postfix) with ESMTPS id 4Xq1Kd2Jz5z9
\tfor <ada@example.com>; Tue, 3 Nov 2026 10:00:00 +0000 (UTC)
Message-ID: <170.1-openerp-12-crm.lead@odoo.acme.test>
From: Sales <sales@acme.test>
To: {to}
Subject: Your offer
X-Odoo-Objects: crm.lead-12
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello, here is your offer. If the user is unknown or the mailbox is full, write to help@acme.test.
"""

DAEMON = "MAILER-DAEMON@mx.example.net (Mail Delivery System)"


def header(**fields):
    """Fields by keyword: `auto_submitted="auto-replied"`; None leaves one out."""
    fields = {name.rstrip("_"): value for name, value in fields.items()}
    known = {
        "return_path": "<>",
        "from": DAEMON,
        "to": "bounce+12-crm.lead-34@acme.test",
        "subject": "Undelivered Mail Returned to Sender",
        "date": "Tue, 3 Nov 2026 10:00:05 +0000",
        "message_id": "<20261103.report@mx.example.net>",
        **fields,
    }
    return "".join(
        f"{name.replace('_', '-').title()}: {value}\n" for name, value in known.items() if value
    )


def standard(text, *groups, to="ada@example.com", original=True, top="", **fields):
    """A report as RFC 3464 has it: text, blocks of fields, original."""
    blocks = "\n\n".join(group.strip("\n") for group in groups)
    parts = [
        "Content-Type: text/plain; charset=utf-8\n\n" + text,
        f"Content-Type: message/delivery-status\n\n{top or 'Reporting-MTA: dns; mx.example.net'}"
        f"\n\n{blocks}\n",
    ]
    if original:
        parts.append("Content-Type: message/rfc822\n\n" + ORIGINAL.format(to=to))
    return multipart("report; report-type=delivery-status", *parts, **fields)


def multipart(kind, *parts, **fields):
    body = "".join(f"--=_b1\n{part}\n" for part in parts)
    fields = header(mime_version="1.0", content_type=f'multipart/{kind}; boundary="=_b1"', **fields)
    return (fields + "\n" + body + "--=_b1--\n").encode()


def plain(text, *, to="ada@example.com", copy="", **fields):
    """A report of text only; `copy` is the line that announces the original, if one follows."""
    if copy:
        text += f"\n{copy}\n\n{ORIGINAL.format(to=to)}"
    return (header(**fields) + "\n" + text).encode()


def check(reading, expected):
    """`expected`: "address|other failed class dead; …", where "*" leaves the class open."""
    assert reading.kind is Kind.DELIVERY_REPORT, reading
    found = {item.address: item for item in reading.recipients}
    assert len(found) == len(expected.split(";")), reading
    for entry in filter(None, map(str.strip, expected.split(";"))):
        names, action, reply_class, *dead = entry.split()
        item = next((found[name] for name in names.split("|") if name in found), None)
        assert item, (names, reading)
        assert item.action == action, item
        assert reply_class in ("*", item.reply_class.value), item
        assert item.dead_address == (dead == ["dead"]), item
