from odoo import api, fields, models

from ..core.outgoing.from_filter import split


class ResConfigSettings(models.TransientModel):
    """The list of accepted domains says what it does."""

    _inherit = "res.config.settings"

    mail_catchall_domain_effect = fields.Char(compute="_compute_mail_catchall_domain_effect")

    @api.depends("mail_catchall_domain_allowed")
    def _compute_mail_catchall_domain_effect(self):
        for settings in self:
            listed = split((settings.mail_catchall_domain_allowed or "").lower())
            settings.mail_catchall_domain_effect = self.env["mail.alias"]._local_part_sentence(
                listed
            )

    def action_check_company_mail(self):
        return self.company_id.action_check_mail()
