"""core.spf.check_host beyond the public suite: limits, families, reasons."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.spf import Result, check_host


def check(zones, ip="192.0.2.1", sender="ada@example.com", helo="h.example", **options):
    zones = {name: {"TXT": [zone]} if type(zone) is str else zone for name, zone in zones.items()}
    domain = sender.rpartition("@")[2] or helo
    return asyncio.run(check_host(ip, domain, sender, helo, FakeDns(zones), **options))


def test_the_reason_of_a_result_is_told():
    zones = {
        "example.com": "v=spf1 include:a.example -all",
        "a.example": "v=spf1 ip4:192.0.2.0/24 -all",
    }
    result = check(zones)
    assert (result.result, result.domain, result.term, result.lookups) == (
        Result.PASS,
        "example.com",
        "include:a.example",
        1,
    )


@pytest.mark.parametrize(
    "zones, result, problem, term",
    [
        ({"example.com": Status.SERVFAIL}, "temperror", "dns", ""),
        (
            {"example.com": "v=spf1 a:d.example -all", "d.example": Status.TIMEOUT},
            "temperror",
            "dns",
            "a:d.example",
        ),
        (
            {"example.com": "v=spf1 include:d.example -all", "d.example": Status.REFUSED},
            "temperror",
            "dns",
            "",
        ),
        ({"example.com": "v=spf1 foo -all"}, "permerror", "syntax", "foo"),
        (
            {"example.com": "v=spf1 include:gone.example -all"},
            "permerror",
            "missing",
            "include:gone.example",
        ),
        (
            {"example.com": "v=spf1 redirect=gone.example"},
            "permerror",
            "missing",
            "redirect=gone.example",
        ),
        (
            {"example.com": "v=spf1 include:example.com -all"},
            "permerror",
            "lookups",
            "include:example.com",
        ),
        (
            {"example.com": "v=spf1 a:x1.example a:x2.example a:x3.example -all"},
            "permerror",
            "void_lookups",
            "a:x3.example",
        ),
        ({"example.com": {"TXT": ["v=spf1 -all", "v=spf1 mx"]}}, "permerror", "multiple", ""),
        (
            {
                "example.com": {
                    "TXT": ["v=spf1 mx -all"],
                    "MX": [f"{n} h{n}.example" for n in range(11)],
                }
            },
            "permerror",
            "mx",
            "mx",
        ),
    ],
)
def test_errors_say_what_is_wrong(zones, result, problem, term):
    found = check(zones)
    assert (found.result.value, found.problem, found.term) == (result, problem, term)


def test_ten_look_ups_are_allowed_and_eleven_are_not():
    zones = {f"n{number}.example": "v=spf1 -all" for number in range(11)}
    ten = " ".join(f"include:n{number}.example" for number in range(10))
    assert check({**zones, "example.com": f"v=spf1 {ten} +all"}).result == Result.PASS
    eleven = check({**zones, "example.com": f"v=spf1 {ten} include:n10.example +all"})
    assert (eleven.result, eleven.problem) == (Result.PERMERROR, "lookups")


def test_two_void_look_ups_are_allowed():
    result = check({"example.com": "v=spf1 a:x1.example mx:x2.example +all"})
    assert (result.result, result.void_lookups) == (Result.PASS, 2)


@pytest.mark.parametrize(
    "ip, result",
    [
        ("192.0.2.200", "pass"),
        ("192.0.3.1", "fail"),
        ("::ffff:192.0.2.200", "pass"),
        ("2001:db8::beef", "pass"),
        ("2001:db9::1", "fail"),
    ],
)
def test_prefix_lengths_of_both_families(ip, result):
    zones = {
        "example.com": "v=spf1 a:h.example/24//32 -all",
        "h.example": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    }
    assert check(zones, ip).result.value == result


@pytest.mark.parametrize(
    "sender, helo, seen",
    [
        ("ada@example.com", "h.example", "ada@example.com"),
        ("@example.com", "h.example", "postmaster@example.com"),
        ("", "example.com", "postmaster@example.com"),
        ('"a b"@example.com', "h.example", '"a b"@example.com'),
    ],
)
def test_the_sender_an_explanation_speaks_of(sender, helo, seen):
    zones = {
        "example.com": "v=spf1 -all exp=why.example",
        "why.example": "%{s} from %{c} to %{r} at %{t}",
    }
    result = check(zones, sender=sender, helo=helo, receiver="mx.here", now=42)
    assert result.explanation == f"{seen} from 192.0.2.1 to mx.here at 42"


@pytest.mark.parametrize("local", ["a\\b", "a b", "ü", "x" * 300, "..", "%{d}", '"', "(", "@"])
def test_odd_local_parts_lead_to_no_error(local):
    zones = {
        "example.com": "v=spf1 exists:%{l}.x.example include:%{l}.y.example ?all",
        "y.example": {"NS": ["ns"]},
    }
    result = check(zones, sender=f"{local}@example.com")
    assert result.result in (Result.PERMERROR, Result.NEUTRAL)  # include of nothing, RFC s. 5.2


@pytest.mark.parametrize("explanation", ["%{x}", "ü", "", Status.SERVFAIL])
def test_an_explanation_that_cannot_be_had_is_left_out(explanation):
    zone = explanation if isinstance(explanation, Status) else {"TXT": [explanation]}
    result = check({"example.com": "v=spf1 -all exp=why.example", "why.example": zone})
    assert (result.result, result.explanation) == (Result.FAIL, "")
