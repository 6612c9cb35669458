from odoo import api, fields, models
from odoo.tools import email_split

NUMBERS = {
    "alias_loop_threshold": "mail.gateway.loop.threshold",
    "alias_loop_minutes": "mail.gateway.loop.minutes",
}
"""The fields of an alias that come before a number of Settings."""


class MailAlias(models.Model):
    """Each alias may have its own idea of what is too much, and of what becomes of it."""

    _inherit = "mail.alias"

    alias_loop_threshold = fields.Integer(
        "Loop Threshold",
        help="Mails of one sender within the window that this alias takes. 0: as in Settings.",
    )
    alias_loop_minutes = fields.Integer(
        "Loop Window",
        help="Minutes over which the mails of one sender are counted. 0: as in Settings.",
    )
    alias_loop_policy = fields.Selection(
        [
            ("hold", "Held until you decide"),
            ("bounce", "Answered and ignored"),
            ("post", "Posted on one record"),
        ],
        "Too Many Mails Are",
        help="What becomes of the mails of a sender that writes too often. Posted on one record: "
        "as notes on the last record that the sender made, which notify nobody. Empty: as in "
        "Settings.",
    )
    alias_auto_reply_policy = fields.Selection(
        [
            ("hold", "Held until you decide"),
            ("create", "Taken like any other mail"),
            ("ignore", "Ignored"),
        ],
        "Automatic Mails Are",
        help="What becomes of mails that no person wrote and that answer no message of Odoo. "
        "Empty: as in Settings.",
    )
    alias_loop_effect = fields.Char(compute="_compute_alias_loop_effect")

    @api.depends("alias_loop_threshold", "alias_loop_minutes")
    def _compute_alias_loop_effect(self):
        """Only while it is being changed: who reads the form shall not wait for it."""
        for alias in self:
            alias.alias_loop_effect = alias._is_loop_changed() and alias._loop_effect()

    def _is_loop_changed(self):
        stored = self._origin
        return any(self[name] != stored[name] for name in NUMBERS)

    def _loop_effect(self):
        """What the values on the screen would have held, or why they are impossible."""
        parameters = self.env["ir.config_parameter"].sudo()
        if any(
            self[name] and not parameters._read_loop_parameter(key, self[name])
            for name, key in NUMBERS.items()
        ):
            return False
        default = self.env["mail.thread"]._loop_default()
        return (
            self.env["mail.incoming"]
            .sudo()
            ._loop_forecast_sentence(
                self.alias_loop_threshold or default.threshold,
                self.alias_loop_minutes or default.minutes,
                model=self.sudo().alias_model_id.model,
                address=self._origin.alias_full_name or self.alias_full_name,
            )
        )

    @api.constrains(*NUMBERS)
    def _check_alias_loop(self):
        parameters = self.env["ir.config_parameter"]
        labels = self.fields_get(NUMBERS, ["string"])
        for alias in self:
            for name, key in NUMBERS.items():
                if alias[name]:
                    parameters._sanitize_loop_parameter(
                        key, alias[name], label=labels[name]["string"]
                    )

    @api.model
    def _of_recipients(self, recipients):
        """The aliases that Odoo would find for the recipients of a mail."""
        addresses = [address.lower() for address in email_split(recipients or "")]
        names = [address.partition("@")[0] for address in addresses]
        return self.search(
            [
                "|",
                ("alias_full_name", "in", addresses),
                "&",
                ("alias_name", "in", names),
                ("alias_incoming_local", "=", True),
            ]
        )
