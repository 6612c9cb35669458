"""What somebody publishes must neither keep a check busy nor blow up its report.

One TXT record can hold 64 kB, and a check has 8 seconds. Numbers are asserted and not seconds:
findings, questions, characters of JSON.
"""

import asyncio
import json
from collections import Counter

import pytest
from fake_dns import FakeDns

from core.dmarc.check import REPORTS_MAX
from core.domain.report import check
from core.findings.finding import (
    ALIKE_MAX,
    FINDINGS_MAX,
    FOUND_MAX,
    finding,
    limited,
    printable,
    printable_values,
)
from core.spf.record import LENGTH_MAX
from core.transport import mx

JSON_MAX = 200_000  # characters of a whole report
QUESTIONS_MAX = 1000  # of a whole report, each asked once
REPORT_FINDINGS_MAX = 60  # of a whole report


def record(terms):
    return "v=spf1 " + " ".join(terms)


def with_spf(terms, **zones):
    return {"example.com": {"TXT": [record(terms)]}, **zones}


def with_rua(*addresses):
    return {
        "example.com": {"TXT": ["v=spf1 -all"]},
        "_dmarc.example.com": {"TXT": ["v=DMARC1; p=none; rua=" + ",".join(addresses)]},
    }


def includes(number):
    return [f"include:i{index}.t" for index in range(number)]


MX_HOSTS = {f"m{number}.t": {"A": [f"192.31.196.{n}" for n in range(30)]} for number in range(2000)}
REVERSE = {
    f"{number}.196.31.192.in-addr.arpa": {"PTR": [f"{'x' * 60}{n}.t" for n in range(30)]}
    for number in range(30)
}
ALL_AT_ONCE = [
    *(f"x{n}:" for n in range(9)),
    *["ptr"] * 9,
    *(f"include:{kind}{n}.t" for kind in ("gone", "two", "bad", "down") for n in range(9)),
    *(f"mx:many{n}.t" for n in range(9)),
    "?all",
    *(f"ip4:192.31.196.{n}" for n in range(120)),
]
HOSTILE = {
    "55 kB of mechanisms that do not exist": with_spf(f"x{n}:" for n in range(8000)),
    "49 kB of hosts": with_spf(f"a:h{n}.t" for n in range(4900)),
    "4500 terms after all": with_spf(["-all", *(f"ip4:192.31.196.{n % 256}" for n in range(4500))]),
    "9 kB of mechanisms that do not exist": with_spf(f"x{n}:" for n in range(1400)),
    "300 short terms": with_spf(f"x{n}:" for n in range(300)),
    "300 terms that cannot be printed": with_spf(f"\0x{n}:" for n in range(300)),
    "300 terms that are not ASCII": with_spf(f"éé{n}:" for n in range(300)),
    "60 mutual includes": with_spf(
        includes(60), **{f"i{n}.t": {"TXT": [record(includes(60))]} for n in range(60)}
    ),
    "200 includes of long records": with_spf(
        includes(200),
        **{f"i{n}.t": {"TXT": [record(["ip4:192.31.196.1"] * 200)]} for n in range(200)},
    ),
    "200 mx of ten hosts each": with_spf(
        [f"mx:d{n}.t" for n in range(200)],
        **{f"d{n}.t": {"MX": [f"10 h{n}-{k}.t" for k in range(10)]} for n in range(200)},
    ),
    "2000 SPF records": {"example.com": {"TXT": [record([f"a:h{n}.t"]) for n in range(2000)]}},
    "2000 MX without an address": {"example.com": {"MX": [f"10 m{n}.t" for n in range(2000)]}},
    "2000 MX with reverse names": {
        "example.com": {"MX": [f"10 m{n}.t" for n in range(2000)]},
        **MX_HOSTS,
        **REVERSE,
    },
    "3000 report addresses": with_rua(*(f"mailto:a@r{n}.t" for n in range(3000))),
    "30000 invalid report addresses": with_rua(*["\0"] * 30000),
    "everything at once": with_rua(*["x" * 300] * 4, *(f"mailto:a@r{n}.t" for n in range(99)))
    | with_spf(
        ALL_AT_ONCE,
        **{f"two{n}.t": {"TXT": ["v=spf1 -all"] * 2} for n in range(9)},
        **{f"bad{n}.t": {"TXT": ["v=spf1 foo"]} for n in range(9)},
        **{f"many{n}.t": {"MX": ["10 h.t"] * 20} for n in range(9)},
    ),
}


def report(zones):
    dns = FakeDns(zones)
    return asyncio.run(check("example.com", dns, ["odoo"], transport=True)), dns


@pytest.mark.parametrize("zones", HOSTILE.values(), ids=HOSTILE)
def test_a_report_stays_small(zones):
    result, dns = report(zones)
    assert max(Counter(item.code for item in result.findings).values()) <= ALIKE_MAX
    assert len(result.findings) <= REPORT_FINDINGS_MAX
    assert len(set(dns.asked)) <= QUESTIONS_MAX
    assert len(json.dumps(result.to_json())) <= JSON_MAX


@pytest.mark.parametrize(
    "zones, code, count",
    [
        ("9 kB of mechanisms that do not exist", "spf_too_long", None),
        ("300 short terms", "spf_syntax", 295),
        ("2000 MX without an address", "mx_host_missing", mx.HOSTS_MAX - ALIKE_MAX),
        ("3000 report addresses", "dmarc_report_unauthorized", REPORTS_MAX - ALIKE_MAX),
    ],
)
def test_what_is_left_out_is_counted(zones, code, count):
    items, _dns = report(HOSTILE[zones])
    codes = [item.code for item in items.findings]
    left_out = [item.values["count"] for item in items.findings if item.code == "more_findings"]
    assert codes.count(code) == (ALIKE_MAX if count else 1)
    assert left_out == ([count] if count else [])


@pytest.mark.parametrize(
    "zones, code, values",
    [
        ("2000 MX without an address", "mx_too_many_hosts", {"count": 2000, "limit": mx.HOSTS_MAX}),
        ("3000 report addresses", "dmarc_too_many_reports", {"count": 3000, "limit": REPORTS_MAX}),
    ],
)
def test_what_is_not_looked_at_is_said(zones, code, values):
    result, _dns = report(HOSTILE[zones])
    assert [item.values for item in result.findings if item.code == code] == [values]


def test_a_number_of_thousands_of_digits_is_one_more_invalid_tag():
    result, _dns = report(with_rua("mailto:a@example.com; pct=" + "1" * 6000))
    assert "dmarc_tag_invalid" in [item.code for item in result.findings]


def test_few_findings_are_listed_as_they_are():
    few = tuple(finding("spf_ptr", "spf", "a.b", "TXT", term=str(n)) for n in range(ALIKE_MAX))
    assert limited(few) == few


def test_of_too_many_findings_the_worst_are_listed():
    codes = ["spf_ptr", "spf_after_all", "spf_drop", "spf_flatten"]
    found = [finding(code, "spf", "a.b", "TXT", term="a") for code in codes * ALIKE_MAX]
    wrong = finding("spf_permits_all", "spf", "a.b", "TXT", term="+all")
    *kept, more = limited([*found, wrong])
    assert wrong in kept
    assert len(kept) == FINDINGS_MAX
    assert more.values == {"count": len(found) + 1 - FINDINGS_MAX}


@pytest.mark.parametrize("text", ["é" * 9000, "\0" * 9000, "a\0" * 1000, "", "x" * FOUND_MAX])
def test_to_clean_a_text_twice_changes_nothing(text):
    once = printable_values([text, text, ""])
    assert printable_values(once) == once
    assert printable(once[0]) == once[0]
    assert sum(map(len, once)) <= FOUND_MAX + len(once)


def test_a_value_to_publish_is_never_cut():
    assert LENGTH_MAX <= FOUND_MAX
    assert finding("spf_missing", "spf", "a.b", "TXT", (), "x" * FOUND_MAX).expected
    assert finding("spf_missing", "spf", "a.b", "TXT", (), "x" * (FOUND_MAX + 1)).expected is None
