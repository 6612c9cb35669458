from odoo import api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError

from .mail_incoming_provenance import VERDICTS, provenance_sentence

PROVENANCE = {"provenance", "provenance_details"}


class MailMessage(models.Model):
    """What was found out about the sender of a received mail, for internal users alone."""

    _inherit = "mail.message"

    # Internal users may read them, so they come with the other fields of a chatter, in one query.
    provenance = fields.Selection(
        VERDICTS, "Proof of Sender", readonly=True, copy=False, groups="base.group_user"
    )
    provenance_details = fields.Json(readonly=True, copy=False, groups="base.group_user")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_provenance_rights(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_provenance_rights(vals)
        return super().write(vals)

    def _check_provenance_rights(self, vals):
        """A proof that somebody can set is none."""
        if not self.env.su and not PROVENANCE.isdisjoint(vals):
            raise AccessError(self.env._("Where an email came from is found out, not written."))

    def _to_store_defaults(self, target):
        """Nothing is sent, nor computed, for messages that did not come in by e-mail."""
        names = super()._to_store_defaults(target)
        if not target.is_internal(self.env):
            return names
        return [
            *names,
            Store.Attr("provenance", predicate=_is_judged, sudo=True),
            Store.Attr(
                "provenance_text",
                value=lambda message: provenance_sentence(
                    self.env, message.sudo().provenance_details
                ),
                predicate=_is_judged,
            ),
        ]


def _is_judged(message):
    return message.message_type == "email" and message.sudo().provenance
