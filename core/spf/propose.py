"""The one SPF record to publish: what the administrator wrote, plus what the senders need.

A record is proposed only where it is proven, by what it grants, that whoever was let in stays so,
whoever must be let in is so, and nobody else is. What cannot be proven is told in parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, permutations

from .budget import assemble, term_key
from .compose import as_include, compose, finish, mechanisms
from .cost import UNTOLD
from .meaning import Meaning, meaning
from .needs import Need
from .proof import Proof
from .ranges import both, minus
from .record import LOOKUPS_MAX, VERSION, SpfRecord
from .zone import Zone

PROOF_TERMS_MAX = 500  # of a record and all it includes; a proof then takes 50 ms
MERGED_MAX = 3  # records whose orders are all tried
ORDERS_MAX = 9  # orders of the terms that are tried; each costs a proof


@dataclass(frozen=True)
class Suggestion:
    """A record to publish, or what to do where there is none that can be proven.

    :param text: the record, or None
    :param lookups: what one record for all costs
    :param missing: the needed terms that the present records do not have, as they are meant; None
        where that was not looked at
    :param left_out: terms of the present records that are not in it
    :param drop: includes that no sender needs, to be removed so that the look-ups suffice
    :param flatten: includes that are needed, to be replaced by the addresses they stand for
    :param reason: why there is no text: lookups, broken (`term` works for some and breaks the
        record for others), everybody (`term` lets everybody send), denied (`term` refuses a
        sender), unknown (the DNS did not tell), long, order (none of the terms keeps who is let
        in)
    """

    text: str | None
    lookups: int = 0
    missing: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    flatten: tuple[str, ...] = ()
    reason: str = ""
    term: str = ""


async def suggest(
    domain: str, records: Sequence[SpfRecord], needs: Sequence[Need], zone: Zone
) -> Suggestion:
    """The record to publish at `domain` instead of `records`, all terms of which are measured.

    :param needs: what the senders need; those that lead nowhere are not among them
    """
    draft = _Draft(domain, records, needs, zone)
    found = Suggestion(None, draft.lookups, None if draft.is_long else tuple(draft.missing))
    if draft.lookups > LOOKUPS_MAX:
        drop, flatten = draft.savings()
        return replace(found, drop=drop, flatten=flatten, reason="lookups")
    reason, term = draft.obstacle()
    if reason:
        return replace(found, reason=reason, term=term)
    proof = Proof(domain, zone, draft.meant, draft.errors_before, needs)
    for text in islice(dict.fromkeys(draft.candidates()), ORDERS_MAX):
        if proof.holds(text) and await proof.is_confirmed(text):
            return replace(found, text=text, left_out=draft.left_out(text))
    return replace(found, reason="order")


class _Draft:
    """The work on one proposal: what is to be kept, and in which orders."""

    def __init__(self, domain, records, needs, zone):
        self.domain, self.records, self.needs, self.zone = domain, records, needs, zone
        self.omitted, self.missing, self.broken_term = set(), [], ""
        trees = [self.tree(record) for record in records]
        self.is_long = sum(tree.total_terms for tree in trees) > PROOF_TERMS_MAX
        if not self.is_long:
            self.compare(trees)
        self.total = self.whole()
        self.lookups = self.total.total_lookups

    def compare(self, trees):
        """Read what the records mean, and what they lack and have too much."""
        for child in chain(*(tree.children for tree in trees)):
            self.judge_term(child)
        trees = [self.tree_of(compose([item], (), self.omitted)) for item in self.records]
        self.meant = [meaning(tree, strict=False) for tree in trees]
        self.errors_before = [
            old.errors if tree.within_limits else meaning(tree).errors
            for old, tree in zip(self.meant, trees, strict=True)
        ]
        self.find_missing()
        self.save_lookups()

    # ---- what the record is made of -----------------------------------------------------

    def tree(self, record):
        return assemble(record, self.domain, self.zone)

    def tree_of(self, text):
        return self.tree(self.zone.parse(text))

    def whole(self):
        """The cost of one record for all."""
        return self.tree_of(next(self.candidates()))

    def key(self, text):
        """What is equal for terms that do the same."""
        term = self.zone.parse(f"{VERSION} {text}").terms[0]
        return term_key(term, self.domain, self.domain)

    def judge_term(self, child):
        """A term that breaks the record is left out, unless it lets somebody in before that."""
        if child.problems - UNTOLD:
            lets_in = child.record and meaning(child, strict=False).passes
            if lets_in or child.problem == "too_many_mx":
                self.broken_term = self.broken_term or child.term
            else:
                self.omit(child)

    def omit(self, child):
        self.omitted |= {child.term, f"include:{child.domain}"}

    def find_missing(self):
        """The terms that the records lack, in one record."""
        have = self.meant[0] if len(self.meant) == 1 else None
        have = have or meaning(self.whole(), strict=False)
        self.missing = [
            need.term
            for need in self.needs
            if not (need.is_covered(have) or (need.meaning.silent and self.records))
        ]

    def save_lookups(self):
        """Leave out what costs too much and grants nothing that is not there anyway."""
        whole = self.whole()
        if whole.total_lookups > LOOKUPS_MAX:
            for child in _repeated(whole):
                self.omit(child)
        if not whole.within_limits:
            for child in whole.children:
                if child.void4 and not (child.matches or child.silent):
                    self.omitted.add(child.term)

    def savings(self):
        """(drop, flatten): the fewest includes that bring the look-ups down to the limit."""
        includes = [child for child in self.whole().children if child.record]
        includes.sort(key=lambda item: (self.is_needed(item), -item.total_lookups))
        excess, drop, flatten = self.lookups - LOOKUPS_MAX, [], []
        for item in includes:
            if excess > 0:
                (flatten if self.is_needed(item) else drop).append(item.term)
                excess -= item.total_lookups
        return tuple(drop), tuple(flatten)

    def is_needed(self, child):
        if any(need.includes == child.domain for need in self.needs):
            return True
        have = Meaning() if self.is_long else meaning(child)
        return any(need.is_covered(have) for need in self.needs)

    # ---- orders -------------------------------------------------------------------------

    def candidates(self):
        """Texts of records, the one nearest to the present records first."""
        parts = [[*self.terms(mechanisms(item, len(self.records)))] for item in self.records]
        orders = permutations(parts) if len(parts) <= MERGED_MAX else (parts,)
        for order in orders:
            yield self.text([*chain(*order), *self.missing])
        present = [*chain(*parts)]
        yield self.text([*self.missing, *present])
        first = [*chain(*(_before_denial(part) for part in parts)), *self.missing]
        first.sort(key=self.voids)
        yield self.text([*first, *present])
        granting = [term for term in present if term[0] not in "-~?"]
        yield self.text([*sorted(granting + self.missing, key=self.voids)])

    def terms(self, texts):
        """Those that stay; a needed one with the qualifier "?" becomes one that passes."""
        needed = {self.key(text): text for text in self.missing}
        for text in texts:
            if text not in self.omitted:
                yield needed.get(self.key(text), text) if text[0] == "?" else text

    def text(self, terms):
        unique = {}
        for term in terms:  # a later term that matches the same changes nothing
            unique.setdefault(self.key(term), term)
        return finish(self.records, tuple(unique.values()), self.omitted)

    def voids(self, term):
        """Terms that cost nothing come first, those with void look-ups last."""
        cost = self.zone.costs.get(self.key(term))
        return cost.total_void4 + cost.total_void6 if cost else -1

    # ---- what is said -------------------------------------------------------------------

    def obstacle(self):
        """(reason, term) why there can be no proof at all."""
        if self.total.problems & UNTOLD or (
            not self.records and any(need.meaning.silent for need in self.needs)
        ):
            return "unknown", ""
        broken = [need.term for need in self.needs if need.meaning.errors]
        broken = [self.broken_term, *(term for term in broken if term in self.missing)]
        if any(broken):
            return "broken", next(filter(None, broken))
        if self.is_long:
            return "long", ""
        if everybody := next((item.everybody for item in self.meant if item.everybody), ""):
            return "everybody", everybody
        term = self.denying_term()
        return ("denied", term) if term else ("", "")

    def denying_term(self):
        """A term that refuses explicitly who has to be let in."""
        for record in self.meant:
            refused = minus(record.refused, record.passes)
            for other in (*self.meant, *(need.meaning for need in self.needs)):
                if term := record.denying(both(refused, other.sure)):
                    return term
        return ""

    def left_out(self, text):
        """Terms as they are written now that are not in the record."""
        kept = {self.key(term.text) for term in self.zone.parse(text).directives}
        terms = [problem.term for record in self.records for problem in record.problems]
        for record in self.records:
            terms += [
                item.text
                for item in record.directives
                if item.mechanism != "all" and self.key(item.text) not in kept
            ]
            terms += [
                item.text
                for item in record.modifiers
                if item.name == "redirect"
                and item.text not in text.split(" ")
                and self.key(as_include(item)) not in kept
            ]
        return tuple(dict.fromkeys(terms))


def _repeated(tree):
    """Includes of the record that another one of its includes brings along as well."""
    repeated = []
    includes = [child for child in tree.children if child.record]
    brought = {child: meaning(child, strict=False).names for child in includes}
    for item in reversed(includes):
        others = [other for other in includes if other is not item and other not in repeated]
        if any(brought[other].get(item.domain) == () for other in others):
            repeated.append(item)
    return repeated


def _before_denial(terms):
    """The terms that let somebody in before any that does not."""
    for term in terms:
        if term[0] in "-~?":
            return
        yield term
