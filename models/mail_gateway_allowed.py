from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..core.incoming import loops

USED_INTERVAL = timedelta(hours=1)
"""Between two notes that an entry is in use: a busy sender shall not write it with each mail."""


class MailGatewayAllowed(models.Model):
    """Senders that may write more often than others: an address, a domain or its subdomains.

    With an alias, it counts for mail to that alias only; with a threshold, the sender may write
    that often, and without limit otherwise.
    """

    _inherit = "mail.gateway.allowed"
    _rec_name = "email"

    email = fields.Char(
        "Address or Domain",
        help="An address (alerts@example.com), a domain (example.com), or all of its subdomains "
        "(*.example.com).",
    )
    pattern = fields.Char(
        compute="_compute_pattern", store=True, index=True, help="The entry as it is looked up."
    )
    alias_id = fields.Many2one(
        "mail.alias",
        "Only for",
        ondelete="cascade",
        index="btree_not_null",
        help="Left empty, it counts for mail to every address.",
    )
    threshold = fields.Integer(
        "Own Threshold",
        help="Mails that this sender may send within the loop window. Left empty, as many as it "
        "likes.",
    )
    note = fields.Char(help="Why this sender is allowed.")
    last_used = fields.Datetime(
        readonly=True, copy=False, help="When a mail of this sender was last let through by it."
    )

    @api.depends("email")
    def _compute_pattern(self):
        for entry in self:
            try:
                entry.pattern = loops.parse_entry(entry.email)
            except loops.EntryError:
                entry.pattern = False

    @api.depends("email", "alias_id", "threshold")
    def _compute_email_normalized(self):
        """Odoo's own rule lets all mail of this address through, so it must not see what is meant
        for less."""
        result = super()._compute_email_normalized()
        self.filtered(lambda entry: entry.alias_id or entry.threshold).email_normalized = False
        return result

    @api.constrains("email", "alias_id")
    def _check_email(self):
        for entry in self:
            try:
                pattern = loops.parse_entry(entry.email)
            except loops.EntryError as error:
                raise ValidationError(error.explain(self.env._)) from error
            same = [("pattern", "=", pattern), ("alias_id", "=", entry.alias_id.id)]
            if self.search_count([*same, ("id", "!=", entry.id)], limit=1):
                raise ValidationError(
                    self.env._(
                        "“%(entry)s” is in the allowed list already. Change that entry instead of "
                        "adding another one.",
                        entry=pattern,
                    )
                )

    @api.constrains("threshold")
    def _check_threshold(self):
        parameters = self.env["ir.config_parameter"]
        label = self.fields_get(["threshold"], ["string"])["threshold"]["string"]
        for entry in self.filtered("threshold"):
            parameters._sanitize_loop_parameter(
                "mail.gateway.loop.threshold", entry.threshold, label=label
            )

    # ------------------------------------------------------------
    # LOOK-UP
    # ------------------------------------------------------------

    @api.model
    def _of_sender(self, sender):
        """The entries that match a sender, the most specific first; one query.

        :param sender: as the spool counts it
        """
        patterns = loops.candidates(sender)
        entries = self.search_fetch(
            [("pattern", "in", patterns)],
            ["pattern", "alias_id", "threshold", "last_used"],
            order="id",
        )
        return entries.sorted(lambda entry: (patterns.index(entry.pattern), not entry.alias_id))

    def _for_alias(self, alias):
        """The first of these that counts for mail to an alias; notes that it is in use."""
        entry = self.filtered(lambda entry: not entry.alias_id or entry.alias_id == alias)[:1]
        now = fields.Datetime.now()
        if entry and (not entry.last_used or entry.last_used < now - USED_INTERVAL):
            entry._note_use(now)
        return entry

    def _note_use(self, now):
        """What another worker is just noting is noted."""
        self.env.cr.execute(
            SQL(
                """UPDATE mail_gateway_allowed SET last_used = %s WHERE id IN (
                       SELECT id FROM mail_gateway_allowed WHERE id = %s
                       FOR NO KEY UPDATE SKIP LOCKED)""",
                now,
                self.id,
            )
        )
        self.invalidate_recordset(["last_used"], flush=False)
