"""Which outgoing server sends a mail, and the sender rule that decided it.

The rules and their order are Odoo's (``ir.mail_server._find_mail_server``), with one more:
a ``*.example.com`` entry, asked after the exact domain. `choose` is a pure function, so the
same answer serves sending, the simulator and the delivery details.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from .from_filter import Entry, EntryKind, FromFilterIndex, entries_for

FirstFallback = Callable[[Iterable[Hashable]], Hashable | None]
"""Gives the first of some server keys that may send for others, or None."""


class SenderRule(str, Enum):
    """The steps of the selection, in the order in which they are tried.

    The last two are not steps: the mail names its server itself, or somebody else has decided.
    """

    ADDRESS = "address"
    DOMAIN = "domain"
    SUBDOMAIN = "subdomain"
    NOTIFICATION = "notification"
    NO_FILTER = "no_filter"
    FALLBACK = "fallback"
    COMMAND_LINE = "command_line"
    REQUESTED = "requested"
    OTHER = "other"


@dataclass(frozen=True)
class Step:
    """One rule tried: the entries it looked for and the server it found, if any."""

    rule: SenderRule
    entries: tuple[Entry, ...] = ()
    entry: Entry | None = None
    key: Hashable | None = None


@dataclass(frozen=True)
class Choice:
    """The server (`key`; None is the command line's), the rule that chose it, all steps tried."""

    key: Hashable | None
    steps: tuple[Step, ...]

    @property
    def rule(self) -> SenderRule:
        return self.steps[-1].rule

    @property
    def entry(self) -> Entry | None:
        """The FROM filter entry that decided, for the rules that go by one."""
        return self.steps[-1].entry

    @property
    def goes_by_subdomain(self) -> bool:
        """Whether a ``*.`` entry decided, which is not one of Odoo's own."""
        return bool(self.entry) and self.entry.kind is EntryKind.SUBDOMAIN

    @property
    def keeps_sender(self) -> bool:
        """Whether the chosen server may send as the sender itself."""
        return self.rule in _RULES_BY_KIND.values()


_RULES_BY_KIND = {
    EntryKind.ADDRESS: SenderRule.ADDRESS,
    EntryKind.DOMAIN: SenderRule.DOMAIN,
    EntryKind.SUBDOMAIN: SenderRule.SUBDOMAIN,
}


def choose(
    index: FromFilterIndex,
    sender: str | None,
    notification: str | None,
    first_fallback: FirstFallback,
) -> Choice:
    """Choose one of the servers of `index` for the normalised address `sender`.

    `notification` is the normalised notification address, sent as when no server lists the
    sender. Of several that list the sender the first one sends; `first_fallback` picks among
    those that would send for others.
    """
    steps = []
    for step in _steps(index, sender, notification, first_fallback):
        steps.append(step)
        if step.key is not None:
            break
    else:
        steps.append(Step(SenderRule.COMMAND_LINE))
    return Choice(steps[-1].key, tuple(steps))


def _steps(index, sender, notification, first_fallback) -> Iterable[Step]:
    if sender:
        for rule, entries in groupby(entries_for(sender), lambda entry: _RULES_BY_KIND[entry.kind]):
            yield _step_by_entries(index, rule, entries, _first)
    if notification:
        entries = entries_for(notification)
        yield _step_by_entries(index, SenderRule.NOTIFICATION, entries, first_fallback)
    yield Step(SenderRule.NO_FILTER, key=first_fallback(index.keys_without_filter))
    yield Step(SenderRule.FALLBACK, key=first_fallback(index.keys))


def _step_by_entries(index, rule, entries, pick) -> Step:
    entries = tuple(entries)
    for entry in entries:
        keys = index.keys_listing(entry)
        if keys and (key := pick(keys)) is not None:
            return Step(rule, entries, entry, key)
    return Step(rule, entries)


def _first(keys):
    return keys[0]
