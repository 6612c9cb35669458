from odoo import api, fields, models

from .ir_config_parameter import AUTO_REPLY_POLICY_PARAMETER, LOOP_POLICY_PARAMETER
from .res_config_settings import LOOP_FIELDS


class ResConfigSettings(models.TransientModel):
    """What becomes of the mails of a sender that writes too often."""

    _inherit = "res.config.settings"

    mail_gateway_loop_policy = fields.Selection(
        [
            ("hold", "Held until you decide"),
            ("bounce", "Answered and ignored"),
            ("post", "Posted on one record"),
            ("odoo", "As Odoo"),
        ],
        "Too many mails are",
        default="hold",
        required=True,
        config_parameter=LOOP_POLICY_PARAMETER,
        help="What becomes of the mails of one sender above the threshold: they are held; or the "
        "sender is told that they are ignored; or they are notes on the last record that the "
        "sender made, which notify nobody. Each alias can have its own, except with Odoo's rule.",
    )
    mail_gateway_auto_reply_policy = fields.Selection(
        [
            ("hold", "Held until you decide"),
            ("create", "Taken like any other mail"),
            ("ignore", "Ignored"),
        ],
        "Automatic mails are",
        default="hold",
        required=True,
        config_parameter=AUTO_REPLY_POLICY_PARAMETER,
        help="What becomes of mails that no person wrote and that answer no message of Odoo. Each "
        "alias can have its own. Those that answer a message are notes there, which notify nobody.",
    )
    mail_gateway_loop_effect = fields.Char(compute="_compute_mail_gateway_loop_effect")

    @api.depends(*LOOP_FIELDS)
    def _compute_mail_gateway_loop_effect(self):
        """Only while it is being changed: Settings shall not open slower for it."""
        parameters = self.env["ir.config_parameter"].sudo()
        stored = self.env["mail.thread"]._loop_default()
        for settings in self:
            minutes, threshold = (settings[name] for name in LOOP_FIELDS)
            is_changed = (threshold, minutes) != (stored.threshold, stored.minutes)
            is_possible = all(
                parameters._read_loop_parameter(self._fields[name].config_parameter, settings[name])
                for name in LOOP_FIELDS
            )
            settings.mail_gateway_loop_effect = (
                is_changed
                and is_possible
                and self.env["mail.incoming"].sudo()._loop_forecast_sentence(threshold, minutes)
            )
