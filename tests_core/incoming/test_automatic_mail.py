"""What machines send without being asked: automatic replies, read receipts, complaints."""

import pytest
from report_mails import multipart, person

from core.incoming.report import Kind, read

AUTOMATIC = {
    "RFC 3834": (
        person("I am away.", subject="Automatic reply: Offer", auto_submitted="auto-replied"),
        ["Auto-Submitted: auto-replied"],
    ),
    "generated": (person("Nightly job", auto_submitted="auto-generated; owner=x"), ["Auto-"]),
    "X-Autoreply": (person("I am away.", x_autoreply="yes"), ["X-Autoreply"]),
    "X-Autorespond": (person("I am away.", x_autorespond="1"), ["X-Autorespond"]),
    "X-Autoresponder": (person("I am away.", x_autoresponder="cpanel"), ["X-Autoresponder"]),
    "Precedence: auto_reply": (person("I am away.", precedence="auto_reply"), ["Precedence"]),
    "Apple": (
        person("I am away.", x_apple_action="FORGED-REDIRECT/VACATION"),
        ["X-Apple-Action: VACATION"],
    ),
    "Exchange": (
        person(
            "I am away.",
            subject="Abwesend",
            x_auto_response_suppress="All",
            x_ms_exchange_inbox_rules_loop="ada@example.com",
        ),
        ["X-MS-Exchange-Inbox-Rules-Loop"],
    ),
    "two weak signs": (
        person("I am away.", subject="Out of Office: Ada", return_path="<>"),
        ["Return-Path: <>", "Subject"],
    ),
    "two other weak signs": (
        person("I am away.", subject="Réponse automatique : Offre", precedence="bulk"),
        ["Subject", "Precedence: bulk"],
    ),
    "vacation with words of a report": (
        person(
            "I am away until Monday. Your message was not delivered to anybody else.",
            subject="Automatic reply: Your offer",
            auto_submitted="auto-replied",
            return_path="<>",
        ),
        ["Auto-Submitted: auto-replied"],
    ),
    "left the company": (
        person(
            "Ada no longer works here. This address does not exist any more, please write to "
            "bob@example.com.",
            subject="Automatische Antwort: Ihr Angebot",
            auto_submitted="auto-replied",
            return_path="<>",
        ),
        ["Auto-Submitted: auto-replied"],
    ),
    "ticket": (
        person(
            "We have received your request.",
            subject="[#4711] We have received your request",
            auto_submitted="auto-replied",
        ),
        ["Auto-Submitted: auto-replied"],
    ),
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_an_automatic_reply_tells_its_sign(name):
    raw, signs = AUTOMATIC[name]
    reading = read(raw)
    assert reading.kind is Kind.AUTOMATIC_REPLY, reading
    assert reading.is_automatic
    assert reading.recipients == ()
    assert len(reading.decided_by) == len(signs)
    assert all(map(str.startswith, reading.decided_by, signs))


WEAK = {
    "null sender": {"return_path": "<>"},
    "subject": {"subject": "Out of Office: Ada"},
    "bulk": {"precedence": "bulk"},
    "suppress": {"x_auto_response_suppress": "All"},
    "rules loop": {"x_ms_exchange_inbox_rules_loop": "ada@example.com"},
    "list": {"list_id": "<x.example>", "precedence": "bulk"},
    "suppress, not all": {
        "x_auto_response_suppress": "OOF, AutoReply",
        "x_ms_exchange_inbox_rules_loop": "ada@example.com",
    },
}


@pytest.mark.parametrize("name", WEAK)
def test_one_weak_sign_alone_never_decides(name):
    assert read(person("Hello", **WEAK[name])).kind is Kind.MAIL


SUBJECTS = """\
Automatic reply: Hello
Auto: Hello
Autoreply: Hello
Re: Autoreply
Out of Office: Hello
Out of the office until Monday
Automatische Antwort: Hallo
Abwesenheitsnotiz: Hallo
Réponse automatique : Bonjour
Respuesta automática: Hola
Risposta automatica: Ciao
Resposta automática: Olá
Automatisch antwoord: Hallo
Autosvar: Hej
Automatisk svar: Hei
Automaattinen vastaus: Hei
Odpowiedź automatyczna: Witam
Automatická odpověď: Dobrý den
Automatikus válasz: Helló
Otomatik Yanıt: Merhaba
Автоответ: Здравствуйте
自動応答: こんにちは
自动回复: 你好
=?utf-8?q?R=C3=A9ponse_automatique?= : Bonjour""".splitlines()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_of_automatic_replies(subject):
    reading = read(person("I am away.", subject=subject, precedence="bulk"))
    assert reading.decided_by == ("Subject", "Precedence: bulk")


RECEIPT = """Content-Type: message/disposition-notification

Reporting-UA: mail.example.com; Outlook
Original-Recipient: rfc822;ada@example.com
Final-Recipient: rfc822;ada@example.com
Original-Message-ID: <170.1-openerp-12-crm.lead@odoo.acme.test>
Disposition: manual-action/MDN-sent-manually; {}
"""


@pytest.mark.parametrize("what", ["displayed", "deleted", "deleted/error"])
def test_a_read_receipt(what):
    raw = multipart(
        "report; report-type=disposition-notification",
        "Content-Type: text/plain\n\nYour message was read on Tuesday.",
        RECEIPT.format(what),
        subject="Read: Your offer",
        from_="Ada <ada@example.com>",
        return_path="<>",
        auto_submitted="auto-replied",
    )
    reading = read(raw)
    assert reading.kind is Kind.READ_RECEIPT
    assert reading.message_id == "<170.1-openerp-12-crm.lead@odoo.acme.test>"
    (recipient,) = reading.recipients
    assert (recipient.address, recipient.action) == ("ada@example.com", what.partition("/")[0])
    assert not recipient.dead_address


def test_a_complaint():
    raw = multipart(
        "report; report-type=feedback-report",
        "Content-Type: text/plain\n\nThis is an email abuse report.",
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: FBL/1\n"
        "Version: 1\nOriginal-Rcpt-To: ada@example.com\n",
        "Content-Type: message/rfc822\n\nFrom: sales@acme.test\nTo: ada@example.com\n"
        "Message-ID: <1@odoo.acme.test>\nSubject: Offer\n\nHello",
        subject="FW: Offer",
        from_="feedback@isp.example",
        return_path="<feedback@isp.example>",
    )
    reading = read(raw)
    assert (reading.kind, reading.decided_by) == (Kind.COMPLAINT, ("feedback-report", "abuse"))
    assert reading.message_id == "<1@odoo.acme.test>"
    assert [item.address for item in reading.recipients] == ["ada@example.com"]


def test_a_complaint_as_microsoft_writes_it():
    raw = multipart(
        "mixed",
        "Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: ada@hotmail.example\nFrom: "
        "sales@acme.test\nMessage-ID: <1@odoo.acme.test>\nSubject: Offer\n\nHello",
        subject="complaint about message from 198.51.100.7",
        from_="staff@hotmail.com",
        return_path="<staff@hotmail.com>",
    )
    reading = read(raw)
    assert (reading.kind, reading.message_id) == (Kind.COMPLAINT, "<1@odoo.acme.test>")
    assert [item.address for item in reading.recipients] == ["ada@hotmail.example"]
