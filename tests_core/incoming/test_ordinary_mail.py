"""What is no report: ordinary mails that look a little like one, and automatic replies."""

import pytest
from report_mails import multipart, plain

from core.incoming.report import Kind, read


def person(text, **fields):
    known = {
        "return_path": "<ada@example.com>",
        "from_": "Ada Lovelace <ada@example.com>",
        "to": "info@acme.test",
        "subject": "Question",
        **fields,
    }
    return plain(text, **known)


ORDINARY = {
    "a question": person("Hello, what does it cost?"),
    "about a bounce": person(
        "Hi,\n\nmy mail to bob@acme.test came back: 550 5.1.1 User unknown. It says the message "
        "could not be delivered. Who can help?\n",
        subject="Mail to Bob was returned",
    ),
    "about a failure": person(
        "The delivery failed, the parcel could not be delivered to our address.",
        subject="Delivery failed",
    ),
    "a reply to a bounce": person(
        "> Your message could not be delivered to the following recipients:\n> bob@acme.test\n\n"
        "Shall I try another address?",
        subject="Re: Undelivered Mail Returned to Sender",
    ),
    "fields of a report, quoted": person(
        "This is what I got, what shall I do?\n\nFinal-Recipient: rfc822; bob@acme.test\nAction: "
        "failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n",
        subject="Help",
    ),
    "an answer with the mail below": person(
        "We could not be reached by phone, sorry.\n\n-----Original Message-----\nFrom: Bob "
        "<bob@acme.test>\nSent: Monday\nTo: Ada <ada@example.com>\nSubject: Offer\n\nHello",
        subject="RE: Offer",
        in_reply_to="<1@acme.test>",
    ),
    "a parcel service": person(
        "Dear customer, your parcel could not be delivered because nobody was at home. We will try "
        "again tomorrow.",
        from_="Parcel Service <noreply@parcels.example>",
        return_path="<bounces+77@parcels.example>",
        subject="Delivery notification: your parcel could not be delivered",
    ),
    "a newsletter": person(
        "Our offers of the week. Unsubscribe here.",
        from_="Shop <news@shop.example>",
        return_path="<bounce-77@shop.example>",
        subject="10 % off",
        precedence="bulk",
        list_id="<news.shop.example>",
        list_unsubscribe="<https://shop.example/u>",
    ),
    "a mailing list": person(
        "I think the patch is right.",
        precedence="list",
        list_id="<dev.lists.example>",
        subject="[dev] Re: failure notice handling",
        sender="dev-bounces@lists.example",
        return_path="<dev-bounces@lists.example>",
    ),
    "an order": person(
        "Thank you for your order 4711.",
        from_="Shop <no-reply@shop.example>",
        x_auto_response_suppress="All",
        subject="Your order 4711",
    ),
    "a mail of the postmaster": person(
        "Dear users, on Sunday the mail system will not be reachable.",
        from_="Postmaster <postmaster@example.com>",
        return_path="<postmaster@example.com>",
        subject="Maintenance of the mail system",
    ),
    "a digest of a quarantine": person(
        "3 messages are in your quarantine:\n\n1. From eve@example.org: Invoice\n",
        from_="Mail Gateway <postmaster@example.com>",
        subject="Quarantine digest",
    ),
    "an invitation": multipart(
        "alternative",
        "Content-Type: text/plain\n\nMeeting on Monday",
        "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR",
        return_path="<ada@example.com>",
        from_="Ada <ada@example.com>",
        subject="Invitation: Meeting",
    ),
    "a DMARC report": multipart(
        "mixed",
        "Content-Type: text/plain\n\nThis is an aggregate report.",
        "Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\nH4sIAAAAAAAA",
        return_path="<noreply-dmarc-support@google.example>",
        from_="noreply-dmarc-support@google.example",
        subject="Report domain: acme.test Submitter: google.example Report-ID: 123",
    ),
    "a mail that has another one attached": multipart(
        "mixed",
        "Content-Type: text/plain\n\nPlease look at this.",
        "Content-Type: message/rfc822\n\nFrom: bob@acme.test\nTo: ada@example.com\n\nx",
        return_path="<ada@example.com>",
        from_="Ada <ada@example.com>",
        subject="A mail of Bob",
    ),
    "payment failed": person(
        "Your payment could not be processed. The card was rejected by the bank.",
        from_="Billing <billing@shop.example>",
        subject="Failed payment: action needed",
    ),
    "an error of a monitor": person(
        "Host mx.example.com: SMTP CRITICAL - connection refused, 550 relay denied",
        from_="Nagios <nagios@monitor.example>",
        subject="** PROBLEM Service Alert: mx/SMTP is CRITICAL **",
    ),
    "a welcome of a system": person(
        "Your mailbox has been created. If a message cannot be delivered, you will be told.",
        from_="Mail Administrator <admin@example.com>",
        subject="Welcome",
    ),
    "out of office as a topic": person(
        "Please remind everybody to set it.", subject="Out of office messages in August"
    ),
    "vacation request": person("I would like to take a week off.", subject="Urlaubsantrag"),
    "Auto-Submitted: no": person("Hello", auto_submitted="no"),
    "a list with Precedence: list": person("Hello", precedence="list"),
    "without subject": person("Hello", subject=None),
    "Japanese": person(
        "お世話になっております。配送についてお知らせします。", subject="配送のお知らせ"
    ),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_mail_stays_one(name):
    reading = read(ORDINARY[name])
    assert reading.kind is Kind.MAIL, reading
    assert (reading.recipients, reading.decided_by) == ((), ())


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


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"hello\n", b"\0\1\2", b"\xff\xfe", b"\n\nFrom x\n"])
def test_what_has_no_header_is_unreadable(raw):
    assert read(raw).kind is Kind.UNREADABLE
