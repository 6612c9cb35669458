"""core.dmarc.alignment and senders: by what mail of a sender passes DMARC."""

import asyncio

import pytest
from dkim_keys import RSA_2048
from fake_dns import FakeDns

from core.dmarc.alignment import Match, Verdict, align
from core.dns.name import InvalidName
from core.dns.resolver import Status
from core.domain.report import check
from core.sender import Selector, Sender

RELAXED = "v=DMARC1; p=none"


def aligned(from_address, envelope, dkim, **records):
    zones = {
        f"_dmarc.{name}": text if isinstance(text, Status) else {"TXT": [text]}
        for name, text in records.items()
    }
    return asyncio.run(align(from_address, envelope, dkim, FakeDns(zones)))


@pytest.mark.parametrize(
    "envelope, dkim, record, spf, signature, verdict",
    [
        ("bounce@example.com", "example.com", RELAXED, Match.IDENTICAL, Match.IDENTICAL, "both"),
        ("b@mail.example.com", "", RELAXED, Match.SAME_ORGANIZATION, Match.ABSENT, "spf"),
        (
            "b@provider.example",
            "m.example.com",
            RELAXED,
            Match.OTHER_ORGANIZATION,
            Match.SAME_ORGANIZATION,
            "dkim",
        ),
        (
            "b@provider.example",
            "provider.example",
            RELAXED,
            Match.OTHER_ORGANIZATION,
            Match.OTHER_ORGANIZATION,
            "none",
        ),
        (
            "b@mail.example.com",
            "m.example.com",
            RELAXED + "; aspf=s",
            Match.STRICT,
            Match.SAME_ORGANIZATION,
            "dkim",
        ),
        (
            "b@mail.example.com",
            "m.example.com",
            RELAXED + "; adkim=s",
            Match.SAME_ORGANIZATION,
            Match.STRICT,
            "spf",
        ),
        ("", "", RELAXED, Match.ABSENT, Match.ABSENT, "none"),
        ("b@notexample.com", "", RELAXED, Match.OTHER_ORGANIZATION, Match.ABSENT, "none"),
        ("B@EXAMPLE.COM.", "Example.Com", RELAXED, Match.IDENTICAL, Match.IDENTICAL, "both"),
    ],
)
def test_alignment_of_one_mail(envelope, dkim, record, spf, signature, verdict):
    result = aligned("ada@example.com", envelope, dkim, **{"example.com": record})
    assert (result.spf, result.dkim, result.verdict) == (spf, signature, Verdict(verdict))


def test_two_subdomains_of_one_organization():
    result = aligned("a@shop.example.com", "b@mail.example.com", "", **{"example.com": RELAXED})
    assert result.spf == Match.SAME_ORGANIZATION


def test_an_organization_below_a_public_suffix():
    records = {"co.example": "v=DMARC1; p=reject; psd=y"}
    assert aligned("a@one.co.example", "b@two.co.example", "", **records).spf == (
        Match.OTHER_ORGANIZATION
    )
    assert aligned("a@one.co.example", "b@m.one.co.example", "", **records).spf == (
        Match.SAME_ORGANIZATION
    )


def test_without_any_record_a_domain_and_one_below_it_belong_together():
    assert aligned("a@example.com", "b@m.example.com", "").spf == Match.SAME_ORGANIZATION
    assert aligned("a@example.com", "b@example.org", "").spf == Match.OTHER_ORGANIZATION


def test_what_the_dns_does_not_tell_is_unknown():
    result = aligned(
        "a@example.com", "b@m.example.com", "example.com", **{"m.example.com": Status.SERVFAIL}
    )
    assert (result.spf, result.dkim, result.verdict) == (
        Match.UNKNOWN,
        Match.IDENTICAL,
        Verdict.DKIM,
    )


def test_a_from_without_domain_is_refused():
    with pytest.raises(InvalidName):
        aligned("", "", "")


# ---- the line about each sender ------------------------------------------------------------

ZONES = {
    "example.com": {
        "MX": ["10 mx.example.com"],
        "TXT": ["v=spf1 mx include:_spf.fine.example -all"],
    },
    "mx.example.com": {"A": ["198.51.100.1"]},
    "_spf.fine.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 -all"]},
    "bounce.fine.example": {"TXT": ["v=spf1 include:_spf.fine.example -all"]},
    "bounce.example.com": {"TXT": ["v=spf1 include:_spf.fine.example -all"]},
    "good._domainkey.example.com": {"TXT": [f"v=DKIM1; p={RSA_2048}"]},
    "good._domainkey.fine.example": {"TXT": [f"v=DKIM1; p={RSA_2048}"]},
    "down._domainkey.example.com": Status.TIMEOUT,
    "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; rua=mailto:d@example.com"]},
}
INCLUDE = ("include:_spf.fine.example",)
OTHER = ("include:_spf.other.example",)
GOOD, BAD, DOWN = ((Selector(name),) for name in ("good", "bad", "down"))


@pytest.mark.parametrize(
    "sender, code, spf, dkim",
    [
        (Sender("S", "", INCLUDE, GOOD), "alignment_ok", "aligned", "aligned"),
        (
            Sender("S", "", INCLUDE, GOOD, "bounce.example.com"),
            "alignment_ok",
            "aligned",
            "aligned",
        ),
        (
            Sender("S", "", INCLUDE, GOOD, "bounce.fine.example"),
            "alignment_dkim_only",
            "not_aligned",
            "aligned",
        ),
        (Sender("S", "", OTHER, GOOD), "alignment_dkim_only", "not_allowed", "aligned"),
        (Sender("S", "", INCLUDE, ()), "alignment_spf_only", "aligned", "not_signed"),
        (Sender("S", "", INCLUDE, BAD), "alignment_spf_only", "aligned", "no_key"),
        (
            Sender("S", "", INCLUDE, GOOD, dkim_domain="fine.example"),
            "alignment_spf_only",
            "aligned",
            "not_aligned",
        ),
        (
            Sender("S", "", INCLUDE, GOOD, "Example.COM.", "EXAMPLE.com"),
            "alignment_ok",
            "aligned",
            "aligned",
        ),
        (Sender("S", "", OTHER, BAD), "alignment_fails", "not_allowed", "no_key"),
        (Sender("S", "", OTHER, DOWN), "alignment_unknown", "not_allowed", "unknown"),
        (Sender("S", "", None, DOWN), "alignment_unknown", "unknown", "unknown"),
        (Sender("S", "", OTHER), "alignment_unstated", "not_allowed", "unknown"),
        (Sender("S"), "alignment_unstated", "unknown", "unknown"),
        (Sender("S", "", None, GOOD), "alignment_dkim_only", "unknown", "aligned"),
        (Sender("S", "", ("a:mx.example.com",), ()), "alignment_spf_only", "aligned", "not_signed"),
    ],
)
def test_one_sender(sender, code, spf, dkim):
    report = asyncio.run(check("example.com", FakeDns(ZONES), senders=[sender]))
    lines = [item for item in report.findings if item.record_type == "alignment"]
    assert [(item.code, item.values) for item in lines] == [
        (code, {"sender": "S", "spf": spf, "dkim": dkim})
    ]


def test_each_sender_has_its_own_line_and_a_shared_key_is_checked_once():
    senders = [Sender("A", "", INCLUDE, GOOD), Sender("A", "", OTHER, GOOD + BAD)]
    report = asyncio.run(check("example.com", FakeDns(ZONES), ["good"], senders))
    found = [item.code for item in report.findings]
    assert found.count("dkim_ok") == 1 and found.count("dkim_missing") == 1
    assert [item.code for item in report.findings if item.record_type == "alignment"] == [
        "alignment_ok",
        "alignment_dkim_only",
    ]


@pytest.mark.parametrize("name", ["", "a" * 64 + ".example", "b\x00d", "ü" * 300])
def test_senders_with_impossible_names_end_in_findings(name):
    sender = Sender("S", name, (f"include:{name}",), (Selector(name, name),), name, name)
    report = asyncio.run(check("example.com", FakeDns(ZONES), senders=[sender]))
    assert [item.code for item in report.findings if item.record_type == "alignment"]
