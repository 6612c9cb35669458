"""The history of a mailbox, written while it is fetched."""

import time

from odoo import fields


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

    def _note_fetched(self, env, raws):
        """In the transaction that keeps the mails."""
        run = env["fetchmail.run"].browse(self._run_id or ()).exists()
        if run:
            run.fetched += len(raws)
            run.size = min(run.size + sum(map(len, raws.values())), 2**31 - 1)

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
