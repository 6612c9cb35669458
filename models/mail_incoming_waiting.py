import logging

from odoo import api, fields, models
from odoo.tools import SQL

from .incoming_run import is_plain_test

_logger = logging.getLogger(__name__)


class MailIncoming(models.Model):
    """What waits is worked off by scheduled actions, as many at a time as Settings says."""

    _inherit = "mail.incoming"

    @api.model
    def _cron_process_waiting(self):
        """Work off what waits and is due, each mail in a transaction of its own.

        Several scheduled actions may run at the same time; each takes what no other one has.
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self._count_due())
        last, runs = 0, self.env["fetchmail.run"]
        while (row := self._next_due(last)) and cron._commit_progress():
            last = row.id
            runs |= row.run_id
            row._process_or_log()
            self.env.invalidate_all()
            if not cron._commit_progress(1):
                break
        runs.exists()._count_outcomes()
        cron._commit_progress(remaining=self._count_due())

    def _process_or_log(self):
        """One mail must not keep the others; its failure stands in its row."""
        try:
            self._process()
        except Exception as error:  # noqa: BLE001
            _logger.info("Incoming email %s failed: %s", self.id, type(error).__name__)
            if not is_plain_test(self.env.cr):
                self.env.cr.rollback()

    @api.model
    def _due(self):
        return SQL(
            "state = 'received' AND (next_try IS NULL OR next_try <= %s)", fields.Datetime.now()
        )

    @api.model
    def _next_due(self, last=0):
        query = SQL(
            "SELECT id FROM mail_incoming WHERE %s AND id > %s ORDER BY id LIMIT 1",
            self._due(),
            last,
        )
        return self.browse(row[0] for row in self.env.execute_query(query))

    @api.model
    def _count_due(self):
        query = SQL("SELECT count(*) FROM mail_incoming WHERE %s", self._due())
        return self.env.execute_query(query)[0][0]

    @api.model
    def _wake(self, at=None):
        """Have what waits worked off soon."""
        for cron in self._crons().filtered("active"):
            cron._trigger(at)

    @api.model
    def _crons(self):
        names = ("", "_2", "_3")
        found = (
            self.env.ref(f"email_communication.ir_cron_process_incoming{name}", False)
            for name in names
        )
        return self.env["ir.cron"].sudo().union(*filter(None, found))
