"""By which detour a mail came, and to which address it was sent."""

import pytest
from received_mail import BORDER, FROM, INNER, OTHER, fields

from core.incoming.forwarding import detour, envelope_recipients, plain_sender

DETOURS = {
    "straight": (FROM, "", "", ""),
    "resent": (FROM + "Resent-From: bob@acme.test\n", "redirected", "bob@acme.test", ""),
    "Gmail, forwarded to": (
        "X-Forwarded-To: sales@acme.test\nX-Forwarded-For: bob@gmail.example sales@acme.test\n"
        + FROM,
        "redirected",
        "bob@gmail.example",
        "",
    ),
    "SRS": (
        "Return-Path: <SRS0=ab12=CD=example.com=ada@relay.example>\n" + FROM,
        "redirected",
        "relay.example",
        "",
    ),
    "Received": (
        BORDER
        + "Received: from pc ([203.0.113.9]) by mx.old.example for <info@old.example>; x\n"
        + "From: ada@example.com\nTo: info@old.example\n",
        "redirected",
        "info@old.example",
        "",
    ),
    "Received, an alias at home": (
        BORDER
        + "Received: from pc ([203.0.113.9]) by mx.acme.test for <info@acme.test>; x\n"
        + "From: ada@example.com\nTo: info@acme.test\n",
        "",
        "",
        "",
    ),
    "ARC": (
        "ARC-Seal: i=2; d=google.com; cv=pass\nARC-Seal: i=1; d=relay.example; cv=none\n" + FROM,
        "redirected",
        "relay.example",
        "",
    ),
    "one ARC": ("ARC-Seal: i=1; d=google.com; cv=none\n" + FROM, "", "", ""),
    "Google Groups": (
        "From: 'Ada' via Sales <sales@acme.test>\nX-Original-Sender: ada@example.com\n",
        "forwarded",
        "sales@acme.test",
        "ada@example.com",
    ),
    "via": (
        "From: Ada via List <list@lists.example>\nReply-To: Ada <ada@example.com>\n",
        "forwarded",
        "list@lists.example",
        "ada@example.com",
    ),
    "another address for answers": (FROM + "Reply-To: bob@example.com\n", "", "", ""),
    "BATV is no detour": ("Return-Path: <prvs=1234abcd=ada@example.com>\n" + FROM, "", "", ""),
}


@pytest.mark.parametrize("name", DETOURS)
def test_a_detour(name):
    text, kind, by, original = DETOURS[name]
    found = detour(fields(text))
    assert (found.kind, found.by, found.original_sender) == (kind, by, original)
    assert bool(found.decided_by) == bool(kind)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("ada@example.com", "ada@example.com"),
        ("SRS0=ab12=CD=example.com=ada@relay.example", "ada@example.com"),
        ("prvs=1234abcd=ada@example.com", "ada@example.com"),
        ("btv1=1234==ada@example.com", "btv1=1234==ada@example.com"),
    ],
)
def test_the_sender_within(address, plain):
    assert plain_sender(address) == plain


ENVELOPE = (
    "Delivered-To: box@acme.test\nX-Original-To: sales@acme.test\n"
    + INNER
    + BORDER.replace("sales@", "copy@")
    + OTHER.replace("id 3", "id 3 for <ghost@example.com>")
    + "Envelope-To: info@acme.test\n"
    + FROM
)


def test_the_recipients_of_the_envelope():
    assert envelope_recipients(fields(ENVELOPE)) == [
        ("X-Original-To", "sales@acme.test"),
        ("Envelope-To", "info@acme.test"),
        ("Delivered-To", "box@acme.test"),
        ("Received", "copy@acme.test"),
    ]


def test_the_order_is_the_administrators():
    found = envelope_recipients(fields(ENVELOPE), ["Received", "Delivered-To"])
    assert found == [("Received", "copy@acme.test"), ("Delivered-To", "box@acme.test")]
