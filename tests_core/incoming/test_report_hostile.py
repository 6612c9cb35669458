"""What a stranger may send as a report: a verdict in bounded time, and never an exception."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_mails import cases, group, multipart, plain, standard

from core.incoming.report import Kind, read

SECONDS = 1.0
"""Of processor time; the slowest takes a quarter of it on the slowest machine that was tried."""


def nested(kind, number):
    header = b"From: MAILER-DAEMON@example.com\nSubject: failure notice\n"
    if kind == "rfc822":
        return header + b"Content-Type: message/rfc822\n\n" * number
    marks = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (item, item)
        for item in range(number)
    )
    return header + b"".join(marks) + b"\n<ada@example.com>: user unknown\n"


def with_original(size):
    line = b"x" * 72 + b"\n"
    original = b"--=_b1\nContent-Type: message/rfc822\n\nFrom: a@b.test\nTo: ada@example.com\n\n"
    return standard(group()).replace(b"--=_b1--", original + line * (size // 73) + b"--=_b1--")


def addresses(text, number):
    return "".join(text.format(f"u{item}@example.com") for item in range(number))


HOSTILE = {
    "an original of 10 MB": with_original(10 << 20),
    "an original that breaks off": with_original(1 << 20)[:-400_000],
    "a text without end": plain("user unknown\n" + "word " * 200_000),
    "one line": plain("<ada@example.com>: user unknown" + "a" * 1_000_000),
    "spaces": plain("<ada@example.com>: user unknown" + " " * 1_000_000),
    "dashes": plain("<ada@example.com>: user unknown\n" + "-" * 1_000_000),
    "quotes": plain("<ada@example.com>: user unknown\n" + ">" * 1_000_000),
    "empty lines": plain("<ada@example.com>: user unknown\n" + "\n" * 1_000_000),
    "at signs": plain("user unknown\n" + "a@" * 500_000),
    "recipients in lines": plain("user unknown\n" + addresses("<{}>: unknown\n", 30_000)),
    "recipients in one line": plain("user unknown\n" + addresses("{} ", 30_000)),
    "recipients in groups": standard(
        *(
            group(f"u{item}@example.com", diagnostic_code=f"smtp; 550 {item}")
            for item in range(8_000)
        )
    ),
    "recipients in long groups": standard(
        *(
            group(f"u{item}@example.com", diagnostic_code=f"smtp; 550 {item} " + "mailbox " * 150)
            for item in range(800)
        )
    ),
    "recipients in both": standard(
        *(group(f"u{item}@example.com", diagnostic_code="x") for item in range(2_000)),
        text=addresses("<{}>: unknown user\n", 1_500),
    ),
    "recipients in a field": plain("failed", x_failed_recipients=addresses("{}, ", 30_000)),
    "HTML without end": plain("<html><style>" * 20_000, content_type="text/html"),
    "HTML of tags": plain("<a " * 300_000 + "user unknown", content_type="text/html"),
    "boundaries": multipart("report; report-type=delivery-status", *["\nx"] * 100_000),
    "parts in parts": nested("multipart", 3_000),
    "parts in some parts": nested("multipart", 90),
    "mails in mails": nested("rfc822", 10_000),
    "a header of 1 MB": plain("x", subject="a" * 1_000_000),
    "quotes in From": plain("x", from_='"' * 100_000),
    "encoded words": plain("x", subject="=?utf-8?q?a?= " * 70_000),
    "a charset that is no name": plain("x", subject="=?\u00fa?q?hello?="),
    "fields": b"X-A: b\n" * 150_000 + plain("x"),
    "folds": b"X-A: b\n" + b" c\n" * 300_000 + plain("x"),
    "fields in the text": plain("Subject: y\nfoo\n" * 60_000),
    "base64": multipart(
        "report; report-type=delivery-status",
        "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        + "QUFB\n" * 200_000,
    ),
    "a transcript": plain(">>> RCPT To:<ada@example.com>\n<<< 550 user unknown\n" * 20_000),
    "codes": plain("<ada@example.com>: " + "550 " * 250_000, subject="failure notice"),
    "NUL": plain("\0" * 1_000_000),
    "Authentication-Results": plain("x", authentication_results="mx; " + "(" * 100_000),
    "signatures": b"DKIM-Signature: v=1; d=a.test; s=x; h=from; b=abc\n" * 1_000 + plain("x"),
    "Received": b"Received: from a (b [192.0.2.1]) by mx for <a@b.test>; x\n" * 10_000 + plain("x"),
    "noise": random.Random(1).randbytes(1_000_000),
    "line ends": b"\r" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_in_time(name):
    start = time.process_time()
    reading = read(HOSTILE[name])
    assert time.process_time() - start < SECONDS
    assert len(reading.recipients) <= 1_000
    assert reading.to_json()


def test_what_is_not_judged_any_more_is_never_dead():
    raw = standard(
        *(
            group(f"u{item}@example.com", diagnostic_code=f"smtp; 550 5.7.1 spam {item}")
            for item in range(900)
        )
    )
    assert not [item for item in read(raw).recipients if item.dead_address]


def test_a_report_of_one_megabyte():
    raw = with_original(1 << 20)
    times = []
    for _number in range(5):
        start = time.process_time()
        assert read(raw).recipients[0].dead_address
        times.append(time.process_time() - start)
    assert min(times) < 0.1


@pytest.mark.parametrize(
    "address",
    ["", ";", "rfc822;", "rfc822; @", "rfc822; a@", "rfc822; @b", "rfc822; <>", "x400; /CN=a/O=b/"],
)
def test_addresses_that_are_none(address):
    reading = read(standard(f"Final-Recipient: {address}\nAction: failed\nStatus: 5.1.1\n"))
    assert (reading.kind, reading.recipients) == (Kind.DELIVERY_REPORT, ())


@pytest.mark.parametrize(
    "raw",
    [
        multipart("report; report-type=delivery-status"),
        multipart("report; report-type=delivery-status", "Content-Type: text/plain\n\nSorry."),
        multipart("report; report-type=delivery-status", "Content-Type: message/delivery-status\n"),
        b"From: MAILER-DAEMON@example.com\nSubject: failure notice\n"
        b"Content-Type: multipart/report\n\n",
    ],
)
def test_reports_without_parts(raw):
    reading = read(raw)
    assert (reading.kind, reading.recipients) == (Kind.DELIVERY_REPORT, ())


# ------------------------------------------------------------
# MADE UP
# ------------------------------------------------------------

FRAGMENTS = [
    b"From: MAILER-DAEMON@example.com\n",
    b"Return-Path: <>\n",
    b"To: bounce@acme.test\n",
    b"Subject: Undelivered Mail\n",
    b"Subject: =?utf-8?b?////?=\n",
    b"Auto-Submitted: auto-replied\n",
    b"Authentication-Results: mx; dkim=pass (\n",
    b"Received: from [ by ;\n",
    b"Content-Type: multipart/report; boundary=x\n",
    b"Content-Type: message/delivery-status\n",
    b"Content-Type: message/disposition-notification\n",
    b"Content-Type: message/feedback-report\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: text/html; charset=nonsense\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"\n",
    b"--x\n",
    b"--x--\n",
    b"Final-Recipient: rfc822; ada@example.com\n",
    b"Final-Recipient: utf-8; \\x{110000}@example.com\n",
    b"Original-Recipient: rfc822; +41+@b\n",
    b"Action: failed\n",
    b"Status: 5.1.1\n",
    b"Diagnostic-Code: smtp; 550 5.1.1 user unknown\n",
    b"Disposition: manual-action/MDN-sent-manually; displayed\n",
    b"<ada@example.com>: user unknown\n",
    b"(reason: 550 user unknown\n",
    b">>> RCPT To:<ada@example.com>\n",
    b"<<< 550 user unknown\n",
    b"----- Original message -----\n",
    b" folded\n",
    b"\0\xff\xfe",
    b'"<>,;@(',
]
MAILS = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=20), max_size=50).map(b"".join)


@settings(max_examples=1_000, deadline=2_000)
@given(MAILS)
def test_any_mail_is_read(raw):
    reading = read(raw)
    assert reading.to_json()
    for recipient in reading.recipients:
        assert "@" in recipient.address
        assert not recipient.dead_address or recipient.action == "failed"


@settings(max_examples=300, deadline=2_000)
@given(st.sampled_from(sorted(cases("reports_standard.txt"))), st.data())
def test_a_report_that_is_damaged_is_read(name, data):
    raw, _expected = cases("reports_standard.txt")[name]
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 200)))
    assert read(raw[:start] + data.draw(st.binary(max_size=10)) + raw[end:]).to_json()
