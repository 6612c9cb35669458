"""How many mails are taken from a mailbox at once."""

from collections.abc import Iterable, Iterator

SIZES = (50, 200, 500)
"""Mails of the first, the second and every further batch: the first are safe soon, and a batch
costs three round trips whatever it holds."""
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes of one batch, as the server tells them. One mail may have more, and is a batch then: so
memory holds this, or the largest mail, about nine times."""


def numbers() -> Iterator[int]:
    """How many mails the next batch may have."""
    yield from SIZES
    while True:
        yield SIZES[-1]


def split_by_bytes(sizes: Iterable[tuple[object, int]], limit: int = BATCH_BYTES):
    """Yield lists of keys whose sizes together stay below the limit, one key at least."""
    batch, total = [], 0
    for key, size in sizes:
        if batch and total + size > limit:
            yield batch
            batch, total = [], 0
        batch.append(key)
        total += size
    if batch:
        yield batch
