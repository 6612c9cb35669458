"""Files made whole or not at all, and locks between two runs of the script."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .console import say

# Written last into a directory that cannot be moved once made (a virtual environment).
COMPLETE = ".complete"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock that another run of the script waits for; it ends with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another run of this script ({path.stem}).")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """Gives a temporary directory that becomes `target` on success and vanishes otherwise.

    The caller holds the lock of `target`, so what an interrupted run left beside it is removed.
    """
    for stale in target.parent.glob(f"{target.name}.tmp-*"):
        shutil.rmtree(stale)
    fresh = target.with_name(f"{target.name}.tmp-{os.getpid()}")
    try:
        yield fresh
        fresh.replace(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def made_in_place(target: Path) -> Iterator[Path]:
    """Like `made_whole` for what cannot be moved: a mark written last says it is complete."""
    shutil.rmtree(target, ignore_errors=True)
    try:
        yield target
        (target / COMPLETE).touch()
    finally:
        if not is_complete(target):
            shutil.rmtree(target, ignore_errors=True)


def is_complete(target: Path) -> bool:
    return (target / COMPLETE).exists()


def write_atomically(path: Path, text: str) -> None:
    """Replaces a file in one step, so that a reader never sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
