"""Judges the log of an Odoo run: what was tested, what went wrong, what was skipped.

Odoo's exit status alone would call a run green in which nothing was tested.
"""

import re
from dataclasses import dataclass

from .layout import ADDON

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ "
    r"(?P<level>[A-Z]+) \S+ (?P<logger>[^ :]+): (?P<text>.*)"
)
TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
SKIPPED = re.compile(r"skipped (.+?) : (.*)")
BAD_LEVELS = frozenset(("WARNING", "ERROR", "CRITICAL"))
# Warnings that say nothing about this addon: (logger, pattern of the text).
ALLOWED = (
    # An addon of another series lies in the same addons directory; Odoo leaves it out.
    (
        "odoo.modules.module",
        re.compile(rf"The module (?!{ADDON} )\w+ has an incompatible version"),
    ),
)
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Judged:
    """One run of Odoo. `tests` is None when the run never came to count them."""

    tests: int | None
    failed: int
    errors: tuple[str, ...]
    skipped: tuple[str, ...]


def judge(log: str) -> Judged:
    """Reads a whole log; every WARNING or worse of any logger is an error."""
    tests, failed, errors, skipped = None, 0, [], []
    collecting = False
    for raw in log.splitlines():
        line = ESCAPES.sub("", raw)
        match = LINE.match(line)
        if not match:
            if collecting:
                errors[-1] += f"\n{line}"
            continue
        if total := TOTAL.search(match["text"]):
            failed, tests = int(total[1]) + int(total[2]), int(total[3])
        if skip := SKIPPED.match(match["text"]):
            skipped.append(f"{skip[1]}: {skip[2]}")
        collecting = match["level"] in BAD_LEVELS and not _is_allowed(match)
        if collecting:
            errors.append(f"{match['level']} {match['logger']}: {match['text']}")
    return Judged(tests, failed, tuple(errors), tuple(skipped))


def _is_allowed(match: re.Match) -> bool:
    return any(
        match["logger"] == logger and pattern.match(match["text"]) for logger, pattern in ALLOWED
    )
