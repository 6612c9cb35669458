"""Connections that are kept for the next message, whoever sends it.

Opening a connection takes several round trips, and servers count how often one comes. What was
opened for one sender carries the messages of every sender that the server may send as.
"""

import os
import smtplib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from .exchange import is_quiet
from .wire import say_goodbye

IDLE_SECONDS = 60
"""After that servers begin to hang up themselves: RFC 5321 section 4.5.3.2.7 asks for five minutes,
and many give less."""
AGE_SECONDS = 300
MESSAGES = 50
"""Through one connection. Providers end it after some number; few after less."""


@dataclass(eq=False)
class Line:
    """A connection that is ready for MAIL. Moments are those of `time.monotonic`."""

    smtp: smtplib.SMTP
    opened_at: float
    messages: int = 0
    idle_since: float = 0

    def is_worn(self, now: float) -> bool:
        return self.messages >= MESSAGES or now - self.opened_at >= AGE_SECONDS

    def is_usable(self, now: float) -> bool:
        """Not worn, not idle for long, and the server has neither left nor said anything."""
        is_idle_for_long = now - self.idle_since >= IDLE_SECONDS
        return not self.is_worn(now) and not is_idle_for_long and is_quiet(self.smtp)


class Pool:
    """The lines of one process, by whatever decides that two of them are the same.

    A line is lent to one borrower at a time. A process that was forked from this one leaves its
    lines alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._lines: dict[Hashable, list[Line]] = defaultdict(list)
        self._is_sweeping = False

    def take(self, key: Hashable) -> Line | None:
        """A line that can carry a message, or None where one has to be opened."""
        now = self._clock()
        while line := self._pop(key):
            if line.is_usable(now):
                return line
            say_goodbye(line.smtp)
        return None

    def give(self, key: Hashable, line: Line) -> None:
        """Keep a line whose last message has its answer."""
        now = self._clock()
        if line.is_worn(now):
            say_goodbye(line.smtp)
            return
        line.idle_since = now
        with self._lock:
            self._leave_to_parent()
            self._lines[key].append(line)
            is_first, self._is_sweeping = not self._is_sweeping, True
        if is_first:
            self._sweep_later()

    def sweep(self) -> None:
        """End the lines that nobody has used for long."""
        now, gone = self._clock(), []
        with self._lock:
            self._leave_to_parent()
            for key, lines in list(self._lines.items()):
                gone += [line for line in lines if now - line.idle_since >= IDLE_SECONDS]
                lines[:] = [line for line in lines if now - line.idle_since < IDLE_SECONDS]
                if not lines:
                    del self._lines[key]
            self._is_sweeping = bool(self._lines)
            goes_on = self._is_sweeping
        for line in gone:
            say_goodbye(line.smtp)
        if goes_on:
            self._sweep_later()

    def _sweep_later(self):
        timer = threading.Timer(IDLE_SECONDS / 2, self.sweep)
        timer.daemon = True  # a worker that ends does not wait for it
        timer.start()

    def _pop(self, key):
        with self._lock:
            self._leave_to_parent()
            lines = self._lines.get(key)
            return lines.pop() if lines else None

    def _leave_to_parent(self):
        if self._pid != os.getpid():
            self._pid, self._is_sweeping = os.getpid(), False
            self._lines.clear()
