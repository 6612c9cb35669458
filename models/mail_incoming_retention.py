from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL

SOURCE_DAYS_PARAMETER = "email_communication.incoming_source_days"
SOURCE_DAYS = 7
"""Days that the source of a processed mail is kept, to look at it or to process it again."""
ROW_DAYS = 60
"""Days that a processed mail is listed, and that one waits which belongs nowhere or is held."""
WARN_DAYS = 7
"""Days before mails expire that somebody is told how many."""
STEP = 1000
"""Rows in one go of the vacuum."""


class MailIncoming(models.Model):
    """What has been processed goes after a while; what waits for a decision is announced first,
    and what failed stays until somebody decides."""

    _inherit = "mail.incoming"

    expiry_alert_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", index="btree_not_null"
    )

    @api.autovacuum
    def _gc_sources(self):
        """Sources of processed mails, except where the mailbox keeps originals."""
        limit = fields.Datetime.now() - timedelta(days=self._source_days())
        self.env.cr.execute(
            SQL(
                """DELETE FROM mail_incoming_source WHERE id IN (
                       SELECT source.id
                       FROM mail_incoming_source source
                       JOIN mail_incoming incoming ON incoming.id = source.incoming_id
                       LEFT JOIN fetchmail_server mailbox ON mailbox.id = incoming.mailbox_id
                       WHERE incoming.state IN ('done', 'ignored')
                         AND incoming.processed_at <= %s
                         AND mailbox.original IS NOT TRUE
                       LIMIT %s)""",
                limit,
                STEP,
            )
        )
        return self.env.cr.rowcount, self.env.cr.rowcount == STEP

    def _drop_source_at_once(self):
        """Where processed mails are not kept at all, the clean-up of the night is too late."""
        is_settled = self.state in ("done", "ignored")
        if is_settled and not self._source_days() and not self.mailbox_id.original:
            self.env["mail.incoming.source"]._drop(self.ids)

    @api.autovacuum
    def _gc_rows(self):
        limit = fields.Datetime.now() - timedelta(days=ROW_DAYS)
        outdated = self.search(
            [
                ("state", "in", ("done", "ignored")),
                ("processed_at", "<", limit),
                ("is_on_server", "=", False),
            ],
            limit=STEP,
        )
        outdated.unlink()
        return len(outdated), len(outdated) == STEP

    @api.autovacuum
    def _gc_waiting(self):
        """Nobody wanted them for two months; their rows say so for two more."""
        expired = self.search(self._expiring(ROW_DAYS), limit=STEP)
        expired.write(
            {"state": "ignored", "reason": "expired", "processed_at": fields.Datetime.now()}
        )
        expired._close_alerts()
        self._announce_expiry()
        return len(expired), len(expired) == STEP

    @api.model
    def _expiring(self, days):
        limit = fields.Datetime.now() - timedelta(days=days)
        return [("state", "in", ("unrouted", "held")), ("create_date", "<", limit)]

    @api.model
    def _announce_expiry(self):
        """One activity that says how many, done by itself when none is left."""
        expiring = self.search(self._expiring(ROW_DAYS - WARN_DAYS), order="create_date")
        told = self.search([("expiry_alert_id.active", "=", True)], limit=1).expiry_alert_id
        if not expiring:
            told.action_archive()
            return
        note = Markup("<p>%s</p>%s") % (
            self.env._(
                "%(number)s incoming emails that belong nowhere or are held expire within "
                "%(days)s days. Process or dismiss them.",
                number=len(expiring),
                days=WARN_DAYS,
            ),
            self._link(),
        )
        if told:
            told.note = note
        else:
            summary = self.env._("Incoming emails are about to expire")
            expiring[0].expiry_alert_id = self._tell_administrator(summary, note)

    @api.model
    def _source_days(self):
        value = self.env["ir.config_parameter"].sudo().get_param(SOURCE_DAYS_PARAMETER)
        return int(value) if value and value.isdigit() else SOURCE_DAYS

    @api.model
    def _spool_bytes(self):
        """What the spool takes of the database."""
        self.env.cr.execute(
            "SELECT pg_total_relation_size('mail_incoming')"
            " + pg_total_relation_size('mail_incoming_source')"
        )
        return self.env.cr.fetchone()[0]
