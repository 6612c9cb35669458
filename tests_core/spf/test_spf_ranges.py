"""core.spf.ranges: sets of addresses, against sets of numbers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spf.ranges import (
    ALL,
    IPV4,
    IPV6,
    address,
    both,
    first_match,
    inside,
    minus,
    network,
    size,
    union,
)

PAIRS = st.tuples(st.integers(0, 40), st.integers(0, 6)).map(lambda pair: (pair[0], sum(pair)))
RANGES = st.lists(PAIRS, max_size=6).map(union)


def numbers(ranges):
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(st.lists(PAIRS, max_size=6), st.lists(PAIRS, max_size=6))
def test_sets_behave_as_sets(one, other):
    first, second = union(one), union(other)
    assert numbers(first) == numbers(one)
    assert numbers(union(one, other)) == numbers(one) | numbers(other)
    assert numbers(both(first, second)) == numbers(one) & numbers(other)
    assert numbers(minus(first, second)) == numbers(one) - numbers(other)
    assert inside(first, second) == (numbers(one) <= numbers(other))
    assert size(first) == len(numbers(one))


@given(RANGES)
def test_a_set_has_one_form(ranges):
    assert union(ranges) == ranges
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(ranges))


@given(st.lists(st.tuples(RANGES, st.sampled_from(["pass", "deny", "other"])), max_size=5))
def test_the_first_set_that_has_an_address_decides(layers):
    expected, decided = {verdict: set() for _, verdict in layers}, set()
    for ranges, verdict in layers:
        expected[verdict] |= numbers(ranges) - decided
        decided |= numbers(ranges)
    found = first_match(layers)
    assert {verdict: numbers(ranges) for verdict, ranges in found.items()} == expected


@pytest.mark.parametrize(
    "text, prefix4, prefix6, first, last",
    [
        ("192.0.2.77", 24, 128, "192.0.2.0", "192.0.2.255"),
        ("192.0.2.77", 32, 0, "192.0.2.77", "192.0.2.77"),
        ("2001:db8::5", 0, 64, "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
        ("0.0.0.0", 0, 128, "0.0.0.0", "255.255.255.255"),
    ],
)
def test_networks(text, prefix4, prefix6, first, last):
    [pair] = network(text, prefix4, prefix6)
    assert (address(pair[0]), address(pair[1])) == (first, last)


def test_a_network_of_ipv6_has_no_address_of_ipv4():
    assert network("::", 32, 0) == IPV6
    assert network("::ffff:192.0.2.1", 32, 128) == ()
    assert union(IPV4, IPV6) == ALL
