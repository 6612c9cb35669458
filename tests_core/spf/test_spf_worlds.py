"""Random worlds: no proposal harms, and what is said about senders is what `check_host` says.

The borders of all ranges that play a part are asked, against the one evaluation that the public
suite of RFC 7208 holds. SPF_WORLDS=4000 tries more worlds than the few that make test has time
for; SPF_WORLDS_FROM=… tries others.
"""

import asyncio
import os
from functools import cache

import pytest
from fake_dns import FakeDns
from spf_worlds import DOMAIN, world

from core.findings.finding import Severity
from core.spf import check, check_host, is_spf, parse
from core.spf.budget import measure
from core.spf.meaning import meaning
from core.spf.ranges import ALL, IPV4, address, both

COUNT = int(os.environ.get("SPF_WORLDS", "80"))
FIRST = int(os.environ.get("SPF_WORLDS_FROM", "0"))
SEEDS = range(FIRST, FIRST + COUNT)
BORDERS_MAX = 60  # of one world that are asked
DENIED = {"fail", "softfail", "neutral"}


class Case:
    """A world, judged."""

    def __init__(self, seed):
        self.world = world(seed)
        self.texts = tuple(text for text in self.world.texts if is_spf(text))
        self.result = asyncio.run(check(DOMAIN, FakeDns(self.world.zones), self.world.senders))
        self.proposal = self.result.findings[0].expected
        self.asked = {}

    def zones(self, *texts):
        own = self.world.zones[DOMAIN] | {"TXT": list(texts)}
        return self.world.zones | {DOMAIN: own}

    def meaning(self, text):
        return meaning(asyncio.run(measure(parse(text), DOMAIN, FakeDns(self.zones(text)))))

    def ask(self, number, *texts):
        """What a receiver says about an address, with these records at the domain."""
        if (number, texts) not in self.asked:
            dns, sender = FakeDns(self.zones(*texts)), f"postmaster@{DOMAIN}"
            result = asyncio.run(check_host(address(number), DOMAIN, sender, DOMAIN, dns))
            self.asked[number, texts] = result.result.value
        return self.asked[number, texts]

    def needs(self):
        """(sender, verdict, record that lets in only whom one of its terms lets in)"""
        for sender, allowed in zip(self.world.senders, self.result.allowed, strict=True):
            for term in sender.spf_terms:
                yield sender, allowed, f"v=spf1 {term} -all"


cases = cache(Case)


def borders(*texts_or_sets):
    """The numbers on both sides of every border."""
    pairs = [pair for ranges in texts_or_sets for pair in ranges]
    numbers = {number for first, last in pairs for number in (first - 1, first, last, last + 1)}
    return sorted(number for number in numbers if 0 <= number <= ALL[0][1])[:BORDERS_MAX]


def is_in(number, ranges):
    return bool(both(((number, number),), ranges))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_meaning_of_a_record_is_what_a_receiver_makes_of_it(seed):
    case = cases(seed)
    for text in case.texts:
        found = case.meaning(text)
        for number in borders(found.passes, found.fails, found.errors):
            result = case.ask(number, text)
            possible = {"pass": found.passes, "permerror": found.errors, "temperror": ALL}
            assert is_in(number, possible.get(result, found.fails)), (text, address(number), result)
            assert result == "pass" or not is_in(number, found.sure), (text, address(number))


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_allowed_passes(seed):
    case = cases(seed)
    texts = case.texts
    for sender, allowed, need in case.needs():
        wanted = case.meaning(need)
        ranges = [wanted.passes, *(case.meaning(text).passes for text in texts)]
        results = [
            case.ask(number, *texts)
            for number in borders(*ranges)
            if case.ask(number, need) == "pass"
        ]
        if allowed:
            assert set(results) <= {"pass"}, (texts, sender)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_proposal_harms(seed):
    case = cases(seed)
    if not case.proposal:
        return
    texts = case.texts
    # Whoever wrote "+all" has not meant everybody: that becomes "~all".
    meant = [text.replace(" +all", " ~all") for text in texts]
    needs = [need for sender, _allowed, need in case.needs() if not sender.envelope_domain]
    ranges = [case.meaning(text).passes for text in (case.proposal, *texts, *needs)]
    for number in borders(*ranges):
        new = case.ask(number, case.proposal)
        old = {case.ask(number, text) for text in meant}
        needed = any(case.ask(number, need) == "pass" for need in needs)
        where = (texts, case.proposal, address(number), old, new)
        assert new == "pass" or not (needed or "pass" in old), where
        assert new != "pass" or needed or not old or not old <= DENIED, where
        assert new != "permerror" or not is_in(number, IPV4), where


@pytest.mark.parametrize("seed", SEEDS)
def test_a_proposal_passes_our_own_check(seed):
    case = cases(seed)
    if not case.proposal:
        return
    dns = FakeDns(case.zones(case.proposal))
    result = asyncio.run(check(DOMAIN, dns, case.world.senders))
    wrong = {item.code for item in result.findings if item.severity == Severity.ERROR}
    assert wrong <= {"spf_sender_leads_nowhere"}, (case.texts, case.proposal)
    assert {item.expected for item in result.findings} == {None}


def test_there_is_a_proposal_in_at_least_every_second_world():
    assert sum(bool(cases(seed).proposal) for seed in SEEDS) >= COUNT / 2
