"""core.spf.repair: slips whose meaning is plain, and those that are left to their author."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spf import parse
from core.spf.repair import repair, repair_start


@pytest.mark.parametrize(
    "text, repaired",
    [
        ("include: _spf.example.net -all", "include:_spf.example.net -all"),
        ("include :example.net -all", "include:example.net -all"),
        ("include example.net ip4 192.0.2.1 -all", "include:example.net ip4:192.0.2.1 -all"),
        ("mx redirect= example.net", "mx redirect=example.net"),
        ("redirect:example.net", "redirect=example.net"),
        ("ipv4:192.0.2.1 -all", "ip4:192.0.2.1 -all"),
        ("ip:192.0.2.0/24 -all", "ip4:192.0.2.0/24 -all"),
        ("ip:2001:db8::1 IPv6:2001:db8::/32 -all", "ip6:2001:db8::1 ip6:2001:db8::/32 -all"),
        ("ip4:2001:db8::1 ip6:192.0.2.1 -all", "ip6:2001:db8::1 ip4:192.0.2.1 -all"),
        ("-ipv4:192.0.2.1 mx -all", "-ip4:192.0.2.1 mx -all"),
        ("192.0.2.1 -all", "ip4:192.0.2.1 -all"),
        ("ip4:192.0.2.1,ip4:192.0.2.2 -all", "ip4:192.0.2.1 ip4:192.0.2.2 -all"),
        ("ip4:192.0.2.1,192.0.2.2, mx -all", "ip4:192.0.2.1 ip4:192.0.2.2 mx -all"),
        ("mx, a, include:example.net, -all", "mx a include:example.net -all"),
        ("ip4:192.0.2.1 , mx , -all", "ip4:192.0.2.1 mx -all"),
        ("mx; -all;", "mx -all"),
        ("mx - all", "mx -all"),
        ("mx –all", "mx -all"),
        ("mx-all", "mx -all"),
        ("ip4:192.0.2.1-all", "ip4:192.0.2.1 -all"),
        ("include:example.net~all", "include:example.net ~all"),
        ("ip4:192.0.2.1ip4:192.0.2.2 -all", "ip4:192.0.2.1 ip4:192.0.2.2 -all"),
        ("ip4:192.0.2.1include:example.net-all", "ip4:192.0.2.1 include:example.net -all"),
        ("ip4:192.0.2.1a:h.examplemx:example.net -all",
         "ip4:192.0.2.1 a:h.example mx:example.net -all"),
        ("mxinclude:example.net~all", "mx include:example.net ~all"),
    ],
)  # fmt: skip
def test_a_plain_slip_is_repaired(text, repaired):
    assert repair(f"v=spf1 {text}", {"include:example.net-all"}) == f"v=spf1 {repaired}"


@pytest.mark.parametrize(
    "text",
    [
        "mx -all",
        "  mx   -all ",
        "exists:%{l,}.example.net -all",
        "include:example.net-all",  # a name that can exist
        "mxx -all",
        "mail.example.net -all",
        "ip4:192.0.2 -all",
        "ip4:mail.example.net -all",
        "include=example.net -all",  # valid, and means nothing
        "include: include:example.net -all",
        "ip4:192.0.2.1all",  # +all cannot be what was meant
        "foo, bar",
        "",
    ],
)
def test_what_is_not_plain_stays(text):
    assert repair(f"v=spf1 {text}") == f"v=spf1 {text}"


def test_a_name_with_an_end_glued_to_it_is_repaired_where_it_does_not_exist():
    text = "v=spf1 include:a.example.netinclude:b.example.net-all"
    dead = {"include:a.example.netinclude:b.example.net-all"}
    assert repair(text, dead) == "v=spf1 include:a.example.net include:b.example.net -all"


@pytest.mark.parametrize(
    "text, repaired",
    [
        ('"v=spf1 mx -all"', "v=spf1 mx -all"),
        (" v=spf1 mx -all", "v=spf1 mx -all"),
        ("v=spf1: mx -all", "v=spf1 mx -all"),
        ("v=spf1; a; mx; -all", "v=spf1 a mx -all"),
        ("v = spf1 mx -all", "v=spf1 mx -all"),
        ("v=spf1mx -all", "v=spf1 mx -all"),
        ("v=spf1-all", "v=spf1 -all"),
        ("v=spf10 -all", None),
        ("v=spf2.0/pra -all", None),
        ("nothing of the kind", None),
        ("v=spf1 mxx", None),
    ],
)
def test_the_start_of_a_record(text, repaired):
    assert repair_start(text) == repaired


PIECES = ["include:", "ip4:", "192.0.2.1", ",a.example", "-all", "-", "~", ";", "mx", "redirect="]


@given(st.lists(st.sampled_from(PIECES)))
def test_what_is_repaired_is_not_repaired_again(pieces):
    text = repair("v=spf1 " + " ".join(pieces))
    if not parse(text).problems:
        assert repair(text) == text
