import email
import email.policy

import pytest

from core.incoming import bounds

HEAD = b"From: a@b.test\r\nTo: info@acme.test\r\nSubject: Hello\r\n"


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


def multipart(parts, kind=b"mixed"):
    joined = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
    return (
        HEAD + b"Content-Type: multipart/" + kind + b"; boundary=x\r\n\r\n" + joined + b"--x--\r\n"
    )


def text(body, kind=b"plain", charset=b"utf-8"):
    return b"Content-Type: text/" + kind + b"; charset=" + charset + b"\r\n\r\n" + body


def test_an_ordinary_mail_stays_as_it_is():
    for raw in (
        HEAD + text(b"Hello"),
        multipart([text(b"Hello"), text(b"<p>Hello</p>", b"html")], b"alternative"),
    ):
        message = parse(raw)
        assert bounds.apply(message) is False
        assert message.as_bytes() == parse(raw).as_bytes()


def test_long_headers_are_cut():
    references = b" ".join(b"<%d@b.test>" % number for number in range(100_000))
    message = parse(HEAD + b"References: " + references + b"\r\nX-A: a\0b\r\n\r\nHello")
    assert bounds.apply(message)
    assert message["References"].endswith("<99999@b.test>")
    assert message["References"].startswith("<")
    assert len(message["References"]) <= bounds.REFERENCES_CHARS
    assert message["X-A"] == "ab"
    assert message["From"] == "a@b.test"


def test_a_flood_of_recipients_is_cut():
    message = parse(b"To: x@acme.test\r\n" * 100_000 + b"\r\n")
    bounds.apply(message)
    assert len(message.get_all("To")) == bounds.SAME_NAME
    message = parse(b"To: " + b"x@acme.test, " * 10_000 + b"\r\n\r\n")
    bounds.apply(message)
    assert len(str(message["To"])) <= bounds.VALUE_CHARS


def test_too_much_html_becomes_an_attachment():
    message = parse(HEAD + text(b"<b>x</b>" * 200_000, b"html"))
    assert bounds.apply(message)
    assert message["Subject"] == "Hello"
    (part,) = message.iter_attachments()
    assert part.get_filename() == "message.html"
    assert part.get_content().startswith("<b>x</b>")


def test_too_many_texts_become_attachments():
    message = parse(multipart([text(b"Hello")] * 100))
    assert bounds.apply(message)
    shown = [part for part in message.walk() if part.get_content_disposition() != "attachment"]
    assert len(shown) == bounds.TEXTS + 1
    message = parse(multipart([text(b"<b>x</b>" * 300, b"html")] * 60))
    bounds.apply(message)
    shown = [part for part in message.walk() if part.get_content_disposition() != "attachment"]
    assert len(shown) < 20


def test_too_many_parts_are_refused():
    with pytest.raises(bounds.TooComplex) as caught:
        bounds.apply(parse(multipart([text(b"Hello")] * 2000)))
    assert "more than 1000 parts" in caught.value.explain()


def test_content_types_are_cut_before_anything_reads_them():
    ordinary = multipart([text(b"Hello"), text(b"x", charset=b"utf-8")])
    assert bounds.cut_types(ordinary) == ordinary
    name = b"Content-Type: application/pdf; name=" + b"n" * 2_000 + b"\r\n\r\n"
    assert bounds.cut_types(HEAD + name) == HEAD + name
    hostile = HEAD + b"Content-Type: text/plain;\r\n x=" + b'"' * 60_000 + b"\r\n\r\nHello"
    cut = bounds.cut_types(hostile)
    assert len(cut) < 3_000
    assert parse(cut).get_content().strip() == "Hello"
    many = multipart([b"Content-Type: text/plain; x=" + b'"' * 3_000 + b"\r\n\r\nHello"] * 900)
    assert len(bounds.cut_types(many)) < 900 * 600


def test_parts_are_counted_before_anything_is_parsed():
    with pytest.raises(bounds.TooComplex):
        bounds.cut_types(multipart([b"\r\nHello"] * 2000))
    bounds.cut_types(multipart([b"\r\nHello"] * 900))


def test_an_unknown_charset_is_read_as_utf8():
    message = parse(HEAD + text("Grüße".encode(), charset=b"x-unheard-of"))
    assert bounds.apply(message)
    assert message.get_content().strip() == "Grüße"


def test_many_costly_headers_are_cut_together():
    """Each of them is within the bound of one header."""
    message = parse(HEAD + (b"To: " + b'"' * 11_000 + b"\r\n") * 20 + b"\r\nHello")
    assert bounds.apply(message)
    assert message["Subject"] == "Hello"
    left = [value for name, value in message.raw_items() if name == "To"]
    assert sum(len(value) ** 2 for value in left) <= 1.01 * bounds.HEADER_WORK
    many = b", ".join(b"Carl Name <carl%d@customer.test>" % number for number in range(300))
    message = parse(HEAD + b"Cc: " + many + b"\r\n\r\nHello")
    assert bounds.apply(message) is False


def test_what_nobody_can_parse_is_replaced_by_its_addresses():
    message = parse(b"From: a@b.test\r\nTo: " + b"(" * 5_000 + b" x@acme.test\r\n\r\nHello")
    assert bounds.mend(message)
    assert message["To"] == "x@acme.test"
    assert message["From"] == "a@b.test"
    assert bounds.mend(message) is False


def test_comments_and_entities_count_as_tags():
    for body in (b"<!--" * 5_000, b"&" * 2_000_000):
        message = parse(HEAD + text(b"<p>x</p>" + body, b"html"))
        assert bounds.apply(message)
        (part,) = message.iter_attachments()
        assert part.get_filename() == "message.html"


def test_quotes_in_many_content_types_are_cut():
    many = multipart([b"Content-Type: text/plain; x=" + b'"' * 370 + b"\r\n\r\nHello"] * 900)
    assert bounds.cut_types(many).count(b'"') < 2 * bounds.TYPE_MARKS
    named = multipart(
        [b'Content-Type: x/y; name="' + b"a%d" % n + b'.bin"\r\n\r\nx' for n in range(900)]
    )
    assert bounds.cut_types(named) == named


@pytest.mark.parametrize("charset", [b'""', b"rot13", b"zlib", b"idna", b"undefined", b"punycode"])
def test_what_is_no_charset_of_texts_is_read_as_utf8(charset):
    message = parse(HEAD + text("Grüße".encode(), charset=charset))
    bounds.apply(message)
    assert message.get_content()


def test_a_report_about_too_many_is_refused():
    group = b"Final-Recipient: rfc822; a@b.test\r\nAction: failed\r\n\r\n"
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
    returned = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n" + b"line\r\n\r\n" * 5_000
    bounds.cut_types(multipart([text(b"x"), status + group * 500, returned], b"report"))
    with pytest.raises(bounds.TooComplex):
        bounds.cut_types(multipart([text(b"x"), status + group * 5_000], b"report"))
