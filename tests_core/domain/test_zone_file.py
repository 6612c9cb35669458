"""core.zone_file: what can be pasted into a zone file, and read back by a DNS server."""

import dns.rdata
import dns.zone
import pytest

from core.domain.zone_file import export, text_strings
from core.findings.finding import finding


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
