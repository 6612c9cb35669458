import logging
from datetime import timedelta

from odoo import api, fields, models

from .incoming_run import CONCURRENCY

_logger = logging.getLogger(__name__)

ROW_DAYS = 60
"""As long as the mails themselves are listed."""
STEP = 1000
"""Rows in one go of the vacuum."""
STALE_MINUTES = 10
"""A run that has written nothing for so long has ended without a word."""
OUTCOMES = ("done", "held", "unrouted", "failed")


class FetchmailRun(models.Model):
    """One run of fetching that found something, or that failed.

    It is committed while the mailbox is fetched, so its progress can be seen.
    """

    _name = "fetchmail.run"
    _description = "Run of a Mailbox"
    _order = "id desc"
    _rec_name = "mailbox_name"

    mailbox_id = fields.Many2one(
        "fetchmail.server", readonly=True, ondelete="set null", index="btree_not_null"
    )
    mailbox_name = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    started_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    ended_on = fields.Datetime(readonly=True)
    seconds = fields.Float(readonly=True, digits=(12, 1))
    wanted = fields.Integer("Found", readonly=True)
    fetched = fields.Integer(readonly=True)
    size = fields.Integer("Bytes", readonly=True)
    done = fields.Integer("Processed", readonly=True)
    held = fields.Integer(readonly=True)
    unrouted = fields.Integer(readonly=True)
    failed = fields.Integer(readonly=True)
    error = fields.Text(readonly=True)

    @api.model
    def _begin(self, mailbox, wanted):
        return self.create(
            {
                "mailbox_id": mailbox.id,
                "mailbox_name": mailbox.name,
                "company_id": mailbox.company_id.id,
                "wanted": wanted,
            }
        )

    def _count_outcomes(self):
        """What became of its mails until now; some are processed after the run.

        Several workers may be at it at the same time: then the last one counts all.
        """
        try:
            with self.env.cr.savepoint():
                self._write_outcomes()
        except CONCURRENCY:
            _logger.info("Runs of mailboxes are counted by somebody else")

    def _write_outcomes(self):
        grouped = self.env["mail.incoming"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in grouped}
        for run in self:
            values = {state: counts.get((run.id, state), 0) for state in OUTCOMES}
            values["done"] += counts.get((run.id, "ignored"), 0)
            run.write(values)

    def _is_running(self):
        limit = fields.Datetime.now() - timedelta(minutes=STALE_MINUTES)
        return not self.ended_on and self.write_date > limit

    @api.autovacuum
    def _gc_runs(self):
        limit = fields.Datetime.now() - timedelta(days=ROW_DAYS)
        outdated = self.search([("started_on", "<", limit)], limit=STEP)
        outdated.unlink()
        return len(outdated), len(outdated) == STEP
