"""Sets of addresses: sorted, disjoint (first, last) pairs of numbers.

IPv4 and IPv6 lie on one line, because a receiver takes the IPv4-mapped block ::ffff:0:0/96 for
IPv4 (RFC 7208 section 5). So no term of IPv6 reaches into it.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import chain

Ranges = tuple[tuple[int, int], ...]

IPV4_FIRST = 0xFFFF << 32
IPV4: Ranges = ((IPV4_FIRST, IPV4_FIRST + (1 << 32) - 1),)
ALL: Ranges = ((0, (1 << 128) - 1),)
IPV6: Ranges = ((0, IPV4[0][0] - 1), (IPV4[0][1] + 1, ALL[0][1]))
PUBLIC_IPV6: Ranges = ((0b001 << 125, (0b001 << 125) + (1 << 125) - 1),)  # 2000::/3, RFC 4291


def network(address: str, prefix4: int, prefix6: int) -> Ranges:
    """The addresses of the network around an address."""
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4:
        return _block(int(parsed) + IPV4_FIRST, 32 - prefix4)
    return minus(_block(int(parsed), 128 - prefix6), IPV4)


def _block(number, bits):
    first = number >> bits << bits
    return ((first, first + (1 << bits) - 1),)


def address(number: int) -> str:
    """The address that a number of the line stands for, as text."""
    if both(((number, number),), IPV4):
        return str(ipaddress.IPv4Address(number - IPV4_FIRST))
    return str(ipaddress.IPv6Address(number))


def union(*sets: Iterable[tuple[int, int]]) -> Ranges:
    """The addresses that are in any of the sets."""
    merged = []
    for first, last in sorted(chain.from_iterable(sets)):
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = merged[-1][0], last
        else:
            merged.append((first, last))
    return tuple(merged)


def both(one: Ranges, other: Ranges) -> Ranges:
    """The addresses that are in both sets."""
    found, at, by = [], 0, 0
    while at < len(one) and by < len(other):
        first = max(one[at][0], other[by][0])
        last = min(one[at][1], other[by][1])
        if first <= last:
            found.append((first, last))
        if one[at][1] < other[by][1]:
            at += 1
        else:
            by += 1
    return tuple(found)


def minus(one: Ranges, other: Ranges) -> Ranges:
    """The addresses of the first set that are not in the second."""
    if not other:
        return one
    left, by = [], 0
    for first, last in one:
        while by < len(other) and other[by][1] < first:
            by += 1
        at = by
        while at < len(other) and other[at][0] <= last:
            if other[at][0] > first:
                left.append((first, other[at][0] - 1))
            first = other[at][1] + 1
            at += 1
        by = max(by, at - 1)
        if first <= last:
            left.append((first, last))
    return tuple(left)


def inside(one: Ranges, other: Ranges) -> bool:
    """Whether all addresses of the first set are in the second."""
    return not minus(one, other)


def size(ranges: Ranges) -> int:
    """The number of addresses."""
    return sum(last - first + 1 for first, last in ranges)


def first_match(layers: Sequence[tuple[Ranges, str]]) -> dict[str, Ranges]:
    """Verdict -> addresses, where the first set that has an address gives the verdict.

    One sweep over all borders, however many sets there are.
    """
    starts = sorted(
        (first, index, last) for index, (ranges, _) in enumerate(layers) for first, last in ranges
    )
    found, reached = {verdict: [] for _, verdict in layers}, []
    for at, (position, index, last) in enumerate(starts):
        heappush(reached, (index, last))
        end = starts[at + 1][0] if at + 1 < len(starts) else ALL[0][1] + 1
        while reached and position < end:
            winner, until = reached[0]
            if until < position:
                heappop(reached)
                continue
            until = min(until, end - 1)
            found[layers[winner][1]].append((position, until))
            position = until + 1
    return {verdict: union(pairs) for verdict, pairs in found.items()}
