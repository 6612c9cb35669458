"""How far an SPF record is looked at: all that a receiver would, and an end to everything else."""

import asyncio
import ipaddress
import time

import pytest
from fake_dns import FakeDns

from core.sender import Sender
from core.spf import measure_domain
from core.spf.check import check
from core.spf.evaluate import check_host
from core.spf.record import LENGTH_MAX, TERMS_MAX, is_too_long


def findings(record, zones):
    zones = {"example.com": {"TXT": [record], "A": ["192.0.2.1"]}} | zones
    return asyncio.run(check("example.com", FakeDns(zones))).findings


def codes(record, zones):
    return [item.code for item in findings(record, zones)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("v=spf1 " + "a " * TERMS_MAX, False),
        ("v=spf1 " + "a " * (TERMS_MAX + 1), True),
        ("v=spf1 x=".ljust(LENGTH_MAX, "y"), False),
        ("v=spf1 x=".ljust(LENGTH_MAX + 1, "y"), True),
    ],
)
def test_what_is_too_long(text, expected):
    assert is_too_long(text) is expected


def test_the_cost_of_a_record_that_is_too_long_is_not_known():
    dns = FakeDns({"example.com": {"TXT": ["v=spf1 " + "a " * 4000]}})
    tree = asyncio.run(measure_domain("example.com", dns))
    assert (tree.problem, tree.usable) == ("too_long", None)


def test_a_receiver_knows_no_such_limit():
    terms = " ".join(f"ip4:{ipaddress.IPv4Address(number)}" for number in range(4000))
    dns = FakeDns({"example.com": {"TXT": [f"v=spf1 {terms} ip4:192.0.2.1 -all"]}})
    result = asyncio.run(check_host("192.0.2.1", "example.com", "a@example.com", "h.t", dns))
    assert result.result == "pass"


def test_a_macro_with_thousands_of_digits_keeps_all_parts():
    record = f"v=spf1 exists:%{{i{'1' * 6000}}}.t -all"
    dns = FakeDns({"example.com": {"TXT": [record]}, "192.0.2.1.t": {"A": ["127.0.0.2"]}})
    result = asyncio.run(check_host("192.0.2.1", "example.com", "a@example.com", "h.t", dns))
    assert result.result == "pass"


def test_the_longest_record_that_is_looked_at_is_shown_and_replaced_as_a_whole():
    record = "v=spf1 mx x=".ljust(LENGTH_MAX - 5, "y") + " ?all"
    item = findings(record, {})[0]
    assert item.found == (record,)
    assert len(item.expected) == LENGTH_MAX


def test_what_any_receiver_would_follow_is_followed():
    zones = {
        f"m{number}.example": {"MX": [f"10 h{number}-{host}.example" for host in range(10)]}
        for number in range(10)
    }
    hosts = {
        text.split()[1]: {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}
        for zone in zones.values()
        for text in zone["MX"]
    }
    record = f"v=spf1 {' '.join(f'mx:{name}' for name in zones)} -all"
    assert codes(record, zones | hosts) == ["spf_ok"]
    assert "spf_term_not_followed" in codes(record.replace("-all", "a -all"), zones | hosts)


def test_an_include_bomb_ends():
    zones = {
        f"b{level}.example": {
            "TXT": [
                " ".join(
                    [
                        "v=spf1",
                        *(f"include:b{level + 1}.example a:x{n}.example" for n in range(9)),
                        "-all",
                    ]
                )
            ]
        }
        for level in range(9)
    }
    found = codes("v=spf1 include:b0.example -all", zones)
    assert {"spf_too_many_lookups", "spf_term_not_followed"} <= set(found)


# ---- CPU ---------------------------------------------------------------------------------

ZONE_SECONDS = 0.3  # of CPU, for whatever somebody publishes
PROOF_SECONDS = 0.1  # of CPU for a whole check, of which the proof of a proposal is half
RUNS = 3
OTHER = Sender("Other", spf_terms=("ip4:203.0.113.77",))


def cpu_seconds(zones, senders=(OTHER,)):
    """The shortest of several runs, and the findings."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        result = asyncio.run(check("example.com", FakeDns(zones), senders))
        times.append(time.process_time() - start)
    return min(times), result.findings


def alternating(count, salt):
    """Terms that let in and refuse in turn, the worst that sets of addresses can be made of."""
    return " ".join(
        f"{'-' if number % 2 else ''}ip6:2001:db8:{salt:x}:{number * 7919 % 65536:x}::/64"
        for number in range(count)
    )


def including(names, records=1, ending="?all"):
    names = [f"include:{name}" for name in names]
    parts = [names[start::records] for start in range(records)]
    return {"example.com": {"TXT": [" ".join(("v=spf1", *part, ending)) for part in parts]}}


@pytest.mark.parametrize("records", [1, 3])
def test_the_proof_of_a_proposal_is_quick(records):
    names = [f"i{number}.example" for number in range(9)]
    zones = {
        name: {"TXT": [f"v=spf1 {alternating(50, number)} -all"]}
        for number, name in enumerate(names)
    }
    seconds, found = cpu_seconds(zones | including(names, records))
    assert found[0].expected
    assert seconds <= PROOF_SECONDS


INCLUDED = [f"i{number}.example" for number in range(105)]
HOSTILE = {
    "one long label each": lambda number: f"include:x.{'a' * 3000}1",
    "labels of digits": lambda number: f"include:x.{'1' * 3000}",
    "many addresses": lambda number: alternating(300, number)[:2900].rpartition(" ")[0],
    "few addresses": lambda number: alternating(18, number),
    "macros": lambda number: "exists:%{ir}.x.example " * 18,
    "each other": lambda number: " ".join(f"include:{name}" for name in INCLUDED),
    "hosts": lambda number: " ".join(f"a:h{number}-{host}.example" for host in range(18)),
}


@pytest.mark.parametrize("terms", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zone_is_no_work(terms):
    zones = {
        name: {"TXT": [f"v=spf1 {terms(number)} -all"]} for number, name in enumerate(INCLUDED)
    }
    for records in (1, 3):
        seconds, _found = cpu_seconds(zones | including(INCLUDED, records))
        assert seconds <= ZONE_SECONDS
