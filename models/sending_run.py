"""What one run of sending mails knows about itself.

A run begins in `mail.mail.send` and ends with it. Odoo's code between there and the SMTP session
hands no arguments on, so the run travels in the context; it is compared by identity, and a client
cannot send one.
"""

import contextlib
import functools
import time
from dataclasses import dataclass, field
from datetime import datetime

from odoo import fields
from odoo.tools import config

from ..core.outgoing import schedule
from .sending_work import ACCEPTED, Work

RUN = "email_communication_run"
OWN_CURSOR = "email_communication_own_cursor"
QUEUE = "email_communication_queue"
OWN = object()
"""Value of OWN_CURSOR where a cursor is ours alone to commit. No client can send it."""

SECONDS_PER_RUN = 50
"""After that a run begins no other mail: a silent server may take 60 seconds more (SMTP_TIMEOUT of
Odoo), and a worker is killed after 120 (limit_time_real)."""
SECONDS_TO_WAIT = 100
"""After that no answer is waited for any longer, for the same reason."""
USUAL_TIME_LIMIT = 120


@dataclass(eq=False)
class QueueCall:
    """One call of the queue: the ids of the mails that it has tried."""

    handled: list = field(default_factory=list)


@dataclass(eq=False)
class SendCall:
    """One call of `send_email`: whether what ended it is known of each recipient."""

    is_recorded: bool = False


@dataclass(eq=False)
class Run:
    """
    :param commits: the cursor is the run's to commit, mail by mail
    :param raises: whoever called wants the exception, and nothing is made to wait
    :param owns_cursor: nobody waits for the outcome, and no exception may reach anybody
    :param nothing_waits: whoever called looks at the outcome and throws the mails away
    :param due_only: what somebody else has put off meanwhile is left alone
    :param asked_for: a person asked for it now, so that a resting server is tried
    :param recorder: where facts are committed beside the cursor; None in tests
    :param work: the mail that is being sent
    :param uncommitted: the works whose outcome stands in Odoo's open transaction only
    :param faults: what the servers that cannot send in this run answered, by id
    :param healthy: ids of the servers that have taken a message in this run
    :param troubled: ids of those whose fault the administrators are told of
    :param recovered: ids of those that work again
    :param handled: ids of the mails that were tried
    :param next_try: when the queue has something to do again
    :param is_cut_short: whether the time was up before all mails were tried
    :param call: of `send_email`, where something stands around it that listens
    """

    commits: bool = False
    owns_cursor: bool = False
    raises: bool = False
    nothing_waits: bool = False
    due_only: bool = False
    asked_for: bool = False
    recorder: object = None
    work: Work | None = None
    uncommitted: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    healthy: set = field(default_factory=set)
    troubled: set = field(default_factory=set)
    recovered: set = field(default_factory=set)
    bodies: dict = field(default_factory=dict)
    server_names: dict = field(default_factory=dict)
    schedules: dict = field(default_factory=dict)
    handled: list = field(default_factory=list)
    begun: set = field(default_factory=set)
    next_try: datetime | None = None
    is_cut_short: bool = False
    call: SendCall | None = None

    def __post_init__(self):
        self._started = time.monotonic()

    @classmethod
    def of(cls, env):
        run = env.context.get(RUN)
        return run if isinstance(run, cls) else None

    @property
    def is_over(self):
        """Whether the time is up for beginning anything."""
        return not self.raises and self._seconds() > SECONDS_PER_RUN

    def time_left(self):
        """Seconds that are left for waiting for answers."""
        return SECONDS_TO_WAIT - self._seconds()

    def _seconds(self):
        """Since the run began, on a worker that lives as long as usual."""
        usual = config["limit_time_real"] or USUAL_TIME_LIMIT
        return (time.monotonic() - self._started) * USUAL_TIME_LIMIT / usual

    def server_name(self, server):
        """Read once in a run: each commit would have it read again."""
        if server.id not in self.server_names:
            self.server_names[server.id] = server.name
        return self.server_names[server.id]

    def schedule(self, server) -> schedule.Schedule:
        if server.id not in self.schedules:
            self.schedules[server.id] = server._retry_schedule()
        return self.schedules[server.id]

    def record(self, session, copies):
        """Keep what the session was told about the mail that is being sent."""
        told = self.work.note(session, copies)
        if any(item.state == ACCEPTED for item in told):
            self.work.server._works(self)
        self.work.recorder.answer(self.work, told)

    @contextlib.contextmanager
    def listening(self):
        self.call = SendCall()
        try:
            yield self.call
        finally:
            self.call = None

    @functools.cached_property
    def rest_of_command_line(self):
        """Until when the server of the command line rests, its faults in a row, the last one."""
        return self.recorder.rest_of_command_line() if self.recorder else (None, 0, None)

    def soon(self):
        return fields.Datetime.now() + schedule.rest(1)

    def wake_at(self, moment):
        """Have the queue run then, at the latest."""
        self.next_try = min(self.next_try or moment, moment)
