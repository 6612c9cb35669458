"""When a mail that could not leave is tried again."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..error import CoreError

MINUTES = (2, 5, 15, 30, 60, 120, 240, 480)
"""Pauses after the first tries, short ones first: most faults
are over in minutes, as Postfix, mox and
Stalwart have found as well. The last one repeats."""
HOURS = 48
"""How long in all. Postfix gives up after five days; who writes in a chatter waits for less."""
JITTER = 0.1
"""Share of a pause that is added at most, so that what failed together does not come back
together."""
RESTS = (2, 5, 10, 15, 30)
"""Minutes that a server rests after the first fault in a row, the second …; the last repeats. It
is not longer, because the server that works again is noticed by trying."""
TRIES_MAX = 200
"""Tries of one mail, whatever the setting says."""


@dataclass(frozen=True)
class Schedule:
    """:param minutes: the pauses, the last of which repeats until `hours` are over"""

    minutes: Sequence[float] = MINUTES
    hours: float = HOURS

    @property
    def pauses(self) -> tuple[timedelta, ...]:
        """All pauses; one more than that is the number of tries."""
        found, left = [], timedelta(hours=self.hours)
        while len(found) < TRIES_MAX:
            pause = timedelta(minutes=self.minutes[min(len(found), len(self.minutes) - 1)])
            if pause > left:
                break
            found.append(pause)
            left -= pause
        return tuple(found)

    def pause(
        self,
        tries: int,
        retry_after: int | None = None,
        chance: Callable[[], float] = random.random,
    ) -> timedelta | None:
        """How long to wait after so many tries; None after the last.

        `retry_after` are the seconds that the server asked for: it is not asked earlier.
        """
        pauses = self.pauses
        if tries > len(pauses):
            return None
        return max(jittered(pauses[max(tries, 1) - 1], chance), timedelta(seconds=retry_after or 0))


def rest(
    faults: int, retry_after: int | None = None, chance: Callable[[], float] = random.random
) -> timedelta:
    """How long a server rests after so many faults in a row."""
    pause = timedelta(minutes=RESTS[min(max(faults, 1), len(RESTS)) - 1])
    return max(jittered(pause, chance), timedelta(seconds=retry_after or 0))


def jittered(pause: timedelta, chance: Callable[[], float] = random.random) -> timedelta:
    return pause * (1 + JITTER * chance())


def parse(text: str | None) -> tuple[float, ...]:
    """The minutes of a setting such as “2, 5, 15, 30, 60”; the default where it is empty.

    :raises ScheduleError: with the entry at fault
    """
    minutes = []
    for entry in re.split(r"[,;\s]+", (text or "").strip()):
        if not entry:
            continue
        if not re.fullmatch(r"[0-9]{1,5}", entry) or not int(entry):
            raise ScheduleError("bad_minutes", entry=entry)
        minutes.append(int(entry))
    return tuple(minutes) or MINUTES


class ScheduleError(CoreError):
    """An entry that is not a number of minutes."""
