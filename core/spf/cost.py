"""One term of an SPF record, what it costs, and the terms of the record it leads to, as a tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .ranges import Ranges
from .record import (
    LOOKUPS_MAX,
    VOID_LOOKUPS_MAX,
    Directive,
    Modifier,
    SpfRecord,
    count_terms,
)

UNTOLD = frozenset(("unknown", "too_long", "not_followed"))  # what a receiver does is left open


@dataclass(frozen=True, eq=False)
class Cost:
    """One term, what it costs itself, and the terms of the record it leads to.

    `problem` is None or one of: unknown, missing, multiple, syntax, loop, too_many_mx,
    not_followed, too_long. `status` is the resolver's status where the problem is "unknown".

    :param void_lookups: names that lead to nothing; `void4` and `void6` are what a client of that
        family comes to (RFC 7208 section 4.6.4), `may_be_void` whether that depends on the message
    :param children: one for each of the `evaluated_terms` of `record` that costs a look-up
    :param matches: the addresses of a, mx and exists
    :param silent: those about which the DNS did not tell
    :param macro: the term where it depends on the message, with all filled in that does not
    :param names: how many names were asked for
    """

    term: str
    domain: str
    lookups: int = 0
    void_lookups: int = 0
    children: tuple["Cost", ...] = ()
    problem: str | None = None
    status: str = ""
    record: SpfRecord | None = None
    matches: Ranges = ()
    silent: Ranges = ()
    macro: str = ""
    void4: int = 0
    void6: int = 0
    may_be_void: bool = False
    names: int = 1

    @cached_property
    def total_lookups(self) -> int:
        return self.lookups + sum(child.total_lookups for child in self.children)

    @cached_property
    def total_void_lookups(self) -> int:
        return self.void_lookups + sum(child.total_void_lookups for child in self.children)

    @cached_property
    def total_void4(self) -> int:
        return self.void4 + sum(child.total_void4 for child in self.children)

    @cached_property
    def total_void6(self) -> int:
        return self.void6 + sum(child.total_void6 for child in self.children)

    @cached_property
    def maybe_void(self) -> int:
        """How many terms are void or not depending on the message."""
        return self.may_be_void + sum(child.maybe_void for child in self.children)

    @cached_property
    def total_names(self) -> int:
        return self.names + sum(child.total_names for child in self.children)

    @cached_property
    def total_terms(self) -> int:
        own = count_terms(self.record.text) if self.record else 0
        return own + sum(child.total_terms for child in self.children)

    @cached_property
    def problems(self) -> frozenset[str]:
        """Those of this term and all below it."""
        found = {self.problem} if self.problem else set()
        return frozenset(found.union(*(child.problems for child in self.children)))

    @property
    def redirects(self) -> tuple["Cost", ...]:
        """The way to the record that says what becomes of all others, where this one redirects."""
        runs = self.record.runs if self.record else ()
        if not runs or not isinstance(runs[-1].terms[0], Modifier):
            return ()
        return self.children[-1], *self.children[-1].redirects

    @property
    def all_terms(self) -> list[Directive]:
        """What says that: the terms "all", the first of which counts."""
        record = (self, *self.redirects)[-1].record
        return [item for item in record.directives if item.mechanism == "all"] if record else []

    @property
    def ends_weakly(self) -> bool:
        """Whether nothing definite is said about all others."""
        if not (self, *self.redirects)[-1].record:
            return False
        return not self.all_terms or self.all_terms[0].qualifier == "?"

    @property
    def within_limits(self) -> bool:
        """Whether nobody can come to a limit of RFC 7208 section 4.6.4."""
        voids = max(self.total_void4, self.total_void6) + self.maybe_void
        return self.total_lookups <= LOOKUPS_MAX and voids <= VOID_LOOKUPS_MAX

    @property
    def usable(self) -> bool | None:
        """Whether a receiver can evaluate it; None where that could not be told."""
        if (
            self.problems - UNTOLD
            or self.total_lookups > LOOKUPS_MAX
            or self.total_void4 > VOID_LOOKUPS_MAX
        ):
            return False
        return None if self.problems else True

    def to_json(self) -> dict:
        """The tree as a dict of JSON types."""
        return {
            "term": self.term,
            "domain": self.domain,
            "lookups": self.total_lookups,
            "void_lookups": self.total_void_lookups,
            "problem": self.problem,
            "children": [child.to_json() for child in self.children],
        }

    def walk(self) -> Iterator["Cost"]:
        """This term and all below it, in the order of evaluation."""
        yield self
        for child in self.children:
            yield from child.walk()
