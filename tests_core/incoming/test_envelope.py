import email
import email.policy

import pytest

from core.incoming import forwarding
from core.incoming.fields import Fields

POSTFIX = """\
Return-Path: <carl@customer.test>
X-Original-To: sales@acme.test
Delivered-To: odoo@acme.test
Received: from out.customer.test (out.customer.test [192.0.2.1])
 by mx.acme.test (Postfix) with ESMTPS id 4Xk for <sales@acme.test>;
 Mon, 2 Nov 2026 10:00:00 +0100 (CET)
To: undisclosed-recipients:;
"""
EXIM = """\
Return-path: <carl@customer.test>
Envelope-to: sales@acme.test
Delivery-date: Mon, 02 Nov 2026 10:00:00 +0000
Received: from out.customer.test ([192.0.2.1]:36412)
\tby mx.acme.test with esmtps (TLS1.3) (Exim 4.97) (envelope-from <carl@customer.test>)
\tid 1r0abc-00000001-2xYz for sales@acme.test; Mon, 02 Nov 2026 10:00:00 +0000
To: boss@customer.test
"""
GMAIL = """\
Delivered-To: odoo@acme.test
Received: by 2002:a05:6a10:d5a1 with SMTP id gn33csp123; Mon, 2 Nov 2026 02:00:00 -0800 (PST)
X-Forwarded-To: odoo@acme.test
X-Forwarded-For: sales@acme-shop.test odoo@acme.test
Delivered-To: sales@acme-shop.test
Received: from out.customer.test by mx.google.com for <sales@acme-shop.test>; Mon, 2 Nov 2026
To: boss@customer.test
"""
SENDMAIL = """\
Received: from mx.acme.test (mx.acme.test [10.0.0.2])
\tby imap.acme.test (8.17.1/8.17.1) with LMTP id 1 (version=TLSv1.3 (for <no@comment.test>));
\tMon, 2 Nov 2026 10:00:01 GMT
Received: from out.customer.test (out.customer.test [192.0.2.1]) by MX.acme.test. with ESMTP
\tfor <sales@acme.test>; Mon, 2 Nov 2026 10:00:00 GMT
Received: from pc by out.customer.test for <forged@acme.test>; Mon, 2 Nov 2026 09:59:00 GMT
Received: from pc by mx.acme.test for <older@acme.test>; Mon, 2 Nov 2026 09:58:00 GMT
To: boss@customer.test
"""


def found(text, order=forwarding.ENVELOPE_ORDER, policy=email.policy.SMTP):
    message = email.message_from_string(text + "\nHello\n", policy=policy)
    return [
        (address, field)
        for field, address in forwarding.envelope_recipients(Fields.of(message), order)
    ]


@pytest.mark.parametrize("policy", [email.policy.SMTP, email.policy.compat32])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POSTFIX, [("sales@acme.test", "X-Original-To"), ("odoo@acme.test", "Delivered-To")]),
        (EXIM, [("sales@acme.test", "Envelope-To")]),
        (
            GMAIL,
            [("odoo@acme.test", "X-Forwarded-To"), ("sales@acme-shop.test", "Delivered-To")],
        ),
        (SENDMAIL, [("sales@acme.test", "Received")]),
        ("To: boss@customer.test\n", []),
        (
            "X-Original-To: postmaster\nDelivered-To: <Sales@ACME.test>\n",
            [("sales@acme.test", "Delivered-To")],
        ),
    ],
)
def test_whom_a_mail_was_handed_over_to(text, expected, policy):
    assert found(text, policy=policy) == expected


def test_the_order_is_the_administrators():
    assert found(POSTFIX, ("Delivered-To", "X-Original-To"))[0][0] == "odoo@acme.test"
    assert found(POSTFIX, ("received",)) == [("sales@acme.test", "received")]
    assert found(POSTFIX, ()) == []
    assert found("X-Resolved-To: sales@acme.test\n", ("X-Resolved-To",)) == [
        ("sales@acme.test", "X-Resolved-To")
    ]


def test_a_host_without_a_domain_belongs_to_the_next():
    text = (
        "Received: by localhost for <odoo@localhost.test>\nReceived: by mx.acme.test for a@b.test\n"
    )
    assert [item[0] for item in found(text)] == ["odoo@localhost.test", "a@b.test"]


@pytest.mark.parametrize(
    "text",
    [
        "X-Original-To: " + "(" * 10_000 + "\n",
        "Received: " + "(" * 10_000 + "by" + ")" * 10_000 + "\n",
        "Received: by " + "a." * 5_000 + " for " + "<" * 5_000 + "\n",
        "Delivered-To: " + "a" * 100_000 + "\n",
        "Delivered-To: a@b.test\n" * 10_000,
        "Received: " + "\\" * 9_999 + "\n",
    ],
)
def test_hostile_fields_are_read_in_time(text):
    assert len(found(text, policy=email.policy.compat32)) <= 1
