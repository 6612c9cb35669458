"""core.mx: where mail for a domain is delivered."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.transport.mx import check

HOST = {
    "mx.example.com": {"A": ["192.31.196.1"]},
    "1.196.31.192.in-addr.arpa": {"PTR": ["mx.example.com"]},
}


def codes(zones):
    return [item.code for item in findings(zones)]


def findings(zones):
    return asyncio.run(check("example.com", FakeDns(zones)))


def with_mx(*records, **zones):
    return {"example.com": {"MX": list(records)}, **HOST, **zones}


@pytest.mark.parametrize(
    "records, expected",
    [
        (["10 mx.example.com"], ["mx_ok"]),
        (["0 ."], ["mx_null"]),
        (["0 .", "10 mx.example.com"], ["mx_null_and_others"]),
        (["10 192.31.196.1"], ["mx_host_is_address"]),
        (["10 2620:4f:8000::1"], ["mx_host_is_address"]),
        (["10 gone.example.com"], ["mx_host_missing"]),
        (["10 mx.example.com", "20 gone.example.com"], ["mx_host_missing"]),
        ([f"10 {'a' * 64}.example.com"], ["mx_host_unknown"]),
    ],
)
def test_mx_records(records, expected):
    assert codes(with_mx(*records)) == expected


def test_hosts_are_shown_in_the_order_of_delivery():
    zones = with_mx("100 mx.example.com", "20 mx2.example.com")
    item = findings(zones | {"mx2.example.com": {"AAAA": ["2620:4f:8000::1"]}})[0]
    assert item.found == ("20 mx2.example.com", "100 mx.example.com")


def test_a_host_that_is_an_alias():
    zones = with_mx("10 alias.example.com") | {"alias.example.com": {"CNAME": ["mx.example.com"]}}
    item = findings(zones)[0]
    assert (item.code, item.values["target"]) == ("mx_host_is_alias", "mx.example.com")


def test_a_host_that_is_a_dangling_alias_has_no_address():
    zones = with_mx("10 alias.example.com") | {"alias.example.com": {"CNAME": ["gone.example"]}}
    assert codes(zones) == ["mx_host_missing"]


@pytest.mark.parametrize("status", [Status.SERVFAIL, Status.TIMEOUT])
def test_a_host_the_dns_does_not_tell_about(status):
    item = findings(with_mx("10 mx.example.com") | {"mx.example.com": status})[0]
    assert (item.code, item.values["status"]) == ("mx_host_unknown", status.value)


def test_one_address_family_is_enough():
    zones = with_mx("10 half.example.com") | {
        "half.example.com": {"A": ["192.31.196.1"], "AAAA": Status.TIMEOUT}
    }
    assert codes(zones) == ["mx_ok"]


@pytest.mark.parametrize(
    "zone, expected",
    [
        ({"A": ["192.31.196.1"]}, "mx_implicit"),
        ({"AAAA": ["2620:4f:8000::1"]}, "mx_implicit"),
        ({"TXT": ["v=spf1 -all"]}, "mx_missing"),
        ({"TXT": ["v=spf1 -all"], "A": Status.SERVFAIL}, "mx_unknown"),
        ({"MX": Status.SERVFAIL, "A": ["192.31.196.1"]}, "mx_unknown"),
    ],
)
def test_without_mx_records(zone, expected):
    assert codes({"example.com": zone}) == [expected]


@pytest.mark.parametrize(
    "domain, records, expected",
    [
        ("odoo.example.com", ["10 db.odoo.com"], ("mx_ok", None)),
        ("odoo.example.com", ["10 mx.example.com"], ("mx_other_host", "10 db.odoo.com.")),
        ("odoo.example.com", [], ("mx_missing", "10 db.odoo.com.")),
        ("odoo.example.com", ["0 ."], ("mx_null", "10 db.odoo.com.")),
        ("example.com", ["10 mx.example.com"], ("mx_main_domain", None)),
    ],
)
def test_a_subdomain_pointed_at_the_mail_server_of_odoo(domain, records, expected):
    zones = {domain: {"MX": records}, "db.odoo.com": {"A": ["192.52.193.9"]}, **HOST}
    item = asyncio.run(check(domain, FakeDns(zones), "db.odoo.com."))[0]
    assert (item.code, item.expected) == expected


@pytest.mark.parametrize(
    "zones, expected",
    [
        ({}, "mx_host_no_reverse"),
        ({"1.196.31.192.in-addr.arpa": {"PTR": ["other.example"]}}, "mx_host_reverse_mismatch"),
        ({"1.196.31.192.in-addr.arpa": Status.SERVFAIL}, "mx_host_reverse_unknown"),
    ],
)
def test_reverse_names_of_receiving_hosts_are_a_note(zones, expected):
    zones = {
        "example.com": {"MX": ["10 mx.example.com"]},
        "mx.example.com": {"A": ["192.31.196.1"]},
        **zones,
    }
    assert codes(zones) == ["mx_ok", expected]


@pytest.mark.parametrize(
    "records, zones, expected",
    [
        (["10 a.example"], {"a.example": {"A": ["192.168.1.4"]}}, ["mx_private"]),
        (["10 a.example"], {"a.example": {"A": ["100.64.0.1"]}}, ["mx_private"]),
        (["10 a.example"], {"a.example": {"AAAA": ["2001:db8::1"]}}, ["mx_private"]),
        (["10 localhost"], {}, ["mx_private"]),
        (["10 a.example"], {"a.example": {"A": ["10.0.0.1", "192.52.193.1"]}}, []),
        (
            ["10 mx.example.com", "20 a.example"],
            {"a.example": {"A": ["127.0.0.1"]}, **HOST},
            ["mx_host_private"],
        ),
    ],
)
def test_hosts_that_nobody_can_reach(records, zones, expected):
    found = codes({"example.com": {"MX": records}, **zones})
    assert [code for code in found if "private" in code] == expected


def test_a_proposal_names_a_host_that_is_there():
    reached = {"A": ["192.52.193.1"]}
    assert findings({"example.com": {"TXT": ["x"]}})[0].expected is None
    zones = {"example.com": {"TXT": ["x"]}, "mx.example.com": reached, "mail.example.com": {}}
    assert findings(zones)[0].expected == "10 mx.example.com."
    zones = {"example.com": reached}
    assert findings(zones)[0].expected == "10 example.com."
    zones = {"example.com": {"MX": ["0 .", "10 mx.example.com"]}}
    assert findings(zones)[0].expected == "10 mx.example.com."
