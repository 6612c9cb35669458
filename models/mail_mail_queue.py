import logging
import time
from datetime import timedelta

import psycopg2
from odoo import api, fields, models, modules
from odoo.fields import Domain
from odoo.tools import SQL

from .sending_run import QUEUE, QueueCall

_logger = logging.getLogger(__name__)

BATCH_PARAMETER = "mail.mail.queue.batch.size"
SAME_TIME = timedelta(minutes=1)
"""Scheduled actions are triggered with the precision of a minute."""


class MailMail(models.Model):
    """The queue: the oldest first, what is due, and nothing left behind.

    Due is what waits without a date, or with one that has come; nothing else decides.
    """

    _inherit = "mail.mail"

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        """Send what is due, a batch at a time; Odoo's scheduler calls again while some is left.

        Odoo takes the newest first, so that old e-mails starve under load, and stops after one
        batch.

        :param email_ids: only these, if they are due
        """
        if self._is_time_up():
            self._report_progress(0)
            # "As soon as possible" of the scheduler is up to a minute, without a knock at its door.
            self._wake_queue(fields.Datetime.now())
            return None
        call = QueueCall()
        mails = self._due(email_ids, batch_size)
        result = None
        try:
            result = mails.with_context(**{QUEUE: call}).send(
                auto_commit=not modules.module.current_test
            )
        except Exception:
            _logger.exception("Failed processing mail queue")
            if not modules.module.current_test:
                self.env.cr.rollback()
        if not email_ids:
            self._report_progress(len(call.handled))
        self._wake_queue_for_the_next()
        return result

    @api.model
    def _due(self, email_ids, batch_size):
        parameters = self.env["ir.config_parameter"].sudo()
        size = int(parameters.get_param(BATCH_PARAMETER, batch_size)) or batch_size
        domain = self._due_domain()
        if email_ids:
            domain &= Domain("id", "in", list(email_ids))
            size *= 10
        return self.search(domain, limit=size, order="id")

    @api.model
    def _due_domain(self):
        domain = Domain("state", "=", "outgoing") & (
            Domain("scheduled_date", "=", False)
            | Domain("scheduled_date", "<=", fields.Datetime.now())
        )
        return domain & Domain(self.env.context.get("filters") or Domain.TRUE)

    # ------------------------------------------------------------
    # PROGRESS
    # ------------------------------------------------------------

    @api.model
    def _is_time_up(self):
        """Whether the scheduler has called us again after its time: it calls ten times, whatever
        they take, and the worker would be killed before the last."""
        end = self.env.context.get("cron_end_time")
        return end is not None and time.monotonic() > end

    @api.model
    def _report_progress(self, taken):
        """What is left counts only what nobody else holds: else the scheduler calls in vain."""
        if not self.env.context.get("ir_cron_progress_id"):
            return
        self.env["ir.cron"]._commit_progress(taken, remaining=self._count_due())

    @api.model
    def _count_due(self):
        self.env["mail.mail"].flush_model(["state", "scheduled_date"])
        query = SQL(
            """SELECT count(*) FROM (
                   SELECT 1 FROM mail_mail
                   WHERE state = 'outgoing' AND (scheduled_date IS NULL OR scheduled_date <= %s)
                   FOR SHARE SKIP LOCKED
               ) AS due""",
            fields.Datetime.now(),
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return self.env.cr.fetchone()[0]
        except psycopg2.OperationalError:  # somebody has just changed one of them
            return self.search_count(self._due_domain())

    # ------------------------------------------------------------
    # WAKING
    # ------------------------------------------------------------

    @api.model
    def _wake_queue_for_the_next(self):
        """Mails that wait for a time are sent at that time, not at the next full hour."""
        following = self.search_fetch(
            [("state", "=", "outgoing"), ("scheduled_date", ">", fields.Datetime.now())],
            ["scheduled_date"],
            order="scheduled_date",
            limit=1,
        )
        if following:
            self._wake_queue(following.scheduled_date)

    @api.model
    def _wake_queue(self, moment):
        """Have the queue run at that time, unless it is to run about then anyway."""
        cron, now = self.env.ref("mail.ir_cron_mail_scheduler_action").sudo(), fields.Datetime.now()
        is_known = moment > now and self.env["ir.cron.trigger"].sudo().search_count(
            [
                ("cron_id", "=", cron.id),
                ("call_at", ">", now),
                ("call_at", "<=", moment + SAME_TIME),
                ("call_at", ">=", moment - SAME_TIME),
            ],
            limit=1,
        )
        if not is_known:
            cron._trigger(max(moment, now))
