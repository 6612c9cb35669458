"""What a set of outgoing servers does not cover: entries of FROM filters that never decide."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .from_filter import Entry, FromFilterIndex, read_entry, split
from .selection import SenderRule

UNCOVERED = (SenderRule.NOTIFICATION, SenderRule.FALLBACK)
"""Rules that send as somebody else, or through a server that is meant for others."""


@dataclass(frozen=True)
class Shadow:
    """What a server is never chosen for, because another one comes first.

    :param key: the server that comes first
    :param entries: those that both list; none where neither has a FROM filter
    """

    key: Hashable
    entries: tuple[Entry, ...] = ()


def shadows(filters: Iterable[tuple[Hashable, str | None]]) -> dict[Hashable, tuple[Shadow, ...]]:
    """The shadows on each server, of those in order of priority; only servers that have some."""
    filters = tuple(filters)
    index = FromFilterIndex(filters)
    found = {}
    for key, text in filters:
        if of_key := tuple(_of_server(index, key, text)):
            found[key] = of_key
    return found


def _of_server(index, key, text):
    if not text:
        if (first := index.keys_without_filter[0]) != key:
            yield Shadow(first)
        return
    by_first = {}
    for entry in map(read_entry, split(text)):
        if (first := index.keys_listing(entry)[0]) != key:
            by_first.setdefault(first, {})[entry] = None
    for first, entries in by_first.items():
        yield Shadow(first, tuple(entries))
