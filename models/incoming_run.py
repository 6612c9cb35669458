"""What is known of the incoming mail that is being processed right now.

Odoo's code between `message_process` and the record that it makes hands nothing on, so what our
overrides of its hooks see on the way is kept in a context variable. It is not written into the row
of the mail: some hooks run on another cursor while ours holds the row.
"""

import errno
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

import psycopg2
from odoo import SUPERUSER_ID, api, modules, sql_db
from odoo.exceptions import LockError

from ..core.incoming.reading import Reading

NO_ROUTE = "No possible route"
"""How Odoo's message begins, and what its mailgate script looks for."""
CONCURRENCY = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    LockError,
)
"""Two transactions met; the same again, in a new one, usually works at once."""
PASSING = (
    *CONCURRENCY,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    TimeoutError,
    ConnectionError,
)
"""What goes by itself: a database that is restarted, a disk that is full, a server that is slow."""
STEPS_KEPT = 200
"""More steps than that only a mail has that was made for it."""
STEP_CHARS = 300
"""Of a value of a step: addresses and identifiers may be as long as a mail."""
PASSING_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}


class TriedAgain(Exception):
    """Odoo took a mail for a duplicate because somebody else was just working on the same."""


class SourceLost(Exception):
    """The source of a mail is gone, or is not what was fetched."""


class Spooled(bytes):
    """A raw mail that stands in the spool; its cursor is ours to commit.

    The context cannot tell that: anybody can set it.
    """

    incoming_id: int

    @classmethod
    def of(cls, incoming_id, raw):
        mail = cls(raw)
        mail.incoming_id = incoming_id
        return mail


@dataclass
class Observed:
    """One run of `message_process`.

    :param message_id: what a mail without one is known by
    :param received_at: stands for the date of a mail that has none
    :param is_first: only then is a failure answered to the sender
    :param released: an administrator said that it is no loop
    :param is_mail: somebody looked at what could not be read as a report: it is a mail like others
    :param destination: where an administrator sent it: model, res_id, alias_id
    :param new_message_id: by which a duplicate that is wanted differs from the first copy
    :param rehearsed: all of it is undone, so nobody is told of anything

    What the hooks saw:

    :param values: what else the row shall say
    :param quiet: for each record (model, id) whose message notifies nobody, what it answers
    :param state: what became of it, where a hook knows that
    :param answered: whether the sender was sent a notice
    :param of_other_company: why a destination was not taken, where it is another company's
    :param former_addresses: recipients that have another address now, and that address
    :param steps: what was asked about it, in order, with the values that decided
    :param parent_id: the message that it answers
    :param warning: what Odoo said last against a destination
    :param accepted: destinations that Odoo's own check accepted: model and id, 0 for a new one
    :param user_ids: who was found to act for the sender
    :param reading: what the mail is, once somebody asked
    :param author: the step that tells who the author is, until nothing changes it any more
    :param alias_names: of the aliases that were asked, by id
    :param posted: id, model and record of the messages that it became
    """

    raw: bytes
    message_id: str = ""
    received_at: datetime | None = None
    is_first: bool = True
    released: bool = False
    is_mail: bool = False
    destination: dict | None = None
    new_message_id: str = ""
    rehearsed: bool = False
    entered: bool = False
    parsed: bool = False
    routed: bool = False
    no_route: str = ""
    bounded: bool = False
    values: dict = field(default_factory=dict)
    quiet: dict = field(default_factory=dict)
    routes: list = field(default_factory=list)
    former_addresses: dict = field(default_factory=dict)
    of_other_company: str = ""
    state: str = ""
    reason: str = ""
    answered: bool = False
    steps: list = field(default_factory=list)
    parent_id: int = 0
    warning: str = ""
    accepted: list = field(default_factory=list)
    user_ids: set = field(default_factory=set)
    author: tuple | None = None
    alias_names: dict = field(default_factory=dict)
    is_reply_tried: bool = False
    reading: Reading | None = None
    posted: list = field(default_factory=list)

    def step(self, code, /, **values):
        """Note a step, one of `incoming_step_words.STEPS`. The same twice is noted once.

        :param values: what decided: text, numbers or booleans
        """
        step = {"code": code, "values": {name: _plain(item) for name, item in values.items()}}
        if step not in self.steps and len(self.steps) < STEPS_KEPT:
            self.steps.append(step)

    def step_at(self, place, code, /, **values):
        """The same, of what is known only when others have been noted."""
        after, self.steps = self.steps[place:], self.steps[:place]
        self.step(code, **values)
        self.steps += after

    def values_of(self, code):
        """The values of all steps of that code."""
        return [step["values"] for step in self.steps if step["code"] == code]

    def say(self, state, reason):
        """The first hook that knows is right: the ones after it run inside of it."""
        if not self.state:
            self.state, self.reason = state, reason

    @property
    def creates(self):
        return any(not route[1] for route in self.routes)

    @property
    def created_models(self):
        return {route[0] for route in self.routes if not route[1]}


def _plain(value):
    """What a Json field takes, and PostgreSQL."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value).replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= STEP_CHARS else f"{text[: STEP_CHARS - 1]}…"


CURRENT = ContextVar("email_communication_incoming", default=None)


@contextmanager
def observing(observed):
    token = CURRENT.set(observed)
    try:
        yield observed
    finally:
        CURRENT.reset(token)


def is_concurrency(error):
    return isinstance(error, (*CONCURRENCY, TriedAgain))


def is_passing(error):
    return isinstance(error, (*PASSING, TriedAgain)) or (
        isinstance(error, OSError) and error.errno in PASSING_ERRNO
    )


def is_plain_test(cr):
    """Whether this is the one transaction of a test, which nobody may commit, and beside which
    nobody can see what it did."""
    return bool(modules.module.current_test) and isinstance(cr, sql_db.Cursor)


class Transaction:
    """Steps that are committed one by one. Inside of a plain test they are savepoints."""

    def __init__(self, cr):
        self._cr = cr
        self._savepoint = cr.savepoint() if is_plain_test(cr) else None

    def commit(self):
        if self._savepoint is None:
            self._cr.commit()  # pylint: disable=invalid-commit
        else:
            self._savepoint.close(rollback=False)
            self._savepoint = self._cr.savepoint()

    def rollback(self):
        if self._savepoint is None:
            self._cr.rollback()
        else:
            self._savepoint.rollback()

    def close(self):
        if self._savepoint is not None:
            self._savepoint.close(rollback=False)
            self._savepoint = None


class Committed:
    """An environment on a cursor of its own, committed at the end; not of a mail that is only
    tried, of which nothing remains."""

    def __init__(self, registry):
        self._cursor = registry.cursor()

    def __enter__(self):
        return api.Environment(self._cursor.__enter__(), SUPERUSER_ID, {})

    def __exit__(self, *exc_info):
        if (observed := CURRENT.get()) and observed.rehearsed:
            self._cursor.rollback()
        return self._cursor.__exit__(*exc_info)
