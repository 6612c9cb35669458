"""Reports about messages, as mail systems write them."""

import email
import email.policy

import pytest
from report_mails import UNKNOWN, cases, check, group, multipart, plain, standard

from core.incoming.report import Kind, read, read_message

STANDARD = cases("reports_standard.txt")
TEXT = cases("reports_text.txt")
RFC = cases("reports_rfc.txt")
ALL = {**{f"text: {name}": case for name, case in TEXT.items()}, **STANDARD, **RFC}


def test_there_are_enough_shapes():
    assert len(ALL) >= 250


@pytest.mark.parametrize("name", ALL)
def test_a_report_is_read(name):
    raw, expected = ALL[name]
    check(read(raw), expected)


@pytest.mark.parametrize("mark", ["\r\n", "\r", "\n"])
def test_whatever_ends_the_lines(mark):
    raw, expected = STANDARD["Postfix, remote"]
    check(read(raw.replace(b"\n", mark.encode())), expected)
    check(read(b"From MAILER-DAEMON Tue Nov  3 10:00:05 2026\n" + raw), expected)


def test_a_report_is_read_the_same_by_the_policy_of_odoo():
    for raw, _expected in ALL.values():
        message = email.message_from_bytes(raw, policy=email.policy.SMTP)
        assert read_message(message) == read(raw)


# ------------------------------------------------------------
# THE ORIGINAL
# ------------------------------------------------------------


def test_the_original_is_found():
    reading = read(STANDARD["Postfix, remote"][0])
    assert reading.message_id == "<170.1-openerp-12-crm.lead@odoo.acme.test>"
    assert reading.original.objects == "crm.lead-12"
    assert reading.original.sent_to == ("ada@example.com",)
    assert reading.original.bounce_tag == "12-crm.lead-34"


def test_the_original_is_found_in_a_text():
    reading = read(TEXT["qmail, local"][0])
    assert reading.message_id == "<170.1-openerp-12-crm.lead@odoo.acme.test>"
    assert reading.original.objects == "crm.lead-12"


def test_the_original_is_found_without_the_original():
    raw = standard(group(), in_reply_to="<1@odoo.acme.test>", references="<0@acme.test>")
    assert read(raw).message_id == "<1@odoo.acme.test>"
    raw = standard(group(), text="Message-Id: <2@odoo.acme.test>\n")
    assert read(raw).message_id == "<2@odoo.acme.test>"
    assert read(standard(group())).message_id == ""


def test_the_other_names_and_the_server_are_kept():
    (recipient,) = read(STANDARD["Postfix, forwarded"][0]).recipients
    assert recipient.also == ("ada@elsewhere.example",)
    raw = standard(group(remote_mta="dns; mx.example.com"))
    assert read(raw).recipients[0].server == "mx.example.com"


def test_a_report_about_a_report_is_about_its_recipients():
    inner = STANDARD["Postfix, remote"][0].decode()
    raw = multipart(
        "report; report-type=delivery-status",
        "Content-Type: text/plain\n\nSorry.",
        "Content-Type: message/delivery-status\n\n" + group("bounce@acme.test"),
        "Content-Type: message/rfc822\n\n" + inner,
        message_id="<outer@mx.example.net>",
    )
    reading = read(raw)
    assert [item.address for item in reading.recipients] == ["bounce@acme.test"]
    assert reading.message_id == "<20261103.report@mx.example.net>"


def test_a_report_that_a_person_forwards_is_a_mail():
    inner = STANDARD["Postfix, remote"][0].decode()
    person = {
        "return_path": "<eve@acme.test>",
        "from_": "Eve <eve@acme.test>",
        "subject": "Fwd: Undelivered Mail Returned to Sender",
    }
    attached = multipart(
        "mixed",
        "Content-Type: text/plain\n\nWhat is this? The mail could not be delivered.",
        "Content-Type: message/rfc822\n\n" + inner,
        **person,
    )
    assert read(attached).kind is Kind.MAIL
    quoted = plain("FYI\n\n-------- Forwarded Message --------\n" + inner, **person)
    assert read(quoted).kind is Kind.MAIL


def test_a_report_without_recipients_is_one_with_none():
    reading = read(plain("Your message could not be delivered. Sorry.\n"))
    assert (reading.kind, reading.recipients) == (Kind.DELIVERY_REPORT, ())


# ------------------------------------------------------------
# WHAT PROVES AN ADDRESS DEAD
# ------------------------------------------------------------


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_only_what_failed_is_dead(action):
    raw = standard(group(action=action, diagnostic_code="smtp; 550 5.1.1 User unknown"))
    assert not read(raw).recipients[0].dead_address
    check(read(standard(group(diagnostic_code="smtp; 550 5.1.1 User unknown"))), UNKNOWN)


def test_what_stands_elsewhere_in_the_text_proves_nothing():
    text = "Some users are unknown.\n\n<ada@example.com>: delivery failed\n\nUser unknown\n"
    (recipient,) = read(plain(text, subject="failure notice")).recipients
    assert not recipient.dead_address


def test_what_the_original_says_proves_nothing():
    raw = (
        TEXT["IIS SMTP"][0]
        + b"\nReceived: from x\nTo: ada@example.com\n\nada@example.com is unknown\n"
    )
    assert not read(raw).recipients[0].dead_address


DECOY = b"\n\nIt may be wrong: no such user, unknown recipient, host not found.\n\n"


def test_a_paragraph_for_everybody_proves_nothing():
    for name, (raw, _expected) in ALL.items():
        place = raw.find(b"Content-Type: text/plain\n\n")
        place = raw.find(b"\n\n", max(place, 0))
        with_decoy = read(raw[:place] + DECOY + raw[place + 2 :])
        dead = {item.address for item in with_decoy.recipients if item.dead_address}
        assert dead <= {item.address for item in read(raw).recipients if item.dead_address}, name


def test_a_report_with_the_signs_of_an_automatic_reply_stays_one():
    for name, (raw, _expected) in ALL.items():
        reading = read(b"Auto-Submitted: auto-replied\nPrecedence: bulk\n" + raw)
        assert reading.kind is Kind.DELIVERY_REPORT, name
        assert reading.recipients == read(raw).recipients, name
