"""Whom an SPF record lets send, read from its cost tree without any question.

For every address the possible results are collected: it may pass, may not pass, may end in a
permanent error. Where only one of them is possible the result is sure. What depends on the
message (macros, ptr) or was not told by the DNS may match or not, so its addresses pass *and* go
on. This follows `check_host` in order, qualifiers, includes, redirects and limits; nothing is
asked.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from .cost import UNTOLD, Cost
from .ranges import ALL, IPV4, IPV6, PUBLIC_IPV6, Ranges, both, minus, size, union
from .record import DENYING, LOOKUPS_MAX, VOID_LOOKUPS_MAX, Modifier

HALF_OF_IPV4 = 1 << 31  # addresses; whoever lets in half of the world lets in everybody
HALF_OF_PUBLIC_IPV6 = 1 << 124


class Spent(NamedTuple):
    """Look-ups and void look-ups up to a point of the evaluation."""

    lookups: int = 0
    void4: int = 0
    void6: int = 0

    def more(self, lookups=0, void4=0, void6=0):
        return Spent(self.lookups + lookups, self.void4 + void4, self.void6 + void6)


@dataclass
class Meaning:
    """What a record comes to.

    :param passes: addresses that may pass
    :param fails: addresses that may end in fail, softfail or neutral
    :param errors: addresses that may end in a permanent error
    :param known: those of `passes` that are let in by their address
    :param macros: terms that may grant, depending on the message -> who was refused before
    :param doubts: terms that may refuse, depending on the message
    :param names: included domains -> who was refused before
    :param granted: (term, addresses it names) of the terms that let somebody in
    :param denied: (term, addresses it names) of those that refuse explicitly, other than by "all"
    :param refused: whom they refuse
    :param silent: whether the DNS did not tell everything
    """

    passes: Ranges = ()
    fails: Ranges = ()
    errors: Ranges = ()
    known: Ranges = ()
    macros: dict[str, Ranges] = field(default_factory=dict)
    doubts: frozenset[str] = frozenset()
    names: dict[str, Ranges] = field(default_factory=dict)
    granted: list[tuple[str, Ranges]] = field(default_factory=list)
    denied: list[tuple[str, Ranges]] = field(default_factory=list)
    refused: Ranges = ()
    silent: bool = False

    @cached_property
    def sure(self) -> Ranges:
        """The addresses that pass, whatever the message."""
        return minus(self.passes, union(self.fails, self.errors))

    @property
    def everybody(self) -> str:
        """The term by which everybody may send, "" where there is none."""
        if not _is_everybody(self.sure):
            return ""
        reached = ()
        for term, ranges in self.granted:
            reached = union(reached, both(ranges, self.sure))
            if _is_everybody(reached):
                return term
        return ""

    def denying(self, ranges: Ranges) -> str:
        """The term by which some of the addresses are refused explicitly, "" without one."""
        ranges = both(ranges, self.refused)
        return next((term for term, named in self.denied if both(named, ranges)), "")


def meaning(cost: Cost, strict: bool = True) -> Meaning:
    """What the record of a cost tree comes to.

    :param strict: whether the limits of RFC 7208 section 4.6.4 hold; without them it is what the
        author of the record meant
    """
    return _Reading(cost, ALL, Spent(), Spent(), strict).read()


def _is_everybody(ranges):
    return (
        size(both(ranges, IPV4)) >= HALF_OF_IPV4
        or size(both(ranges, PUBLIC_IPV6)) >= HALF_OF_PUBLIC_IPV6
    )


class _Reading:
    """One record, for the addresses that get to it.

    What has been spent differs between addresses, as an included record may end early for some:
    `least` and `most` are its bounds.
    """

    def __init__(self, cost, left, least, most, strict):
        self.cost, self.left, self.strict = cost, left, strict
        self.least, self.most = least, most
        self.passes, self.fails, self.errors = [], [], []
        self.known, self.refused = [], []
        self.found = Meaning()
        self.exits = []  # the least that was spent, of those who do not pass

    def read(self):
        if self.cost.problem == "syntax":
            self.errors.append(self.left)  # RFC 7208 section 4.6: before anything is evaluated
            return self.result()
        children = iter(self.cost.children)
        for run in self.cost.record.runs:
            if not self.left:
                break
            if run.costs_lookup:
                self.look_up(run.terms[0], next(children))
            else:
                self.match(run)
        self.fail(self.left, self.least)  # RFC 7208 section 4.7: neutral
        return self.result()

    def result(self):
        found = self.found
        found.passes, found.fails = union(*self.passes), union(*self.fails)
        found.errors, found.known = union(*self.errors), union(*self.known)
        found.refused = union(*self.refused)
        return found

    def fail(self, ranges, least):
        if ranges:
            self.fails.append(ranges)
            self.exits.append(least)

    def match(self, run):
        """Terms without look-ups, one after the other."""
        for term in run.terms:
            if term.verdict != "other":
                named = self.found.granted if term.verdict == "pass" else self.found.denied
                named.append((term.text, term.ranges))
        passed, denied, other = (
            both(self.left, run.verdicts.get(verdict, ())) for verdict in ("pass", "deny", "other")
        )
        self.passes.append(passed)
        self.known.append(passed)
        self.refused.append(denied)
        failed = union(denied, other)
        self.left = minus(self.left, union(failed, passed))
        self.fail(failed, self.least)

    def look_up(self, term, child):
        self.spend(lookups=1)
        self.spend(void4=child.void4, void6=child.void6, or_more=child.may_be_void)
        if not self.left:
            return
        before, least = union(*self.fails, *self.errors), self.least
        inner = self.inner(term, child)
        self.errors.append(inner.errors)
        if isinstance(term, Modifier):
            self.redirect(term, inner)
        elif term.qualifier != "+":
            self.refuse(term, inner, least)
        else:
            self.grant(term, inner)
        if isinstance(term, Modifier) or term.qualifier == "+":
            self.adopt(child, inner, before)

    def spend(self, or_more=False, **more):
        """Count, and stop whoever is over a limit."""
        self.least = self.least.more(**more)
        self.most = self.most.more(**more)
        if or_more:
            self.most = self.most.more(void4=1, void6=1)
        if not self.strict:
            return
        if self.most.lookups > LOOKUPS_MAX:
            self.errors.append(self.left)
        if self.least.lookups > LOOKUPS_MAX:
            self.left = ()
        # Receivers may have another limit for these, so it is not sure that they end here.
        for most, whom in ((self.most.void4, IPV4), (self.most.void6, IPV6)):
            if most > VOID_LOOKUPS_MAX:
                self.errors.append(both(self.left, whom))

    def inner(self, term, child):
        """What the term comes to for those who get to it."""
        if child.record:
            return self.included(child)
        left, errors = self.left, ()
        if isinstance(term, Modifier) or term.mechanism == "include":
            errors = left  # the record may be missing, or broken
        if child.macro:
            return Meaning(left, left, errors, macros={child.macro: ()})
        if child.silent or child.problem in UNTOLD:
            maybe, known = union(child.matches, child.silent or ALL), both(left, child.matches)
            fails = minus(left, child.matches)
            return Meaning(both(left, maybe), fails, errors, known, silent=True)
        if child.problem:
            return Meaning(errors=left)
        known = both(left, child.matches)
        return Meaning(known, minus(left, known), known=known)

    def included(self, child):
        reading = _Reading(child, self.left, self.least, self.most, self.strict)
        inner = reading.read()
        self.most = reading.most
        if reading.exits:
            self.least = Spent(*map(min, zip(*reading.exits, strict=True)))
        return inner

    def grant(self, term, inner):  # RFC 7208 section 5.2, and what is no include
        self.passes.append(inner.passes)
        self.known.append(inner.known)
        self.found.granted.append((term.text, inner.passes))
        self.left = inner.fails

    def refuse(self, term, inner, least):
        self.fail(inner.passes, least)
        self.found.silent |= inner.silent
        self.found.doubts |= inner.doubts.union(inner.macros)
        if term.qualifier in DENYING:
            self.found.denied.append((term.text, inner.passes))
            self.refused.append(minus(inner.passes, inner.fails))
        self.left = inner.fails

    def redirect(self, term, inner):  # RFC 7208 section 6.1: its result is the result
        self.passes.append(inner.passes)
        self.known.append(inner.known)
        self.found.granted.append((term.text, inner.passes))
        self.fail(inner.fails, self.least)
        self.found.denied += inner.denied
        self.refused.append(inner.refused)
        self.left = ()

    def adopt(self, child, inner, before):
        """What an included record lets in, behind what was refused before it."""
        found = self.found
        found.silent |= inner.silent
        found.doubts |= inner.doubts
        for known, more in ((found.macros, inner.macros), (found.names, inner.names)):
            for key, refused in more.items():
                known.setdefault(key, union(before, refused))
        if child.record:
            found.names.setdefault(child.domain, before)
