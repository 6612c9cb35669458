"""What others publish costs time that grows with its length, and no faster.

Up to the length that a TXT record can have, twice the input takes at most 2.5 times the work; a
megabyte, in the worst shape of each reader, takes next to none.
"""

import asyncio
import gc
import time

import pytest
from fake_dns import FakeDns

from core.sender import Sender
from core.spf import check, check_host, parse
from core.spf.macro import parse as parse_macros
from core.spf.macro import parse_domain_spec
from core.spf.repair import repair_start

MEGABYTE = 1 << 20
LONGEST = 60_000  # characters
GROWTH_MAX = 2.5  # times the work for twice the input
MEGABYTE_SECONDS = 0.2
MEASURABLE = 0.005  # seconds; below that the clock decides
TRIES = 6  # the machine may be busy; work that grows faster does so every time

SHAPES = {
    "a label": lambda size: "include:x." + "a" * size,
    "a label of digits": lambda size: "include:x." + "1" * size,
    "a label with hyphens": lambda size: "include:x." + "a-" * (size // 2),
    "labels": lambda size: "include:" + "a." * (size // 2),
    "dots": lambda size: "include:" + "." * size,
    "macros": lambda size: "exists:" + "%{i}" * (size // 4) + ".example",
    "open macros": lambda size: "exists:" + "%{" * (size // 2),
    "digits in a macro": lambda size: "exists:%{i" + "1" * size,
    "delimiters in a macro": lambda size: "exists:%{ir" + "." * size,
    "escapes": lambda size: "exists:" + "%%" * (size // 2),
    "prefix lengths": lambda size: "a" + "/1" * (size // 2),
    "slashes": lambda size: "a:x.example" + "/" * size,
    "octets": lambda size: "ip4:" + "1." * (size // 2),
    "groups": lambda size: "ip6:" + "1:" * (size // 2),
    "letters": lambda size: "x" * size,
    "a value": lambda size: "x=" + "y" * size,
    "signs": lambda size: "-" * size,
    "terms": lambda size: "a " * (size // 2),
    "addresses": lambda size: "ip4:192.0.2.1 " * (size // 14),
    "modifiers": lambda size: "x=1 " * (size // 8) + "exp=a.bc " * (size // 18),
    "spaces": lambda size: " " * size,
}


def seconds(work, argument):
    """CPU time, without what collecting the garbage of other tests costs."""
    gc.disable()
    try:
        start = time.process_time()
        work(argument)
        return time.process_time() - start
    finally:
        gc.enable()


def assert_linear(work, make):
    assert any(_is_linear(work, make) for _ in range(TRIES))


def _is_linear(work, make):
    once, twice = (seconds(work, make(size)) for size in (LONGEST // 2, LONGEST))
    if twice > GROWTH_MAX * max(once, MEASURABLE):
        return False
    return seconds(work, make(MEGABYTE)) <= max(MEGABYTE_SECONDS, 2 * twice)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_reading_a_record(shape):
    assert_linear(parse, lambda size: "v=spf1 " + shape(size))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_checking_a_host(shape):
    def work(dns):
        asyncio.run(check_host("192.0.2.9", "example.com", "a@example.com", "h.example", dns))

    def make(size):
        return FakeDns({"example.com": {"TXT": ["v=spf1 " + shape(size)]}})

    assert_linear(work, make)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_checking_a_domain(shape):
    def make(size):
        texts = ["v=spf1 " + shape(size)]
        zones = {"example.com": {"TXT": texts}, "near.example": {"TXT": [f'"{texts[0]}"']}}
        return zones | {"_spf.example": {"TXT": ["v=spf1 " + shape(size)]}}

    def work(zones):
        for name in zones:
            sender = Sender("S", spf_terms=("include:_spf.example",))
            asyncio.run(check(name, FakeDns(zones), [sender]))

    assert_linear(work, make)


def test_an_explanation_and_an_address_of_a_megabyte():
    def make(size):
        return size, FakeDns(
            {
                "example.com": {"TXT": ["v=spf1 -all exp=e.example"]},
                "e.example": {"TXT": ["%{s}" * (size // 4)]},
            }
        )

    def work(made):
        size, dns = made
        sender = "a." * (size // 2) + "@example.com"
        result = asyncio.run(check_host("192.0.2.9", "example.com", sender, "h" * size, dns))
        assert len(result.explanation) < 4000

    assert_linear(work, make)


@pytest.mark.parametrize("read", [parse_macros, parse_domain_spec, repair_start])
def test_the_readers_of_parts(read):
    def work(text):
        try:
            read(text)
        except ValueError:
            return

    for piece in ("a.", "%{i}", "%%", "a"):
        assert_linear(work, lambda size, piece=piece: piece * (size // len(piece)))
