"""What one SPF record grants, compared with what another one grants or a sender needs."""

from collections.abc import Sequence

from .meaning import Meaning
from .ranges import ALL, Ranges, both, inside, minus, union


def covers(have: Meaning, need: Meaning, name: str = "") -> bool | None:
    """Whether a record lets all of those send whom a term lets send; None for "could not tell".

    :param have: the record, read strictly
    :param need: a record of that term alone
    :param name: the domain that the term includes, if it does
    """
    if not need.passes:
        return False
    if _is_named(have, need, name) or inside(need.passes, have.sure):
        return True
    if not inside(need.sure, have.passes):
        return False
    if need.silent or have.silent:
        return None
    if not have.macros and not inside(need.passes, have.passes):
        return False
    return True if _has_same_macros(have, need) and inside(need.sure, have.sure) else None


def _is_named(have, need, name):
    """Whether the record includes the domain, with nobody of its refused before."""
    if name not in have.names or need.errors:
        return False
    return not both(union(have.names[name], have.errors), need.passes)


def _has_same_macros(have, need):
    known = need.macros and not need.doubts
    return known and all(have.macros.get(key, ALL) == () for key in need.macros)


def keeps(old: Meaning, new: Meaning, broken: Ranges = ()) -> bool:
    """Whether all that the old record grants, the new one grants as well.

    :param broken: addresses that may have ended in an error before
    """
    return (
        inside(old.sure, new.sure)
        and inside(both(new.errors, old.known), union(old.errors, broken))
        and all(
            key in new.macros and inside(new.macros[key], refused)
            for key, refused in old.macros.items()
        )
        and new.doubts <= old.doubts
    )


def adds_nothing(new: Meaning, records: Sequence[Meaning], needs: Sequence[Meaning]) -> bool:
    """Whether the new record lets in nobody but whom the records before or the needs let in, and
    nobody whom a record before refuses explicitly."""
    grounds = (*records, *needs)
    refused = union(*(minus(item.refused, item.passes) for item in records))
    return (
        inside(new.passes, union(*(item.passes for item in grounds)))
        and inside(new.sure, union(*(item.sure for item in grounds)))
        and set(new.macros) <= set().union(*(item.macros for item in grounds))
        and not both(new.passes, refused)
    )
