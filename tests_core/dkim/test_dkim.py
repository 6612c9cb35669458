"""core.dkim: key records (RFC 6376 section 3.6.1, RFC 8463)."""

import asyncio

import pytest
from dkim_keys import ED25519, RSA_768, RSA_1024, RSA_1024_BARE, RSA_2048, RSA_4096
from fake_dns import FakeDns

from core.dkim import check
from core.dns.resolver import Status
from core.sender import Selector

NAME = "s1._domainkey.example.com"
OWN = f"v=DKIM1; k=rsa; p={RSA_2048}"


def judge(*records, **options):
    return judge_zones({NAME: {"TXT": list(records)}}, **options)


def judge_zones(zones, selector="s1", target="", record=""):
    selectors = [Selector(selector, target, record)]
    findings = asyncio.run(check("example.com", FakeDns(zones), selectors))
    assert len(findings) == 1
    return findings[0]


@pytest.mark.parametrize(
    "record, code, params",
    [
        (f"v=DKIM1; k=rsa; p={RSA_2048}", "dkim_ok", {"key_type": "rsa", "bits": 2048}),
        (f"v=DKIM1; k=rsa; p={RSA_4096};", "dkim_ok", {"key_type": "rsa", "bits": 4096}),
        (f"p={RSA_2048}", "dkim_ok", {"key_type": "rsa", "bits": 2048}),
        (f"v=DKIM1;k=ed25519;p={ED25519}", "dkim_only_ed25519", {"bits": 256}),
        (f"v=DKIM1; k=RSA; n=a note; p={RSA_2048}", "dkim_ok", {"key_type": "rsa", "bits": 2048}),
        (f"v=DKIM1; h=sha1:sha256; s=email; t=s; p={RSA_2048}", "dkim_ok", {"bits": 2048}),
        (f"v=DKIM1; p={RSA_2048[:100]} {RSA_2048[100:]}", "dkim_ok", {"bits": 2048}),
        (f"v=DKIM1; p={RSA_1024}", "dkim_key_short", {"bits": 1024, "advised": 2048}),
        (f"v=DKIM1; p={RSA_1024_BARE}", "dkim_key_short", {"bits": 1024}),
        (f"v=DKIM1; p={RSA_768}", "dkim_key_weak", {"bits": 768, "limit": 1024}),
        (f"v=DKIM1; t=y; p={RSA_2048}", "dkim_test_mode", {}),
        (f"v=DKIM1; t=s:y; p={RSA_2048}", "dkim_test_mode", {}),
        ("v=DKIM1; p=", "dkim_revoked", {}),
        ("v=DKIM1; k=ed25519; p=", "dkim_revoked", {}),
        ("v=DKIM1; k=rsa", "dkim_no_key", {}),
        (f"k=rsa; v=DKIM1; p={RSA_2048}", "dkim_version", {}),
        (f"v=DKIM2; p={RSA_2048}", "dkim_version", {}),
        (f"v=DKIM1; k=dsa; p={RSA_2048}", "dkim_key_type_unknown", {"key_type": "dsa"}),
        (f"v=DKIM1; h=sha1; p={RSA_2048}", "dkim_hash_unsupported", {"value": "sha1"}),
        (f"v=DKIM1; s=tlsrpt; p={RSA_2048}", "dkim_not_for_email", {"value": "tlsrpt"}),
        (f"v=DKIM1; p={RSA_2048[:-40]}", "dkim_key_invalid", {"key_type": "rsa"}),
        (f"v=DKIM1; p={RSA_2048}!", "dkim_key_invalid", {"key_type": "rsa"}),
        ("v=DKIM1; p=bücher", "dkim_key_invalid", {"key_type": "rsa"}),
        ("v=DKIM1; p=AAAA", "dkim_key_invalid", {"key_type": "rsa"}),
        (f"v=DKIM1; k=ed25519; p={RSA_2048}", "dkim_key_invalid", {"key_type": "ed25519"}),
        (f"v=DKIM1; k=rsa; p={ED25519}", "dkim_key_invalid", {"key_type": "rsa"}),
        (f'"v=DKIM1; p={RSA_2048}"', "dkim_syntax", {"part": '"v=DKIM1'}),
        (f"v=DKIM1 k=rsa p={RSA_2048}", "dkim_version", {}),
        (f"v=DKIM1; p={RSA_2048}; p={RSA_2048}", "dkim_syntax", {"part": f"p={RSA_2048}"}),
        ("v=spf1 -all", "dkim_missing", {}),
        ("some text", "dkim_syntax", {"part": "some text"}),
        ("x" * 10_000, "dkim_syntax", {}),
    ],
)
def test_key_records(record, code, params):
    item = judge(record)
    assert item.code == code
    assert params.items() <= item.values.items()
    assert item.values["selector"] == "s1"
    assert item.name == NAME


def test_no_record():
    assert judge_zones({"example.com": {}}).code == "dkim_missing"


def test_several_records():
    assert judge("v=DKIM1; p=", f"v=DKIM1; p={RSA_2048}").code == "dkim_multiple"


def test_a_key_at_the_end_of_a_cname_chain():
    item = judge_zones(
        {
            NAME: {"CNAME": ["s1.hop.example"]},
            "s1.hop.example": {"CNAME": ["s1.provider.example"]},
            "s1.provider.example": {"TXT": [f"v=DKIM1; p={RSA_2048}"]},
        },
        target="s1.provider.example.",
    )
    assert item.code == "dkim_ok"


def test_a_cname_to_nowhere():
    item = judge_zones({NAME: {"CNAME": ["s1.provider.example"]}})
    assert (item.code, item.values["target"]) == ("dkim_target_missing", "s1.provider.example")


def test_a_cname_loop_is_not_told_to_be_wrong_or_fine():
    item = judge_zones({NAME: {"CNAME": ["b.example"]}, "b.example": {"CNAME": [NAME]}})
    assert item.code == "dkim_unknown"


def test_a_cname_to_another_provider():
    item = judge_zones(
        {
            NAME: {"CNAME": ["s1.old.example"]},
            "s1.old.example": {"TXT": [f"v=DKIM1; p={RSA_2048}"]},
        },
        target="s1.new.example",
    )
    assert item.code == "dkim_wrong_target"
    assert item.found == ("s1.old.example",)
    assert item.expected == "s1.new.example."


def test_a_copied_key_where_a_cname_is_wanted():
    item = judge(f"v=DKIM1; p={RSA_2048}", target="s1.provider.example")
    assert (item.code, item.rdtype) == ("dkim_wrong_target", "CNAME")


def test_a_missing_cname_comes_with_its_value():
    item = judge_zones({"example.com": {}}, target="s1.provider.example")
    assert (item.code, item.expected) == ("dkim_missing", "s1.provider.example.")


@pytest.mark.parametrize("status", [Status.SERVFAIL, Status.TIMEOUT])
def test_no_answer(status):
    item = judge_zones({NAME: status}, target="s1.provider.example")
    assert (item.code, item.values["status"]) == ("dkim_unknown", status.value)


@pytest.mark.parametrize(
    "selector, reason",
    [
        ("", "name_label_empty"),
        ("a" * 64, "name_label_too_long"),
        ("a..b", "name_label_empty"),
    ],
)
def test_a_selector_that_is_no_name(selector, reason):
    item = judge_zones({}, selector=selector)
    assert (item.code, item.values["reason"]) == ("dkim_selector_invalid", reason)


def test_a_selector_with_a_dot():
    zones = {"a.b._domainkey.example.com": {"TXT": [f"v=DKIM1; p={RSA_2048}"]}}
    assert judge_zones(zones, selector="a.b").code == "dkim_ok"


def test_without_selectors_nothing_is_claimed():
    findings = asyncio.run(check("example.com", FakeDns({})))
    assert [item.code for item in findings] == ["dkim_not_checked"]


def test_what_stands_under_every_name_is_no_key():
    text = {"TXT": ["some text"]}
    zones = {NAME: text, "no-such-selector._domainkey.example.com": text}
    assert judge_zones(zones).code == "dkim_missing"


def codes(zones, *names, target=""):
    selectors = [Selector(name, target.format(name=name)) for name in names]
    return [item.code for item in asyncio.run(check("example.com", FakeDns(zones), selectors))]


def test_ed25519_beside_rsa_is_fine():
    zones = {
        "a._domainkey.example.com": {"TXT": [f"v=DKIM1; k=ed25519; p={ED25519}"]},
        "b._domainkey.example.com": {"TXT": [f"v=DKIM1; p={RSA_2048}"]},
    }
    assert codes(zones, "a", "b") == ["dkim_ok", "dkim_ok"]
    assert codes(zones, "a") == ["dkim_only_ed25519"]


def test_the_second_selector_of_microsoft_may_have_no_key_yet():
    target = "{name}-example-com._domainkey.acme.onmicrosoft.com"
    zones = {
        f"{name}._domainkey.example.com": {"CNAME": [target.format(name=name)]}
        for name in ("selector1", "selector2")
    }
    zones[target.format(name="selector1")] = {"TXT": [f"v=DKIM1; p={RSA_2048}"]}
    names = ("selector1", "selector2")
    assert codes(zones, *names, target=target) == ["dkim_ok", "dkim_spare_key_missing"]
    assert codes(zones, "selector2", target=target) == ["dkim_target_missing"]
    del zones[target.format(name="selector1")]
    assert codes(zones, *names, target=target) == ["dkim_target_missing"] * 2


# ----------------------------------------------------------------
# KEYS OF OUR OWN
# ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([], "dkim_own_missing"),
        ([OWN], "dkim_ok"),
        ([OWN.replace("; ", ";")], "dkim_ok"),
        ([f"v=DKIM1; p={RSA_4096}"], "dkim_own_differs"),
        (["v=spf1 -all"], "dkim_own_missing"),
        (["v=DKIM1; p="], "dkim_own_differs"),
        ([OWN, OWN], "dkim_own_differs"),
    ],
)
def test_a_key_of_our_own_is_the_one_that_has_to_be_there(texts, code):
    item = judge_zones({NAME: {"TXT": texts}} if texts else {}, record=OWN)
    assert item.code == code
    assert item.expected == (None if code == "dkim_ok" else OWN)
