"""core.spf.parse: the grammar of RFC 7208 section 12."""

import pytest

from core.spf import is_spf, parse


@pytest.mark.parametrize(
    "text, expected",
    [
        ("v=spf1", True),
        ("v=spf1 -all", True),
        ("V=SPF1 -all", True),
        ("v=spf1  ", True),
        ("v=spf10 -all", False),
        ("v=spf2.0/pra -all", False),
        (" v=spf1 -all", False),
        ('"v=spf1 -all"', False),
        ("v=spf1\t-all", False),
        ("", False),
        ("v=spf1\n", False),
    ],
)
def test_version(text, expected):
    assert is_spf(text) is expected


def test_terms_in_their_order_with_their_positions():
    record = parse("v=spf1  a:mail.example.com/28//64 ip4:192.0.2.0/24 exp=e.example.com ~all ")
    assert [(term.position, term.text) for term in record.terms] == [
        (8, "a:mail.example.com/28//64"),
        (34, "ip4:192.0.2.0/24"),
        (51, "exp=e.example.com"),
        (69, "~all"),
    ]
    first, second, last = record.directives
    assert (first.qualifier, first.value, first.prefix4, first.prefix6) == (
        "+",
        "mail.example.com",
        28,
        64,
    )
    assert (second.mechanism, second.value, second.prefix4) == ("ip4", "192.0.2.0", 24)
    assert (last.qualifier, last.mechanism) == ("~", "all")
    assert record.modifier("exp") == "e.example.com"
    assert record.problems == ()


@pytest.mark.parametrize(
    "term",
    [
        "all",
        "?ALL",
        "a",
        "a/0",
        "a//0",
        "a/32//128",
        "a:e.com",
        "mx:e.com//48",
        "ptr",
        "ptr:e.com",
        "ip4:192.0.2.1",
        "ip4:192.0.2.0/24",
        "ip6:::1",
        "ip6:2001:db8::/32",
        "ip6:::ffff:192.0.2.1/96",
        "include:_spf.example.com",
        "include:e.com.",
        "exists:%{i}._spf.%{d2}",
        "exists:%{ir}.e.com",
        "exists:%{L1r+-,/_=.}.e.com",
        "a:%{d}",
        "a:e.%{d}",
        "redirect=_spf.e.com",
        "exp=e.com",
        "unknown=anything/%{d}",
        "x.y-z_1=",
        "a:a-b.c-d",
        "a:%%%_%-.com",
        "a:e/x.com",
    ],
)
def test_valid_terms(term):
    assert parse(f"v=spf1 {term}").problems == ()


@pytest.mark.parametrize(
    "term, code, position",
    [
        ("foo", "unknown_mechanism", 0),
        ("ip:192.0.2.1", "unknown_mechanism", 0),
        ("ipv4:192.0.2.1", "unknown_mechanism", 0),
        ("-", "bad_term", 0),
        ("--all", "bad_term", 0),
        ("192.0.2.1", "bad_term", 0),
        ("+a=b", "missing_value", 2),
        ("all:e.com", "unexpected_value", 3),
        ("all/8", "unexpected_value", 3),
        ("include", "missing_value", 7),
        ("include=e.com", None, 0),
        ("include:", "bad_domain", 8),
        ("include:e", "bad_domain", 9),
        ("include:e.com/24", "bad_domain", 16),
        ("exists:e.123", "bad_domain", 12),
        ("exists:%{x}.e.com", "bad_domain", 7),
        ("exists:e%{c}.com", "bad_domain", 8),
        ("exists:%{d0}.com", "bad_domain", 7),
        ("exists:%{d", "bad_domain", 7),
        ("exists:%.com", "bad_domain", 7),
        ("a:", "bad_domain", 2),
        ("a:e.com/33", "bad_prefix", 7),
        ("a:e.com//129", "bad_prefix", 7),
        ("a:e.com/08", "bad_domain", 10),
        ("a/", "missing_value", 1),
        ("ip4", "missing_value", 3),
        ("ip4:", "missing_value", 3),
        ("ip4:192.0.2", "bad_address", 4),
        ("ip4:mail.e.com", "bad_address", 4),
        ("ip4:192.0.2.0/33", "bad_prefix", 3),
        ("ip4:192.0.2.0//24", "bad_address", 3),
        ("ip4:2001:db8::1", "bad_address", 4),
        ("ip6:192.0.2.1", "bad_address", 4),
        ("ip6:fe80::1%eth0", "bad_prefix", 3),
        ("redirect=", "bad_domain", 9),
        ("redirect:e.com", "unknown_mechanism", 0),
        ("exp=%{c}.e.com", "bad_domain", 4),
        ("a:\u00fc.com", "bad_domain", 2),
        ("a:e.com\x00", "bad_domain", 7),
    ],
)
def test_problems_have_a_position(term, code, position):
    problems = parse(f"v=spf1 mx {term} -all").problems
    if code is None:
        assert problems == ()
    else:
        assert [(item.code, item.position, item.term) for item in problems] == [
            (code, 10 + position, term)
        ]


@pytest.mark.parametrize("name", ["redirect", "exp"])
def test_these_modifiers_occur_once(name):
    record = parse(f"v=spf1 {name}=a.com x=1 x=2 {name}=b.com")
    assert [(item.code, item.term) for item in record.problems] == [
        ("duplicate_modifier", f"{name}=b.com")
    ]


def test_all_problems_are_told_and_the_rest_is_read():
    record = parse("v=spf1 a mxx ip4:nonsense -all")
    assert [item.code for item in record.problems] == ["unknown_mechanism", "bad_address"]
    assert [item.text for item in record.directives] == ["a", "-all"]
