from odoo import fields, models
from odoo.addons.mail.tools.discuss import Store

from .mail_incoming_provenance import VERDICTS, provenance_sentence


class MailMessage(models.Model):
    """What was found out about the sender of a received mail, for internal users alone."""

    _inherit = "mail.message"

    provenance = fields.Selection(
        VERDICTS, "Proof of Sender", readonly=True, copy=False, groups="base.group_user"
    )
    provenance_details = fields.Json(readonly=True, copy=False, groups="base.group_user")

    def _to_store_defaults(self, target):
        """Nothing is sent, nor computed, for messages that did not come in by e-mail."""
        names = super()._to_store_defaults(target)
        if not target.is_internal(self.env):
            return names
        return [
            *names,
            Store.Attr("provenance", predicate=lambda message: message.sudo().provenance),
            Store.Attr(
                "provenance_text",
                value=lambda message: provenance_sentence(
                    self.env, message.sudo().provenance_details
                ),
                predicate=lambda message: message.sudo().provenance,
            ),
        ]
