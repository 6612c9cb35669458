"""Odoo at work as always, with nothing of it remaining and nothing leaving the house."""

from contextlib import ExitStack, closing, contextmanager

from odoo import SUPERUSER_ID, api
from odoo.tools.misc import Callbacks

from .incoming_run import CURRENT, is_plain_test

LOCK_MILLISECONDS = 3_000
"""A real mail may be at work on the same rows; who only looks does not wait long."""
HOOKS = ("precommit", "postcommit", "prerollback", "postrollback")


def is_rehearsal():
    """Whether what runs now is undone, so that nothing may be told to anybody outside."""
    observed = CURRENT.get()
    return bool(observed and observed.rehearsed)


@contextmanager
def rehearsal(env):
    """An environment of the superuser whose work is rolled back at the end.

    It has a cursor of its own, which nobody can commit, and whose hooks never run. In the one
    transaction of a test, which a second cursor would not see, it has a savepoint there.
    """
    env.flush_all()
    with ExitStack() as stack:
        cr = env.cr
        if not is_plain_test(cr):
            cr = stack.enter_context(closing(env.registry.cursor()))
        stack.enter_context(_caches_as_before(env.registry))
        stack.enter_context(_undone(cr))
        cr.execute("SET LOCAL lock_timeout = %s", [LOCK_MILLISECONDS])
        yield api.Environment(cr, SUPERUSER_ID, {})


@contextmanager
def _undone(cr):
    savepoint = cr.savepoint(flush=False)
    apart = {
        **{name: Callbacks() for name in HOOKS},
        "transaction": None,
        "cache": {},
        "commit": lambda: None,
        "rollback": savepoint.rollback,
    }
    try:
        with _replaced(cr, apart):
            yield
    finally:
        savepoint.close(rollback=True)


@contextmanager
def _replaced(owner, values):
    """Other attributes for a while, on this one object."""
    before = {name: vars(owner)[name] for name in values if name in vars(owner)}
    vars(owner).update(values)
    try:
        yield
    finally:
        for name in values:
            vars(owner).pop(name, None)
        vars(owner).update(before)


@contextmanager
def _caches_as_before(registry):
    """What was cached after a change is of records that are gone. Other workers hear nothing."""
    before = set(registry.cache_invalidated)
    registry.cache_invalidated.clear()
    try:
        yield
    finally:
        if changed := set(registry.cache_invalidated):
            registry.clear_cache(*changed)
        registry.cache_invalidated.clear()
        registry.cache_invalidated.update(before)
