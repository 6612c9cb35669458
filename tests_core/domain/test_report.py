"""core.domain.report: the whole check of one domain."""

import asyncio
import json
import time

import pytest
from dkim_keys import RSA_2048
from fake_dns import FakeDns

from core.dns.resolver import DnsResolver, Status
from core.domain.report import DomainReport, check
from core.findings.finding import CODES, Finding, Severity, finding, worst
from core.findings.wording import explain
from scripts.sandbox.dns_peer import DnsPeer
from scripts.sandbox.zone import DEFAULT_ZONES

FINE = {
    "example.com": {"MX": ["10 mx.example.com"], "TXT": ["v=spf1 mx ~all", "other text"]},
    "mx.example.com": {"A": ["192.31.196.1"]},
    "1.196.31.192.in-addr.arpa": {"PTR": ["mx.example.com"]},
    "odoo._domainkey.example.com": {"TXT": [f"v=DKIM1; k=rsa; p={RSA_2048}"]},
    "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"]},
}
OPTIONAL = ["mta_sts_absent", "tls_rpt_absent", "dnssec_unsigned"]


def report(zones, domain="example.com", selectors=("odoo",)):
    return asyncio.run(check(domain, FakeDns(zones), selectors, transport=True))


def codes(zones, **options):
    return [item.code for item in report(zones, **options).findings]


def test_a_domain_that_is_fine():
    result = report(FINE)
    assert [item.code for item in result.findings] == [
        "mx_ok",
        "spf_ok",
        "dkim_ok",
        "dmarc_ok",
        *OPTIONAL,
    ]
    assert result.severity == Severity.INFO


def test_a_domain_without_any_record():
    zones = {"example.com": {"NS": ["ns.example.com"]}}
    assert codes(zones) == ["mx_missing", "spf_missing", "dkim_missing", "dmarc_missing", *OPTIONAL]


def test_a_domain_that_does_not_exist_is_one_finding():
    assert codes({"com": {"NS": ["ns.example"]}}) == ["domain_missing"]


@pytest.mark.parametrize(
    "status",
    [status for status in Status if status not in (Status.OK, Status.NODATA, Status.NXDOMAIN)],
)
def test_what_the_dns_does_not_answer_is_unknown_and_not_wrong(status):
    names = [
        "example.com",
        "odoo._domainkey.example.com",
        "_dmarc.example.com",
        "com",
        "_mta-sts.example.com",
        "_smtp._tls.example.com",
    ]
    *findings, dnssec = report(dict.fromkeys(names, status)).findings
    assert {item.severity for item in findings} == {Severity.UNKNOWN}
    assert {item.values["status"] for item in findings} == {status.value}
    assert dnssec.code == "dnssec_unknown"


@pytest.mark.parametrize(
    "domain, reason",
    [
        ("", "name_empty"),
        (" . ", "name_empty"),
        ("localhost", "name_not_qualified"),
        ("192.31.196.1", "name_is_address"),
        ("[2001:db8::1]", "name_is_address"),
        ("1.2.3.4.5", "name_is_address"),
        ("a..example.com", "name_label_empty"),
        (".example.com", "name_label_empty"),
        ("a" * 64 + ".example.com", "name_label_too_long"),
        ("a." * 127 + "com", "name_too_long"),
        ("x" * 10_000, "name_too_long"),
        ("info@example.com", "name_characters"),
        ("https://example.com/", "name_characters"),
        ("exa mple.com", "name_characters"),
        ('"example.com"', "name_characters"),
        ("example.com\n\x00", "name_characters"),
        ("-example.com", "name_characters"),
        ("under_score.com", "name_characters"),
        ("\u2603\ufe0f\u200d.com", "name_idna"),
    ],
)
def test_a_text_that_is_no_domain_is_one_finding(domain, reason):
    result = report({}, domain=domain)
    assert [(item.code, item.values["reason"]) for item in result.findings] == [
        ("name_invalid", reason)
    ]
    assert "\x00" not in result.domain


@pytest.mark.parametrize("domain", ["example.com.", " EXAMPLE.com ", "example。com"])
def test_spellings_of_the_same_domain(domain):
    assert report(FINE, domain=domain).domain == "example.com"


@pytest.mark.parametrize("domain", ["bücher.example", "xn--bcher-kva.example", "BÜCHER.example."])
def test_an_internationalised_domain_is_asked_for_in_ascii(domain):
    zones = {"xn--bcher-kva.example": {"MX": ["0 ."]}}
    result = report(zones, domain=domain)
    assert result.domain == "xn--bcher-kva.example"
    assert result.findings[0].code == "mx_null"


def test_the_report_survives_json():
    result = report(FINE | {"_dmarc.example.com": Status.TIMEOUT})
    assert DomainReport.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_what_others_publish_is_made_safe_to_store():
    zones = FINE | {"example.com": {"TXT": ["v=spf1 a:\x00\x1b[31m\n<b> -all" + "x" * 2_000]}}
    item = next(item for item in report(zones).findings if item.code == "spf_syntax")
    assert "\\x00\\x1b[31m\\x0a<b>" in item.found[0]
    assert item.found[0].isprintable() and len(item.values["term"]) < 1100


def test_the_worst_severity_puts_certainty_first():
    found = {
        severity: Finding(code, "spf", "example.com", "TXT")
        for code, severity in (
            ("spf_ok", Severity.OK),
            ("spf_long", Severity.INFO),
            ("spf_no_all", Severity.WARNING),
            ("spf_missing", Severity.ERROR),
            ("spf_unknown", Severity.UNKNOWN),
        )
    }
    order = [Severity.OK, Severity.INFO, Severity.WARNING, Severity.UNKNOWN, Severity.ERROR]
    for index, severity in enumerate(order):
        assert worst(found[item] for item in order[: index + 1]) == severity
    assert worst(()) == Severity.OK


def test_every_code_has_a_severity():
    assert {code.severity for code in CODES.values()} <= {item.value for item in Severity}


@pytest.mark.parametrize(
    "domain, severity",
    [
        ("acme.test", Severity.OK),
        ("bare.test", Severity.ERROR),
        ("broken.test", Severity.ERROR),
        ("lookups.test", Severity.ERROR),
        ("syntax.test", Severity.ERROR),
        ("servfail.test", Severity.UNKNOWN),
        ("timeout.test", Severity.UNKNOWN),
        ("missing.test", Severity.ERROR),
    ],
)
def test_the_domains_of_the_sandbox_over_real_sockets(domain, severity):
    with DnsPeer(DEFAULT_ZONES) as peer:
        resolver = DnsResolver([f"127.0.0.1:{peer.port}"], timeout=0.2, lifetime=1)
        start = time.monotonic()
        result = asyncio.run(check(domain, resolver, ["odoo"]))
        assert time.monotonic() - start < 1.5
    assert result.severity == severity


def test_a_stored_finding_that_this_version_does_not_know_is_shown_in_words():
    kept = {
        "code": "mx_of_an_earlier_version",
        "severity": "warning",
        "record_type": "mx",
        "name": "example.com",
        "rdtype": "MX",
        "found": ["10 mx.example.com"],
        "expected": None,
        "params": {"host": "mx.example.com"},
    }
    item = Finding.from_json(kept)
    assert item.severity is Severity.WARNING
    assert item.to_json() == kept
    assert explain(item).startswith("An older finding")


def test_a_stored_finding_with_other_parameters_is_shown_in_words():
    kept = finding("mx_ok", "mx", "example.com", "MX", hosts="mx.example.com").to_json()
    assert explain(Finding.from_json(kept | {"params": {}})).startswith("An older finding")
