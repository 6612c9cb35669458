"""DKIM signatures of incoming mails, made and verified by dkimpy."""

import base64
import sys

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core.incoming import dkim_proof, provenance
from core.incoming.fields import Fields
from core.incoming.parts import parse

MAIL = b"From: Ada <ada@example.com>\r\nTo: sales@acme.test\r\nSubject: Hi\r\n\r\nHello\r\n"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def sign(key):
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )

    def _sign(raw=MAIL, domain=b"example.com", **options):
        return dkim.sign(raw, b"s1", domain, private, **options) + raw

    return _sign


class Zone:
    """A DNS with one key, which counts the questions."""

    def __init__(self, key, error=None):
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        self.asked, self.error = [], error

    def __call__(self, name):
        self.asked.append(name)
        if self.error:
            raise self.error
        return self.record if name.startswith("s1._domainkey.") else None


def judge(raw, ask, servers=()):
    found = provenance.judge(Fields.of(parse(raw)), servers, raw=raw, ask=ask)
    assert found.explain()
    return found.verdict, found.reason


def test_a_signature_of_the_sender_is_a_proof(sign, key):
    zone = Zone(key)
    assert judge(sign(), zone) == ("verified", "signature")
    assert zone.asked == ["s1._domainkey.example.com"]


def test_a_mail_that_was_changed_fails(sign, key):
    raw = sign().replace(b"Hello", b"Help!")
    assert judge(raw, Zone(key)) == ("failed", "signature_failed")


def test_a_signature_of_somebody_else_proves_nothing(sign, key):
    raw = sign(domain=b"relay.example")
    assert judge(raw, Zone(key), ["mx.acme.test"]) == ("not verified", "no_signature")
    assert judge(MAIL, Zone(key)) == ("not verified", "no_trusted_server")


def test_a_dns_that_does_not_answer_is_no_failure(sign, key):
    zone = Zone(key, OSError("timed out"))
    assert judge(sign(), zone) == ("not verified", "signature_unknown")


def test_a_signature_of_the_beginning_is_no_proof(sign, key):
    raw = sign(length=True) + b"and a bill\r\n"
    assert judge(raw, Zone(key)) == ("not verified", "signature_unknown")


def test_the_receiving_server_comes_first(sign, key):
    zone = Zone(key)
    raw = (
        b"Authentication-Results: mx.acme.test; dmarc=fail header.from=example.com\r\n"
        b"Received: from a ([198.51.100.7]) by mx.acme.test; x\r\n" + sign()
    )
    assert judge(raw, zone, ["mx.acme.test"]) == ("failed", "dmarc_failed")
    assert zone.asked == []


def test_signatures_by_the_hundred_cost_four_questions(sign, key):
    zone = Zone(key)
    other = sign(domain=b"relay.example").partition(b"\r\nFrom:")[0] + b"\r\n"
    assert judge(other * 200 + sign(), zone) == ("verified", "signature")
    assert len(zone.asked) == 1  # that of the sender is verified first
    zone = Zone(key)
    judge(other * 200 + MAIL, zone)
    assert len(zone.asked) == dkim_proof.SIGNATURES


@pytest.mark.parametrize(
    "value",
    [b"", b";;;", b"v=1; d=example.com", b"v=1; a=x; d=example.com; s=s1; h=from; bh=!; b=!"],
)
def test_a_signature_that_is_none(key, value):
    raw = b"DKIM-Signature: " + value + b"\r\n" + MAIL
    assert judge(raw, Zone(key))[0] in ("not verified", "failed")


def test_without_dkimpy_nothing_is_asked(sign, key, monkeypatch):
    monkeypatch.setitem(sys.modules, "dkim", None)
    zone = Zone(key)
    assert not dkim_proof.is_available()
    assert judge(sign(), zone) == ("not verified", "no_trusted_server")
    assert zone.asked == []
