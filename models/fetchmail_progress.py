"""The history of a mailbox, written while it is fetched."""

import logging
import time

import psycopg2
from odoo import fields

_logger = logging.getLogger(__name__)


class RunsNoted:
    """Part of the adapter: a row for the run, from the first mail on that it found."""

    _run_id = None
    _begin = None

    def _note_found(self, number):
        if not number:
            return
        with self._env() as env:
            runs = env["fetchmail.run"]
            if self._run_id:
                runs.browse(self._run_id).wanted += number
                return
            self._begin = time.monotonic()
            mailbox = env["fetchmail.server"].browse(self._server.id)
            self._run_id = runs._begin(mailbox, number).id

    def _note_fetched(self, raws):
        """After the mails are kept, which must not fail because this does."""
        if not (raws and self._run_id):
            return
        try:
            with self._env() as env:
                run = env["fetchmail.run"].browse(self._run_id).exists()
                run.fetched += len(raws)
                run.size = min(run.size + sum(map(len, raws.values())), 2**31 - 1)
        except psycopg2.Error:
            _logger.info("The progress of mailbox %s is not noted", self._account)

    def _note_end(self):
        """What was left over by earlier runs counts for those."""
        with self._env() as env:
            runs = env["fetchmail.run"]
            if self._run_id:
                run = runs.browse(self._run_id).exists()
                run.write(
                    {
                        "ended_on": fields.Datetime.now(),
                        "seconds": time.monotonic() - self._begin,
                        "error": self._trouble and self._server.error_message,
                    }
                )
                runs |= run
            processed = env["mail.incoming"].browse(self._yielded).exists()
            (runs | processed.run_id)._count_outcomes()
