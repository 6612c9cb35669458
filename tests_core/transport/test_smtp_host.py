"""core.smtp_host: address and reverse name of a host that sends agree (FCrDNS)."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.transport.smtp_host import check

HOST = "smtp.example.com"
REVERSE = "1.193.52.192.in-addr.arpa"


def findings(zones, host=HOST):
    return asyncio.run(check(host, FakeDns(zones)))


@pytest.mark.parametrize(
    "zones, code",
    [
        ({HOST: {"A": ["192.52.193.1"]}, REVERSE: {"PTR": [HOST]}}, "smtp_host_ok"),
        ({HOST: {"A": ["192.52.193.1"]}, REVERSE: {"PTR": ["gone.example", HOST]}}, "smtp_host_ok"),
        (
            {
                HOST: {"CNAME": ["h.example"]},
                "h.example": {"A": ["192.52.193.1"]},
                REVERSE: {"PTR": ["h.example"]},
            },
            "smtp_host_ok",
        ),
        (
            {HOST: {"AAAA": ["2620:4f:8000::1"]}, "0.0.0.8.f.4.0.0.0.2.6.2.ip6.arpa": {}},
            "smtp_host_no_reverse",
        ),
        ({HOST: {"A": ["192.52.193.1"]}}, "smtp_host_no_reverse"),
        (
            {HOST: {"A": ["192.52.193.1"]}, REVERSE: {"PTR": ["gone.example"]}},
            "smtp_host_reverse_mismatch",
        ),
        (
            {
                HOST: {"A": ["192.52.193.1"]},
                REVERSE: {"PTR": ["down.example"]},
                "down.example": Status.SERVFAIL,
            },
            "smtp_host_reverse_unknown",
        ),
        ({HOST: {"A": ["192.52.193.1"]}, REVERSE: Status.TIMEOUT}, "smtp_host_reverse_unknown"),
        ({HOST: {"A": ["10.0.0.5"]}}, "smtp_host_private"),
        ({HOST: {"TXT": ["x"]}}, "smtp_host_missing"),
        ({}, "smtp_host_missing"),
        ({HOST: Status.SERVFAIL}, "smtp_host_unknown"),
    ],
)
def test_a_host(zones, code):
    assert [item.code for item in findings(zones)] == [code]


@pytest.mark.parametrize(
    "host, code",
    [
        ("192.52.193.1", "smtp_host_no_reverse"),
        ("[2620:4f:8000::1]", "smtp_host_no_reverse"),
        ("127.0.0.1", "smtp_host_private"),
        ("::1", "smtp_host_private"),
        ("a..b", "smtp_host_invalid"),
        ("a" * 64, "smtp_host_invalid"),
    ],
)
def test_hosts_that_are_no_names(host, code):
    assert [item.code for item in findings({}, host)] == [code]


def test_each_wrong_address_is_told():
    zones = {HOST: {"A": ["192.52.193.1", "192.52.193.2"]}, REVERSE: {"PTR": [HOST]}}
    assert [(item.code, item.values["address"]) for item in findings(zones)] == [
        ("smtp_host_no_reverse", "192.52.193.2")
    ]


def test_a_host_with_many_addresses_does_not_cause_many_questions():
    dns = FakeDns({HOST: {"A": [f"192.52.193.{number}" for number in range(200)]}})
    asyncio.run(check(HOST, dns))
    assert len(dns.asked) < 20
