import hashlib

import pytest

from core.incoming import headers


def test_what_a_list_shows():
    read = headers.read(
        b"From: =?utf-8?q?J=C3=BCrgen?= <j@customer.test>\r\n"
        b"Delivered-To: info@acme.test\r\nTo: Sales <sales@acme.test>,\r\n shop@acme.test\r\n"
        b"Cc: boss@customer.test\r\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n und mehr\r\n"
        b"Message-Id: <1@customer.test>\r\n\r\nSubject: not this\r\n"
    )
    assert read.email_from == "Jürgen <j@customer.test>"
    assert read.recipients == (
        "info@acme.test, Sales <sales@acme.test>, shop@acme.test, boss@customer.test"
    )
    assert read.subject == "Grüße und mehr"
    assert read.message_id == "<1@customer.test>"


def test_a_mail_without_message_id_is_known_by_its_bytes():
    raw = b"From: a@b.test\r\n\r\nHello"
    assert headers.read(raw).message_id == headers.derived_message_id(raw)
    assert hashlib.sha256(raw).hexdigest() in headers.read(raw).message_id
    assert headers.read(raw).message_id != headers.read(raw + b"!").message_id


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\0" * 100,
        b"Subject: " + b"x" * 10_000_000,
        b"To: " + b"," * 60_000 + b"\r\n\r\n",
        b'From: "' * 10_000,
        b"To: a@b.test\r\n" * 100_000,
        b"Subject: =?unknown?q?hello?= =?utf-8?b?x?=\r\n\r\n",
        b"Subject: =?utf-8?b?%%%%?=\r\nFrom: \xff\xfe\r\n\r\n",
        b"Subject: \xed\xa0\x80 \0 nul\r\n\r\n",
        b"Subject: =?\xc3\xba\xc3\xb6?q?hello?=\r\n\r\n",
        bytes(range(256)) * 100,
    ],
)
def test_any_bytes_are_read(raw):
    read = headers.read(raw)
    for value in (read.message_id, read.email_from, read.recipients, read.subject):
        assert "\0" not in value
        assert len(value) <= headers.VALUE_CHARS
        value.encode()


def test_comments_in_comments_are_not_kept():
    read = headers.read(
        b"From: " + b"(" * 2_000 + b" x@y.test\r\nTo: Bob (home) <b@y.test>\r\n\r\n"
    )
    assert "(" not in read.email_from
    assert read.recipients == "Bob (home) <b@y.test>"


def test_what_a_mail_answers():
    raw = b"References: <a@x>\r\n <b@x>\r\nIn-Reply-To: <c@x> (your mail)\r\n\r\nReferences: <d@x>"
    assert headers.answered_ids(raw) == ["<a@x>", "<b@x>", "<c@x>"]
    many = b"References: " + b"".join(b" <%d@x>" % number for number in range(100)) + b"\r\n\r\n"
    assert headers.answered_ids(many)[-1] == "<99@x>"
    assert len(headers.answered_ids(many)) == headers.ANSWERED_MAX
    assert headers.answered_ids(b"\0\xff") == []
