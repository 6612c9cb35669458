"""What is no report: ordinary mails that look a little like one, and what is no mail at all."""

import pytest
from report_mails import multipart, person

from core.incoming.report import Kind, read

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
    "away, with a null sender": person(
        "I could not be reached last week. Ada no longer works here, please write to "
        "bob@example.com instead.",
        subject="Re: Your offer",
        return_path="<>",
    ),
    "a list of what was blocked": person(
        "These messages have been blocked:\n\neve@example.org: Invoice\nbob@example.org: Hello\n",
        from_="Postmaster <postmaster@acme.test>",
        subject="Spam digest",
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


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"hello\n", b"\0\1\2", b"\xff\xfe", b"\n\nFrom x\n"])
def test_what_has_no_header_is_unreadable(raw):
    assert read(raw).kind is Kind.UNREADABLE
