import email
import email.policy

import pytest

from core.incoming.answer import may_be_answered


@pytest.mark.parametrize(
    "header, may",
    [
        ("X-Mailer: anything", True),
        ("Return-Path: <carl@customer.test>", True),
        ("Return-Path: <>", False),
        ("Precedence: first-class", True),
        ("Precedence: Bulk", False),
        ("Precedence: list", False),
        ("Precedence: junk", False),
        ("List-Id: <news.customer.test>", False),
        ("X-Auto-Response-Suppress: All", False),
        ("X-Auto-Response-Suppress: OOF, AutoReply", False),
        ("X-Auto-Response-Suppress: OOF", True),
    ],
)
def test_who_may_be_answered(header, may):
    raw = f"From: carl@customer.test\r\n{header}\r\n\r\nHello".encode()
    assert may_be_answered(email.message_from_bytes(raw, policy=email.policy.SMTP)) is may
    assert may_be_answered(email.message_from_bytes(raw)) is may
