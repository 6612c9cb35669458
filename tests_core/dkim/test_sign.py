"""Signing, verified by dkimpy with the record that is to be published."""

import contextlib
import email.policy
import smtplib
import time
from email.message import EmailMessage
from functools import partial

import dkim
import pytest

from core.dkim import is_published, parse
from core.dkim.sign import OVERSIGNED, SigningError, SigningKey, generate, missing_packages, sign
from core.outgoing.session import Session
from core.outgoing.signing import Signed, sign_on
from scripts.sandbox import SmtpPeer

PAIRS = {algorithm: generate(algorithm) for algorithm in ("rsa", "ed25519")}


def key(algorithm="rsa", domain="acme.test", selector=None):
    return SigningKey(domain, selector or f"s-{algorithm}", algorithm, PAIRS[algorithm][0])


BOTH = (key("rsa"), key("ed25519"))


def published(name, timeout=5):
    """The DNS in which the records of these keys stand."""
    algorithm = name.decode().partition("._domainkey.")[0].removeprefix("s-")
    return PAIRS[algorithm][1].encode()


def verified(raw):
    """How many of the signatures verify."""
    count = raw.lower().count(b"dkim-signature:")
    message = dkim.DKIM(raw)
    return [message.verify(idx, dnsfunc=published) for idx in range(count)]


def raw_message(body="Hello\r\n", sender="Me <me@acme.test>", **headers):
    lines = [f"From: {sender}", "To: ada@one.test", "Subject: Hello"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def signature(raw):
    """The tags of the first signature."""
    value = raw.split(b"\r\nFrom:")[0].partition(b":")[2]
    tags = (item.partition(b"=") for item in b"".join(value.split()).split(b";"))
    return {name.decode(): text.decode() for name, _equals, text in tags}


# ----------------------------------------------------------------
# KEYS
# ----------------------------------------------------------------


@pytest.mark.parametrize(("algorithm", "bits"), [("rsa", 2048), ("ed25519", 256)])
def test_the_record_of_a_key_is_one_that_we_call_fine(algorithm, bits):
    _private, record = PAIRS[algorithm]
    parsed = parse(record)
    assert (parsed.key_type, parsed.bits, parsed.flags) == (algorithm, bits, {""})


def test_no_two_keys_are_alike():
    assert generate("ed25519") != generate("ed25519")


def test_a_private_key_is_in_no_text():
    private = PAIRS["rsa"][0].decode()
    assert private not in repr(key())
    assert private.splitlines()[1] not in f"{key()!r} {key()}"


def test_is_published():
    record = PAIRS["rsa"][1]
    assert is_published([record], record)
    assert is_published([record.replace("; ", ";  ").replace("v=DKIM1;", "")], record)
    assert not is_published([], record)
    assert not is_published([PAIRS["ed25519"][1]], record)
    assert not is_published([record, record], record)
    assert not is_published(["v=DKIM1; k=rsa; p="], record)
    assert not is_published([record[:-40]], record)


# ----------------------------------------------------------------
# SIGNATURES
# ----------------------------------------------------------------


def test_both_algorithms_sign_and_verify():
    raw, used = sign(raw_message(), BOTH)
    assert [item.name for item in used] == [
        "s-rsa._domainkey.acme.test",
        "s-ed25519._domainkey.acme.test",
    ]
    assert verified(raw) == [True, True]


def test_what_is_signed_and_how():
    tags = signature(sign(raw_message(List_Unsubscribe="<mailto:x@acme.test>"), BOTH[:1])[0])
    assert (tags["v"], tags["a"], tags["c"]) == ("1", "rsa-sha256", "relaxed/relaxed")
    assert (tags["d"], tags["s"]) == ("acme.test", "s-rsa")
    assert "l" not in tags
    assert abs(int(tags["t"]) - time.time()) < 60
    signed = tags["h"].split(":")
    assert "list-unsubscribe" in signed
    for name in ("from", "to", "subject"):
        assert signed.count(name) == 2, name
    for name in set(OVERSIGNED) - {"from", "to", "subject"}:
        assert signed.count(name) == 1, name


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"Hello\r\n", b"Hallo\r\n", 1),
        lambda raw: raw + b"Appended\r\n",
        lambda raw: raw.replace(b"\r\nFrom:", b"\r\nFrom: other@acme.test\r\nFrom:"),
        lambda raw: raw.replace(b"\r\nTo:", b"\r\nReply-To: thief@else.test\r\nTo:"),
        lambda raw: raw.replace(b"\r\nTo:", b"\r\nSubject: Other\r\nTo:"),
        lambda raw: raw.replace(b"\r\nTo:", b"\r\nCc: more@else.test\r\nTo:"),
    ],
)
def test_a_change_on_the_way_breaks_it(change):
    raw, _used = sign(raw_message(), BOTH[:1])
    with contextlib.suppress(dkim.DKIMException):
        assert verified(change(raw)) == [False]


def test_what_relaxed_allows_does_not_break_it():
    raw, _used = sign(raw_message("Hello  you \r\n\r\n\r\n"), BOTH[:1])
    changed = raw.replace(b"Hello  you \r\n\r\n\r\n", b"Hello you\r\n")
    changed = changed.replace(b"\r\nSubject: Hello", b"\r\nSUBJECT:  Hello")
    assert verified(b"Received: from somebody\r\n" + changed) == [True]


# ----------------------------------------------------------------
# WHOSE KEY
# ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("me@acme.test", "acme.test"),
        ("ME@ACME.TEST", "acme.test"),
        ("Me <me@sub.acme.test>", "acme.test"),
        ("Me <me@deep.eu.acme.test>", "eu.acme.test"),
        ('"me@other.test" <me@acme.test>', "acme.test"),
        ("me@bücher.test", "xn--bcher-kva.test"),
        ("me@notacme.test", ""),
        ("me@other.test", ""),
        ("me@acme.test, you@other.test", ""),
        ("nobody", ""),
        ("", ""),
        ("me@a..b", ""),
    ],
)
def test_the_key_of_the_sender(sender, domain):
    domains = ("acme.test", "eu.acme.test", "xn--bcher-kva.test")
    keys = [key("ed25519", domain=item) for item in domains]
    _raw, used = sign(raw_message(sender=sender), keys)
    assert [item.domain for item in used] == [domain] * bool(domain)


def test_two_from_headers_are_nobodys():
    raw = b"From: thief@else.test\r\n" + raw_message()
    assert sign(raw, BOTH) == (raw, ())


def test_a_message_for_which_there_is_no_key_is_not_touched():
    raw = raw_message(sender="me@other.test")
    assert sign(raw, BOTH) == (raw, ())


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b" folded", b"no header at all", b"\xff\xfe\r\n\r\n\x00"]
)
def test_what_is_no_message_is_not_touched(raw):
    assert sign(raw, BOTH) == (raw, ())


@pytest.mark.parametrize("private", [b"", b"no key", PAIRS["rsa"][0][:300], b"\xff" * 200])
@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
def test_a_key_that_is_none(private, algorithm):
    with pytest.raises(SigningError) as caught:
        sign(raw_message(), [SigningKey("acme.test", "s", algorithm, private)])
    assert caught.value.code == "key_unusable"
    assert "Make a new one" in caught.value.explain()


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr("core.dkim.sign.importlib.util.find_spec", lambda name: None)
    assert missing_packages("rsa") == ("dkimpy",)
    assert missing_packages("ed25519") == ("dkimpy", "PyNaCl")
    assert "pip install dkimpy" in SigningError("packages_missing", packages="dkimpy").explain()


# ----------------------------------------------------------------
# OVER SMTP
# ----------------------------------------------------------------


@pytest.fixture
def peer():
    with SmtpPeer() as peer:
        yield peer


def signer(raw):
    data, used = sign(raw, BOTH)
    return Signed(data, tuple(item.name for item in used), "" if used else "no_key")


def connect(peer):
    smtp = smtplib.SMTP(peer.host, peer.port, timeout=5)
    sign_on(smtp, signer)
    smtp.ehlo()
    return smtp


def by_connection(peer, message, recipients):
    with connect(peer) as smtp:
        smtp.send_message(message, "bounce@acme.test", recipients)


def by_session(peer, message, recipients):
    session = Session(connect(peer), partial(connect, peer))
    session.send_message(message, "bounce@acme.test", recipients)
    session.quit()
    assert session.signed.records == tuple(item.name for item in BOTH)


def difficult(body="Hello\n", **headers):
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = headers.pop("From", "Ädä Łovelace <me@acme.test>")
    message["To"] = "Ümläut <ada@one.test>"
    message["Subject"] = headers.pop("Subject", "Grüße aus Łódź, und eine lange Zeile " * 6)
    message.set_content(body)
    message.add_alternative(f"<p>{body}</p>", subtype="html")
    return message


MESSAGES = {
    "plain": difficult(),
    "umlauts": difficult("Grüße\n"),
    "long lines": difficult("x" * 5000 + "\n" + "ä" * 3000 + "\n"),
    "dots": difficult(".\n..\n.hidden\n\n.\n"),
    "empty lines": difficult("\n\nHello\n\n\n\n"),
    "no body": difficult(""),
    "From in the body": difficult("From me\n>From you\n"),
    "control characters": difficult("a\tb\x0bc\x0cd\n"),
    "line ends of all kinds": difficult("a\rb\r\nc\nd\n"),
}
MESSAGES["attachments"] = difficult("Grüße\n")
MESSAGES["attachments"].add_attachment(
    bytes(range(256)) * 40, "application", "pdf", filename="ä.pdf"
)
MESSAGES["a mail in it"] = difficult("Grüße\n")
MESSAGES["a mail in it"].add_attachment(difficult("Größe 8-bit\n"))


@pytest.mark.parametrize("by", [by_connection, by_session])
@pytest.mark.parametrize("name", MESSAGES)
def test_it_verifies_after_a_trip_over_smtp(peer, by, name):
    by(peer, MESSAGES[name], ["ada@one.test"])
    [received] = peer.received
    assert verified(received.data) == [True, True]
    assert received.data.isascii(), "no server on the way has a reason to change it"


def test_it_is_signed_once_when_the_line_breaks(peer):
    peer.drop("MAIL", times=1)
    by_session(peer, MESSAGES["umlauts"], ["ada@one.test"])
    [received] = peer.received
    assert verified(received.data) == [True, True]


def test_an_international_address(peer):
    by_session(peer, MESSAGES["umlauts"], ["üser@one.test"])
    [received] = peer.received
    assert verified(received.data) == [True, True]


def test_text_is_signed_as_it_travels(peer):
    with connect(peer) as smtp:
        smtp.sendmail(
            "me@acme.test", ["ada@one.test"], raw_message().decode().replace("\r\n", "\n")
        )
    assert verified(peer.received[0].data) == [True, True]


def test_a_connection_that_does_not_sign(peer):
    session = Session(smtplib.SMTP(peer.host, peer.port, timeout=5))
    session._smtp.ehlo()
    session.send_message(difficult(), "bounce@acme.test", ["ada@one.test"])
    session.quit()
    assert session.signed is None
    assert b"dkim" not in peer.received[0].data.lower()
