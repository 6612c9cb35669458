"""Workers that can be killed: processes of their own, which commit to the database of the test."""

import faulthandler
import os
import signal
import time
import traceback

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules import module

DEADLINE = 30
"""Seconds after which a test does not wait for a worker any longer."""


class Worker:
    """A process that runs ``work(env)`` outside of any test, with connections of its own.

    It is forked, so it begins at once, with the registry as it is.
    """

    def __init__(self, registry, work):
        self.registry, self._work = registry, work
        self.pid = os.fork()
        if not self.pid:
            self._live()

    def _live(self):
        """Never returns: the test goes on in the parent alone."""
        status = 1
        faulthandler.dump_traceback_later(DEADLINE - 5)  # where it hangs, should it hang
        try:
            # The connections of the parent are left as they are, not closed: they are shared.
            self._inherited = sql_db._Pool, sql_db._Pool_readonly
            sql_db._Pool = sql_db._Pool_readonly = None
            self.registry._db = sql_db.db_connect(self.registry.db_name)
            module.current_test = False
            with self.registry.cursor() as cr:
                self._work(api.Environment(cr, SUPERUSER_ID, {}))
            status = 0
        except BaseException:  # noqa: BLE001 - the parent reads it in the log
            traceback.print_exc()
        finally:
            os._exit(status)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        """The exit status; minus 9 of one that was killed."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        self.kill()
        os.waitpid(self.pid, 0)
        raise AssertionError(f"The worker was still busy after {DEADLINE} s")


def die():
    """The end of this process, at once and without a word."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(DEADLINE)
