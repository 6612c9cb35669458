"""Mails that nobody's client writes, by name; and mutations of ordinary ones."""

import base64
import io
import random
import zipfile

HEAD = (
    b"From: Carl <carl@customer.test>\r\nTo: contacts@acme.test\r\nSubject: Question\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
)
PLAIN = b"\r\nHello\r\n"


def text(body, kind=b"plain", charset=b"utf-8"):
    return b"Content-Type: text/" + kind + b"; charset=" + charset + b"\r\n\r\n" + body


def multipart(parts, kind=b"mixed"):
    joined = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
    return b"Content-Type: multipart/" + kind + b"; boundary=x\r\n\r\n" + joined + b"--x--\r\n"


def nested(depth):
    inner = text(b"deep")
    for level in range(depth):
        mark = b"b%d" % level
        inner = (
            b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n"
            + inner + b"\r\n--" + mark + b"--\r\n"
        )  # fmt: skip
    return inner


def zip_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    return (
        b"Content-Type: application/zip; name=bomb.zip\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=bomb.zip\r\n\r\n"
        + base64.encodebytes(packed.getvalue())
    )


def hostile():
    """Bytes by name."""
    references = b" ".join(b"<%d@customer.test>" % number for number in range(500_000))
    script = b"<p><script>alert(1)</script><b onclick='x()'>text</b></p>"
    return {
        "no From": b"To: contacts@acme.test\r\nSubject: Question\r\n" + PLAIN,
        "two From": b"From: eve@evil.test\r\n" + HEAD + PLAIN,
        "no recipient": b"From: carl@customer.test\r\nSubject: Question\r\n" + PLAIN,
        "NUL everywhere": HEAD.replace(b"Question", b"Ques\0tion")
        + b"X-A: \0\r\nMessage-Id: <nul\0@customer.test>\r\n"
        + text(b"Hel\0lo \0"),
        "unknown charset": HEAD + text("Grüße".encode(), charset=b"x-unheard-of"),
        "unknown charset in a header": HEAD.replace(b"Question", b"=?x-unheard?q?Gr=FC=DFe?=")
        + PLAIN,
        "8 bit headers": HEAD.replace(b"Question", "Größe".encode("latin-1")) + PLAIN,
        "broken boundary": HEAD + b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--z\r\nHello",
        "no boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\nHello",
        "broken report": HEAD
        + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient\r\n\r\n\xff\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n--x--\r\n",
        "10 MB of headers": HEAD + b"X-Long: " + b"a" * 10_000_000 + b"\r\n" + PLAIN,
        "10 MB of folded headers": HEAD + b"X-Long: a\r\n" + b" bcdefgh\r\n" * 1_000_000 + PLAIN,
        "10 MB of References": HEAD + b"References: " + references + b"\r\n" + PLAIN,
        "quotes in From": HEAD.replace(b"Carl", b'"' * 60_000) + PLAIN,
        "comments in From": HEAD.replace(b"Carl", b"(" * 60_000) + PLAIN,
        "comments in every address": (b"From: " + b"(" * 1_900 + b" c@customer.test\r\n")
        + b"To: "
        + b"(" * 1_900
        + b" contacts@acme.test\r\nSubject: Question\r\n"
        + PLAIN,
        "20 costly To": HEAD + (b"To: " + b'"' * 11_000 + b"\r\n") * 20 + PLAIN,
        "commas in To": HEAD.replace(b"To: ", b"To: " + b"," * 60_000) + PLAIN,
        "100,000 To": HEAD + b"To: a@b.test\r\n" * 100_000 + PLAIN,
        "10,000 text parts": HEAD + multipart([text(b"Hello")] * 10_000),
        "900 text parts": HEAD + multipart([text(b"Hello")] * 900),
        "900 html parts": HEAD + multipart([text(b"<b>x</b>" * 30, b"html")] * 900),
        "40 html parts": HEAD + multipart([text(b"<b>x</b>" * 700, b"html")] * 40),
        "nesting of 50": HEAD + nested(50),
        "nesting of 1,000": HEAD + nested(1000),
        "html of 5 MB": HEAD + text(script * 90_000, b"html"),
        "html just below the bound": HEAD + text(b"<b>x</b>" * 14_000, b"html"),
        "text of 5 MB": HEAD + text(b"word < word\r\n" * 400_000),
        "html without an end": HEAD + text(b"<div>" * 29_000, b"html"),
        "long Content-Type": HEAD
        + b"Content-Type: text/plain; x="
        + b'"' * 60_000
        + b"\r\n"
        + PLAIN,
        "zip bomb": HEAD + multipart([text(b"Hello"), zip_bomb()]),
        "date in year 0": HEAD.replace(b"02 Nov 2026", b"02 Nov 0000") + PLAIN,
        "date in year 99999": HEAD.replace(b"2026", b"99999") + PLAIN,
        "date of nonsense": HEAD.replace(b"Mon, 02 Nov 2026", b"9" * 5_000) + PLAIN,
        "a line of 1 MB": HEAD + text(b"x" * 1_000_000),
        "surrogates": HEAD + text(b"\xed\xa0\x80 \xff\xfe"),
        "an empty mail": b"",
        "only line breaks": b"\r\n" * 1_000,
        "every byte": HEAD + bytes(range(256)) * 1_000,
    }


def mutations(count, seed):
    """Ordinary mails with bytes changed, cut, doubled and swapped."""
    made = random.Random(seed)
    seeds = [
        HEAD + text(b"Hello"),
        HEAD + multipart([text(b"Hello"), text(b"<p>Hello</p>", b"html")], b"alternative"),
        HEAD + multipart([text(b"Hello"), zip_bomb()[:2000]]),
        HEAD.replace(b"Question", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=") + b"References: <a@b> <c@d>\r\n"
        + text(b"\xe4\xf6", charset=b"latin-1"),
        hostile()["broken report"],
    ]  # fmt: skip
    for _number in range(count):
        raw = bytearray(made.choice(seeds))
        for _change in range(made.randint(1, 8)):
            _mutate(raw, made)
        yield bytes(raw)


def _mutate(raw, made):
    position, length = made.randrange(len(raw) or 1), made.randint(1, 40)
    kind = made.randrange(5)
    if kind == 0:
        raw[position : position + 1] = bytes([made.randrange(256)])
    elif kind == 1:
        del raw[position : position + length]
    elif kind == 2:
        raw[position:position] = raw[position : position + length] * made.randint(1, 50)
    elif kind == 3:
        raw[position:position] = made.choice([b"\0", b"\r\n", b"--x", b"=?", b'"', b"<", b"\xff"])
    else:
        other = made.randrange(len(raw) or 1)
        raw[position : position + length] = raw[other : other + length]
