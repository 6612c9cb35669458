"""Whoever publishes what the check proposes finds the check content afterwards."""

import re

import pytest
from dkim_keys import RSA_2048
from fake_dns import FakeDns

from core.domain import check_sync
from core.domain.zone_file import export
from core.findings.finding import Severity
from core.sender import Selector, Sender

KEY = f"v=DKIM1; k=rsa; p={RSA_2048}"
DMARC = "v=DMARC1; p=reject; rua=mailto:d@example.com"
WELL = {
    "com": {"NS": ["ns.example"]},
    "example.com": {
        "MX": ["10 mx.example.com"],
        "TXT": ["v=spf1 include:spf.relay.net a:out.example.com ~all"],
    },
    "mx.example.com": {"A": ["192.31.196.1"]},
    "out.example.com": {"A": ["192.31.196.2"]},
    "1.196.31.192.in-addr.arpa": {"PTR": ["mx.example.com"]},
    "2.196.31.192.in-addr.arpa": {"PTR": ["out.example.com"]},
    "odoo._domainkey.example.com": {"TXT": [KEY]},
    "r1._domainkey.example.com": {"CNAME": ["r1.dkim.relay.net"]},
    "_dmarc.example.com": {"TXT": [DMARC]},
    "spf.relay.net": {"TXT": ["v=spf1 ip4:192.52.193.0/24 ~all"]},
    "r1.dkim.relay.net": {"TXT": [KEY]},
    "private.example.com": {"A": ["10.0.0.1"]},
    "alias.example.com": {"CNAME": ["mx.example.com"]},
}
SENDERS = (
    Sender("Own", "out.example.com", ("a:out.example.com",), (Selector("odoo"),)),
    Sender("Relay", "", ("include:spf.relay.net",), (Selector("r1", "r1.dkim.relay.net"),)),
)
KEPT_AS_IT_IS = {"dmarc_policy_none"}
"""A first policy of DMARC only watches, by design: the check says so before and after."""


def report(zones):
    return check_sync("example.com", FakeDns(zones), senders=SENDERS, transport=True)


def broken(*changes):
    """The zone that is well, with (name, type, records) laid over it; None takes a type away."""
    zones = {name: dict(records) for name, records in WELL.items()}
    for name, rdtype, records in changes:
        name = f"{name}.example.com".lstrip(".")
        if records is None:
            del zones[name][rdtype]
        else:
            zones.setdefault(name, {})[rdtype] = records
    return zones


def publish(zones, snippet):
    """The zones after somebody has followed every line of a snippet."""
    zones = {name: {key: [*kept] for key, kept in zone.items()} for name, zone in zones.items()}
    for line in snippet.splitlines():
        if line.startswith("; "):
            continue
        name, _class, rdtype, value = line.removeprefix(";-").strip().split(" ", 3)
        records = zones.setdefault(name.rstrip("."), {}).setdefault(rdtype, [])
        value = _text(value) if rdtype == "TXT" else value.removesuffix(".") or "."
        value = "0 ." if value == "0 " else value
        if line.startswith(";-"):
            records.remove(value)
        elif value not in records:
            records.append(value)
    for name, zone in zones.items():
        assert not (zone.get("CNAME") and zone.get("TXT")), f"{name} is an alias and more"
    return zones


def _text(quoted):
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', quoted)
    return re.sub(r"\\(\d{3}|.)", _unescaped, "".join(strings))


def _unescaped(match):
    return chr(int(match[1])) if match[1].isdigit() else match[1]


ZONES = {
    "nothing about mail": [
        ("", "MX", None),
        ("", "TXT", None),
        ("odoo._domainkey", "TXT", [KEY]),
        ("r1._domainkey", "CNAME", None),
        ("_dmarc", "TXT", None),
    ],
    "no MX": [("", "MX", None), ("", "A", ["192.31.196.1"])],
    "null MX": [("", "MX", ["0 ."])],
    "null MX and another": [("", "MX", ["0 .", "10 mx.example.com"])],
    "MX with an address": [("", "MX", ["10 192.31.196.1"])],
    "MX without host": [("", "MX", ["10 gone.example.com"])],
    "MX, one of two without host": [("", "MX", ["10 gone.example.com", "20 mx.example.com"])],
    "MX in a private network": [("", "MX", ["10 private.example.com"])],
    "MX, one in a private network": [("", "MX", ["10 mx.example.com", "20 private.example.com"])],
    "MX of the machine itself": [("", "MX", ["10 localhost"])],
    "MX that is an alias": [("", "MX", ["10 alias.example.com"])],
    "MX, an alias and one without host": [
        ("", "MX", ["10 alias.example.com", "20 gone.example.com"])
    ],
    "two SPF records": [
        ("", "TXT", ["v=spf1 mx ~all", "v=spf1 include:spf.relay.net -all"]),
    ],
    "SPF without a sender": [("", "TXT", ["v=spf1 mx ~all"])],
    "SPF with a typo": [("", "TXT", ["v=spf1 mx include: spf.relay.net a:out.example.com ~all"])],
    "key copied": [("r1._domainkey", "CNAME", None), ("r1._domainkey", "TXT", [KEY])],
    "key copied beside another text": [
        ("r1._domainkey", "CNAME", None),
        ("r1._domainkey", "TXT", [KEY, "another text"]),
    ],
    "key behind another alias": [("r1._domainkey", "CNAME", ["old.dkim.relay.net"])],
    "two keys, one of them cut off": [("odoo._domainkey", "TXT", [KEY, KEY[:60]])],
    "DMARC with two records": [("_dmarc", "TXT", [DMARC, "v=DMARC1; p=none"])],
    "TLS-RPT in quotes": [("_smtp._tls", "TXT", ['"v=TLSRPTv1; rua=mailto:t@example.com"'])],
    "TLS-RPT in another order": [("_smtp._tls", "TXT", ["rua=mailto:t@example.com; v=TLSRPTv1"])],
}
ZONES |= {
    f"DMARC: {text}": [("_dmarc", "TXT", [text])]
    for text in (
        "v=DMARC1; p=rejct",
        "v=DMARC1; p=reject;; rua=mailto:d@example.com",
        "v=DMARC1 p=reject; rua=mailto:d@example.com",
        "v=DMARC1, p=reject, rua=mailto:d@example.com",
        "v=DMARC1\\; p=reject\\; rua=mailto:d@example.com",
        '"v=DMARC1; p=reject; rua=mailto:d@example.com"',
        "v=DMARC1; p=reject; rua=mailto:d@example.com; ruf=d@example.com",
        "v=DMARC1; p=quarantine; sp=foo; rua=d@example.com",
    )
}
ZONES |= {
    f"key: {text[:30]}": [("odoo._domainkey", "TXT", [text])]
    for text in (
        f"v=dkim1; p={RSA_2048}",
        f"v=DKIM1 k=rsa p={RSA_2048}",
        KEY.replace(";", "\\;"),
        f'"{KEY}"',
        f"{KEY}; h=sha1",
        f"{KEY}; s=tlsrpt",
        f"k=rsa; v=DKIM1; p={RSA_2048}",
    )
}


def test_the_zone_without_changes_is_well():
    assert report(WELL).severity in (Severity.OK, Severity.INFO)


@pytest.mark.parametrize("name", ZONES)
def test_after_publishing_what_is_proposed_the_check_is_content(name):
    zones = broken(*ZONES[name])
    before = report(zones)
    assert before.severity in (Severity.WARNING, Severity.ERROR)
    after = report(publish(zones, export(before.findings, "example.com")))
    wrong = [
        item
        for item in after.findings
        if item.severity not in (Severity.OK, Severity.INFO) and item.code not in KEPT_AS_IT_IS
    ]
    assert not wrong


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1 p=reject; rua=mailto:d@example.com",
        "v=DMARC1, p=reject, rua=mailto:d@example.com",
        "v=DMARC1: p=reject rua=mailto:d@example.com",
        "v=DMARC1\\; p=reject\\; rua=mailto:d@example.com",
    ],
)
def test_the_policy_that_was_meant_is_the_one_proposed(text):
    (found,) = [
        item
        for item in report(broken(("_dmarc", "TXT", [text]))).findings
        if item.record_type == "dmarc"
    ]
    assert found.expected == DMARC


def test_two_spf_records_joined_in_one_text_become_one():
    text = "v=spf1 include:spf.relay.net a:out.example.com ~all v=spf1 mx -all"
    found = [item for item in report(broken(("", "TXT", [text]))).findings if item.expected]
    assert {item.expected for item in found if item.record_type == "spf"} == {
        "v=spf1 include:spf.relay.net a:out.example.com ~all"
    }


def test_a_capital_v_is_no_mistake():
    zones = broken(("_dmarc", "TXT", ["V=DMARC1; p=reject; rua=mailto:d@example.com"]))
    assert report(zones).severity in (Severity.OK, Severity.INFO)


def test_a_key_that_nobody_can_guess_is_not_proposed():
    for text in (KEY[:-40], "v=DKIM1; k=rsa", "v=DKIM1; p="):
        zones = broken(("odoo._domainkey", "TXT", [text]))
        keys = [item for item in report(zones).findings if item.record_type == "dkim"]
        assert [item.expected for item in keys if item.severity == Severity.ERROR] == [None]


def test_no_host_that_nobody_can_reach_is_proposed():
    zones = broken(("", "MX", ["10 private.example.com"]), ("mx", "A", ["10.0.0.2"]))
    (found,) = [item for item in report(zones).findings if item.record_type == "mx"]
    assert (found.code, found.expected) == ("mx_private", None)
