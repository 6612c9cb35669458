"""Mails for the tests of reports: what differs is written in the tables, the rest here.

A file of cases has for each "#### name | what is told", then the mail. Instead of its first lines
stands "@mail" for the usual header, or "@report" for that of a report with parts; fields that
differ follow. "@status" begins the part for machines, "@original ADDRESS" the message returned.
"""

from pathlib import Path

from core.incoming.report import Kind

DATA = Path(__file__).parent.parent / "incoming" / "data"
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
HEADER = {
    "Return-Path": "<>",
    "From": "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
    "To": "bounce+12-crm.lead-34@acme.test",
    "Subject": "Undelivered Mail Returned to Sender",
    "Date": "Tue, 3 Nov 2026 10:00:05 +0000",
    "Message-Id": "<20261103.report@mx.example.net>",
}
TYPE = 'multipart/report; report-type=delivery-status; boundary="=_b1"'
PART = "--=_b1\nContent-Type: {}\n\n"


# ------------------------------------------------------------
# FILES OF CASES
# ------------------------------------------------------------


def cases(name):
    """{name of the case: (raw mail, what is told)}"""
    found = {}
    for case in (DATA / name).read_text("utf-8").split("\n#### ")[1:]:
        title, _line, text = case.partition("\n")
        title, _mark, expected = title.partition(" | ")
        assert title not in found, title
        found[title] = (_expanded(text).encode(), expected)
    return found


def _expanded(text):
    first, _line, rest = text.partition("\n")
    is_report = first == "@report"
    if first in ("@mail", "@report"):
        fields, _empty, body = rest.partition("\n\n") if rest[:1] != "\n" else ("", "", rest[1:])
        extra = {"Mime-Version": "1.0", "Content-Type": TYPE} if is_report else {}
        text = _header(fields, extra) + (PART.format("text/plain") if is_report else "") + body
    lines = [_line_of(line, is_report) for line in text.split("\n")]
    return "\n".join(lines) + ("\n--=_b1--\n" if is_report else "")


def _header(text, extra):
    named = {line.partition(":")[0]: line for line in text.split("\n") if line[:1] not in " \t"}
    kept = [f"{name}: {value}" for name, value in {**HEADER, **extra}.items() if name not in named]
    return "\n".join(filter(None, [*kept, text])) + "\n\n"


def _line_of(line, is_report):
    if line == "@status":
        return "\n" + PART.format("message/delivery-status").rstrip("\n") + "\n"
    if line.startswith("@original "):
        original = ORIGINAL.format(to=line.partition(" ")[2])
        return ("\n" + PART.format("message/rfc822") if is_report else "") + original
    return line


# ------------------------------------------------------------
# CASES IN PYTHON
# ------------------------------------------------------------


def plain(text, **fields):
    """A mail of text; fields by keyword, `from_` for From, None leaves one out."""
    return (_fields(fields) + "\n" + text).encode()


def person(text, **fields):
    """An ordinary mail."""
    known = {
        "return_path": "<ada@example.com>",
        "from_": "Ada Lovelace <ada@example.com>",
        "to": "info@acme.test",
        "subject": "Question",
        **fields,
    }
    return plain(text, **known)


def multipart(kind, *parts, **fields):
    body = "".join(f"--=_b1\n{part}\n" for part in parts)
    fields = {
        "mime_version": "1.0",
        "content_type": f'multipart/{kind}; boundary="=_b1"',
        **fields,
    }
    return (_fields(fields) + "\n" + body + "--=_b1--\n").encode()


def _fields(fields):
    given = {name.rstrip("_").replace("_", "-").title(): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\n" for name, value in {**HEADER, **given}.items() if value)


def standard(*groups, text="Sorry.", **fields):
    """A report with blocks of fields for machines, without the original."""
    return multipart(
        "report; report-type=delivery-status",
        f"Content-Type: text/plain\n\n{text}",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        + "\n\n".join(groups),
        **fields,
    )


def group(address="ada@example.com", action="failed", status="5.1.1", **more):
    more = {name.replace("_", "-").title(): value for name, value in more.items()}
    fields = {"Final-Recipient": f"rfc822; {address}", "Action": action, "Status": status, **more}
    return "\n".join(f"{name}: {value}" for name, value in fields.items())


def check(reading, expected):
    """`expected`: "address|other failed class dead; …", where "*" leaves the class open."""
    assert reading.kind is Kind.DELIVERY_REPORT, reading
    found = {item.address: item for item in reading.recipients}
    entries = [entry.split() for entry in expected.split(";") if entry.strip()]
    assert len(found) == len(entries), reading.recipients
    for names, action, reply_class, *dead in entries:
        item = next((found[name] for name in names.split("|") if name in found), None)
        assert item, (names, reading)
        assert item.action == action, item
        assert reply_class in ("*", item.reply_class.value), item
        assert item.dead_address == (dead == ["dead"]), item
