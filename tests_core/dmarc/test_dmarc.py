"""core.dmarc: records, discovery and what is said about them (RFC 7489, RFC 9989)."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dmarc.check import check
from core.dmarc.discovery import discover, walk_names
from core.dmarc.record import DmarcError, is_dmarc, parse
from core.dns.resolver import Status

FINE = "v=DMARC1; p=reject; rua=mailto:d@example.com"


def findings(zones, domain="example.com"):
    return asyncio.run(check(domain, FakeDns({domain: {}, **zones})))


def codes(*records, domain="example.com", **zones):
    zones = {f"_dmarc.{domain}": {"TXT": list(records)}} | zones
    return [item.code for item in findings(zones, domain)]


# ---- records -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("v=DMARC1; p=none", True),
        ("v=DMARC1;p=none", True),
        ("v = DMARC1 ;p=none", True),
        ("v=DMARC1", True),
        ("v=dmarc1; p=none", False),
        ("p=none; v=DMARC1", False),
        ("v=DMARC10; p=none", False),
        ("v=spf1 -all", False),
        ("", False),
    ],
)
def test_version(text, expected):
    assert is_dmarc(text) is expected


def test_defaults():
    record = parse("v=DMARC1; p=quarantine")
    assert (record.policy, record.subdomain_policy, record.missing_policy) == (
        "quarantine",
        "quarantine",
        "quarantine",
    )
    assert (record.strict_dkim, record.strict_spf, record.percent, record.failure_options) == (
        False,
        False,
        100,
        "0",
    )
    assert (record.aggregate, record.failure, record.ignored) == ((), (), ())


def test_all_tags():
    record = parse(
        "v=DMARC1; P=Reject; sp=quarantine; np=none; adkim=s; aspf=S; pct=50; "
        "fo=1:d; rua=mailto:a@x.example!10m, mailto:b@y.example; "
        "ruf=mailto:c@example.com; psd=n; t=y; rf=afrf; ri=86400;"
    )
    assert (record.policy, record.subdomain_policy, record.missing_policy) == (
        "reject",
        "quarantine",
        "none",
    )
    assert (record.strict_dkim, record.strict_spf, record.percent, record.failure_options) == (
        True,
        True,
        50,
        "1:d",
    )
    assert [item.domain for item in record.aggregate + record.failure] == [
        "x.example",
        "y.example",
        "example.com",
    ]
    assert (record.public_suffix, record.testing, record.ignored) == ("n", True, ())


@pytest.mark.parametrize(
    "text, code, params",
    [
        ("v=DMARC1", "dmarc_policy_invalid", {"value": ""}),
        ("v=DMARC1; p=block", "dmarc_policy_invalid", {"value": "block"}),
        ("v=DMARC1; p", "dmarc_syntax", {"part": "p"}),
    ],
)
def test_records_that_receivers_ignore(text, code, params):
    with pytest.raises(DmarcError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.params) == (code, params)


@pytest.mark.parametrize(
    "text, policy, slips",
    [
        ("v=DMARC1; p=none; p=reject", "none", ("p=reject",)),
        ("v=DMARC1; p=reject;; sp=none", "reject", ("",)),
        ("v=DMARC1; p=quarantine; p\u00fc=x", "quarantine", ("p\u00fc=x",)),
        ("v=DMARC1; p=reject; fo 1", "reject", ("fo 1",)),
    ],
)
def test_what_can_be_read_counts(text, policy, slips):
    record = parse(text)
    assert (record.policy, record.slips) == (policy, slips)


def test_without_a_valid_policy_a_report_address_makes_it_none():
    assert parse("v=DMARC1; p=bogus; rua=mailto:d@example.com").policy == "none"


@pytest.mark.parametrize(
    "tag",
    [
        "sp=block",
        "np=x",
        "adkim=relaxed",
        "aspf=x",
        "pct=101",
        "pct=-1",
        "pct=many",
        "fo=2",
        "psd=x",
        "t=1",
        "pct=\u0663",
    ],
)
def test_a_tag_with_a_bad_value_counts_as_absent(tag):
    record = parse(f"v=DMARC1; p=reject; {tag}")
    assert record.ignored == (tuple(tag.split("=")),)
    assert (record.subdomain_policy, record.percent, record.strict_spf) == ("reject", 100, False)


# ---- discovery ---------------------------------------------------------------------------


def discovered(records, domain):
    zones = {
        f"_dmarc.{name}": text if isinstance(text, Status) else {"TXT": [text]}
        for name, text in records.items()
    }
    return asyncio.run(discover(domain, FakeDns(zones)))


def test_names_of_the_walk():
    assert walk_names("example.com") == ["example.com", "com"]
    assert walk_names("a.b.c.d.e.f.g.h.i.j.example.com") == [
        "a.b.c.d.e.f.g.h.i.j.example.com",
        "f.g.h.i.j.example.com",
        "g.h.i.j.example.com",
        "h.i.j.example.com",
        "i.j.example.com",
        "j.example.com",
        "example.com",
        "com",
    ]


@pytest.mark.parametrize(
    "records, domain, source, organizational, policy",
    [
        ({"example.com": FINE}, "example.com", "example.com", "example.com", "reject"),
        ({"example.com": FINE}, "a.b.example.com", "example.com", "example.com", "reject"),
        (
            {"example.com": "v=DMARC1; p=reject; sp=none"},
            "a.example.com",
            "example.com",
            "example.com",
            "none",
        ),
        (
            {"example.com": FINE, "a.example.com": "v=DMARC1; p=none"},
            "a.example.com",
            "a.example.com",
            "example.com",
            "none",
        ),
        (
            {"example.com": FINE, "a.example.com": "v=DMARC1; p=none; psd=n"},
            "b.a.example.com",
            "a.example.com",
            "a.example.com",
            "none",
        ),
        (
            {"co.example": "v=DMARC1; p=reject; psd=y"},
            "shop.co.example",
            "co.example",
            "shop.co.example",
            "reject",
        ),
        (
            {"co.example": "v=DMARC1; p=reject; psd=y", "shop.co.example": "v=DMARC1; p=none"},
            "www.shop.co.example",
            "shop.co.example",
            "shop.co.example",
            "none",
        ),
        ({}, "www.example.com", None, "www.example.com", ""),
        ({"example.com": "v=DMARC1; p=block"}, "example.com", None, "example.com", ""),
    ],
)
def test_which_record_applies(records, domain, source, organizational, policy):
    result = discovered(records, domain)
    assert (result.applied and result.applied.domain) == source
    assert (result.organizational, result.policy) == (organizational, policy)
    assert result.failed is None


def test_a_failure_above_does_not_matter_where_the_domain_has_its_own_record():
    assert (
        discovered({"a.example.com": FINE, "example.com": Status.SERVFAIL}, "a.example.com").failed
        is None
    )
    assert discovered({"example.com": Status.SERVFAIL}, "a.example.com").failed is not None


# ---- findings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "records, expected",
    [
        ([FINE], ["dmarc_ok"]),
        (["v=DMARC1; p=none; rua=mailto:d@example.com"], ["dmarc_policy_none"]),
        (["v=DMARC1; p=reject"], ["dmarc_ok", "dmarc_no_reports"]),
        ([FINE + "; pct=20"], ["dmarc_ok", "dmarc_percent"]),
        ([FINE + "; t=y"], ["dmarc_ok", "dmarc_test_mode"]),
        ([FINE + "; sp=none"], ["dmarc_ok", "dmarc_subdomains_unprotected"]),
        ([FINE + "; adkim=x"], ["dmarc_ok", "dmarc_tag_invalid"]),
        (["v=DMARC1; p=reject; rua=d@example.com"], ["dmarc_ok", "dmarc_report_address_invalid"]),
        (
            ["v=DMARC1; p=reject; rua=https://example.com/"],
            ["dmarc_ok", "dmarc_report_address_invalid"],
        ),
        (
            [f"v=DMARC1; p=reject; rua=mailto:d@{'a' * 64}.com"],
            ["dmarc_ok", "dmarc_report_address_invalid"],
        ),
        ([FINE + ";; fo=1"], ["dmarc_ok", "dmarc_slip"]),
        ([FINE + "; np=none"], ["dmarc_ok", "dmarc_missing_subdomains_unprotected"]),
        ([FINE + "; pct=0"], ["dmarc_ok", "dmarc_percent"]),
        (["v=DMARC1; p=rejct; rua=mailto:d@example.com"], ["dmarc_policy_misspelt"]),
        ([FINE + "; sp=rejct"], ["dmarc_subdomain_policy_invalid"]),
        (
            ["v=DMARC1; p=quarantine; t=y; rua=mailto:d@example.com"],
            ["dmarc_policy_none", "dmarc_test_mode"],
        ),
        (
            ["v=DMARC1; p=quarantine; pct=0; rua=mailto:d@example.com"],
            ["dmarc_policy_none", "dmarc_percent"],
        ),
        ([FINE, FINE], ["dmarc_multiple"]),
        ([FINE, "something else"], ["dmarc_ok"]),
        (["v=DMARC1; p=block"], ["dmarc_policy_invalid"]),
        (["v=DMARC1 p=none"], ["dmarc_missing"]),
        (["x" * 10_000], ["dmarc_missing"]),
        ([], ["dmarc_missing"]),
    ],
)
def test_findings(records, expected):
    assert codes(*records) == expected


def test_a_missing_record_comes_with_one_to_publish():
    item = findings({})[0]
    assert item.expected == "v=DMARC1; p=none; rua=mailto:postmaster@example.com"
    assert item.name == "_dmarc.example.com"


@pytest.mark.parametrize(
    "records, expected",
    [
        (["v=DMARC1; p=block"], "v=DMARC1; p=none; rua=mailto:postmaster@example.com"),
        (["v=DMARC1; p"], "v=DMARC1; p=none; rua=mailto:postmaster@example.com"),
        (["v=DMARC1; p=block", FINE], FINE),
        (
            ["v=dmarc1; p=reject; rua=mailto:d@example.com"],
            "v=DMARC1; p=reject; rua=mailto:d@example.com",
        ),
        (["v=DMARC1; p=rejct"], "v=DMARC1; p=reject; rua=mailto:postmaster@example.com"),
    ],
)
def test_a_record_that_receivers_ignore_comes_with_one_to_publish(records, expected):
    assert findings({"_dmarc.example.com": {"TXT": records}})[0].expected == expected


@pytest.mark.parametrize(
    "record, expected",
    [
        (
            "v=DMARC1; p=reject;; sp=quarantine; rua=mailto:d@example.com",
            "v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.com",
        ),
        (
            "v=DMARC1; p=quarantin; sp=rejet; pct=50; rua=mailto:d@example.com!5m",
            "v=DMARC1; p=quarantine; sp=reject; pct=50; rua=mailto:d@example.com!5m",
        ),
        (
            "v=DMARC1; p=reject; adkim=relaxed; rua=d@example.com",
            "v=DMARC1; p=reject; rua=mailto:postmaster@example.com",
        ),
        ("v=DMARC1; p=reject", "v=DMARC1; p=reject; rua=mailto:postmaster@example.com"),
    ],
)
def test_a_proposal_keeps_what_can_be_read_and_is_well_itself(record, expected):
    found = findings({"_dmarc.example.com": {"TXT": [record]}})
    assert {item.expected for item in found if item.code != "dmarc_ok"} == {expected}
    assert codes(expected) == ["dmarc_ok"] or "pct" in expected


def test_a_record_that_is_well_is_not_rewritten():
    record = "v=DMARC1; sp=none;rua=mailto:d@example.com , mailto:e@example.com;p=reject ;"
    assert {item.expected for item in findings({"_dmarc.example.com": {"TXT": [record]}})} == {None}


@pytest.mark.parametrize(
    "parent, code",
    [
        (["v=DMARC1; p=block"], "dmarc_policy_invalid"),
        ([FINE, "v=DMARC1; p=none"], "dmarc_multiple"),
    ],
)
def test_a_broken_record_above_is_the_cause(parent, code):
    [item] = findings({"_dmarc.example.com": {"TXT": parent}}, "a.example.com")
    assert (item.code, item.name) == (code, "_dmarc.example.com")


def test_an_alias_that_leads_nowhere_is_the_cause():
    [item] = findings({"_dmarc.example.com": {"CNAME": ["gone.provider.example"]}})
    assert (item.code, item.values["target"]) == ("dmarc_target_missing", "gone.provider.example")


def test_above_psd_n_nothing_counts():
    records = {"a.example.com": "v=DMARC1; p=none; psd=n", "example.com": Status.SERVFAIL}
    result = discovered(records, "b.a.example.com")
    assert (result.failed, result.applied.domain) == (None, "a.example.com")


def test_a_subdomain_inherits():
    zones = {
        "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; sp=none; rua=mailto:d@example.com"]}
    }
    item = findings(zones, "a.example.com")[0]
    assert (item.code, item.values) == (
        "dmarc_policy_none_inherited",
        {"policy": "none", "source": "example.com"},
    )
    zones = {"_dmarc.example.com": {"TXT": [FINE]}}
    assert findings(zones, "a.example.com")[0].code == "dmarc_ok_inherited"


@pytest.mark.parametrize(
    "zones, expected",
    [
        ({}, ["dmarc_ok", "dmarc_report_unauthorized"]),
        ({"example.com._report._dmarc.reports.example": {"TXT": ["v=DMARC1"]}}, ["dmarc_ok"]),
        (
            {"example.com._report._dmarc.reports.example": {"TXT": ["yes"]}},
            ["dmarc_ok", "dmarc_report_unauthorized"],
        ),
        (
            {"example.com._report._dmarc.reports.example": Status.TIMEOUT},
            ["dmarc_ok", "dmarc_report_unknown"],
        ),
    ],
)
def test_a_report_address_elsewhere_must_agree(zones, expected):
    record = "v=DMARC1; p=reject; rua=mailto:a@reports.example,mailto:b@reports.example"
    assert codes(record, **zones) == expected


def test_a_report_address_in_the_same_organization_needs_no_agreement():
    record = "v=DMARC1; p=reject; rua=mailto:d@example.com"
    zones = {"_dmarc.example.com": {"TXT": [FINE]}}
    assert codes(record, domain="a.example.com", **zones) == ["dmarc_ok"]
    record = "v=DMARC1; p=reject; rua=mailto:d@reports.example.com"
    assert codes(record) == ["dmarc_ok"]


def test_a_sibling_needs_no_agreement_where_a_record_above_both_says_so():
    record = "v=DMARC1; p=reject; rua=mailto:d@reports.example.com"
    zones = {"_dmarc.example.com": {"TXT": [FINE]}}
    assert codes(record, domain="a.example.com", **zones) == ["dmarc_ok"]
    assert codes(record, domain="a.example.com") == ["dmarc_ok", "dmarc_report_advised"]


@pytest.mark.parametrize("status", [Status.SERVFAIL, Status.TIMEOUT])
def test_no_answer(status):
    item = findings({"_dmarc.example.com": status})[0]
    assert (item.code, item.values["status"]) == ("dmarc_unknown", status.value)
