"""core.zone_file: what can be pasted into a zone file, and read back by a DNS server."""

import dns.rdata
import dns.zone
import pytest

from core.domain.zone_file import export, text_strings
from core.findings.finding import Subject, finding


def test_the_records_to_publish_with_those_they_replace():
    findings = [
        finding(
            "spf_multiple",
            "spf",
            "example.com",
            "TXT",
            ["v=spf1 a -all", "v=spf1 mx -all"],
            "v=spf1 a mx -all",
            count=2,
        ),
        finding(
            "spf_too_many_void_lookups",
            "spf",
            "example.com",
            "TXT",
            ["v=spf1 a -all", "v=spf1 mx -all"],
            "v=spf1 a mx -all",
            count=3,
            limit=2,
        ),
        finding(
            "dkim_missing",
            "dkim",
            "s._domainkey.example.com",
            "CNAME",
            (),
            "s.provider.example.",
            selector="s",
        ),
        finding(
            "dmarc_ok",
            "dmarc",
            "_dmarc.example.com",
            "TXT",
            ["v=DMARC1; p=reject"],
            policy="reject",
            source="example.com",
        ),
    ]
    text = export(findings)
    assert text.splitlines() == [
        ';- example.com. IN TXT "v=spf1 a -all"',
        ';- example.com. IN TXT "v=spf1 mx -all"',
        'example.com. IN TXT "v=spf1 a mx -all"',
        "s._domainkey.example.com. IN CNAME s.provider.example.",
    ]
    zone = dns.zone.from_text(
        "$TTL 300\n" + text, "example.com.", relativize=False, check_origin=False
    )
    assert len(zone.nodes) == 2


def test_without_anything_to_publish_it_is_empty():
    assert export([finding("mx_missing", "mx", "example.com", "MX")]) == ""


@pytest.mark.parametrize(
    "text", ["", "plain", 'a "quoted" \\ text', "ü" * 200, "x" * 1000, "semi; colon", "\x00\x7f\n"]
)
def test_any_text_survives_as_strings_that_are_not_too_long(text):
    rdata = dns.rdata.from_text("IN", "TXT", text_strings(text))
    assert b"".join(rdata.strings) == text.encode("utf-8")
    assert max(map(len, rdata.strings)) <= 255


def test_only_lines_for_the_zone_each_of_its_own_type():
    elsewhere = finding(
        "dmarc_report_unauthorized",
        "dmarc",
        "example.com._report._dmarc.other.example",
        "TXT",
        expected="v=DMARC1",
        address="mailto:a@other.example",
        domain="other.example",
    )
    subject = Subject("dkim", "s._domainkey.example.com", "CNAME", ["v=DKIM1; p="], "TXT")
    copied = subject.say("dkim_wrong_target", "s.provider.example.", selector="s")
    subject = Subject("mx", "example.com", "MX", ["192.52.193.1"], "A")
    implicit = subject.say("mx_implicit", "10 example.com.")
    assert export([elsewhere, copied, implicit], "example.com").splitlines() == [
        ';- s._domainkey.example.com. IN TXT "v=DKIM1; p="',
        "s._domainkey.example.com. IN CNAME s.provider.example.",
        "example.com. IN MX 10 example.com.",
    ]


def test_what_needs_more_than_the_record_is_a_comment():
    name = "_mta-sts.example.com"
    item = finding("mta_sts_absent", "mta_sts", name, "TXT", expected="v=STSv1; id=1")
    assert export([item]) == '; _mta-sts.example.com. IN TXT "v=STSv1; id=1"\n'
