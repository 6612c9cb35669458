"""Made up bytes, and ordinary mails with mistakes in them, are read within bounds."""

import email
import email.policy

from hypothesis import given, settings
from hypothesis import strategies as st

from core.incoming import bounds, headers

FRAGMENTS = [
    b"From: a@b.test\r\n",
    b"To: info@acme.test\r\n",
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n",
    b"Message-Id: <1@b.test>\r\n",
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Type: text/html; charset=utf-8\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"\r\n",
    b"--x\r\n",
    b"--x--\r\n",
    b"\0",
    b" folded\r\n",
    b"=?",
    b'"<>,;',
    b"\xff\xfe",
    b"<p>Hello</p>\r\n",
]
MAILS = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=30), max_size=60).map(b"".join)


@settings(max_examples=1_500, deadline=2_000)
@given(MAILS)
def test_any_mail_is_read(raw):
    read = headers.read(raw)
    assert read.message_id
    message = email.message_from_bytes(bounds.cut_types(raw), policy=email.policy.SMTP)
    bounds.apply(message)
    for name, value in message.raw_items():
        assert len(str(value)) <= bounds.VALUE_CHARS, name
        assert "\0" not in str(value)
