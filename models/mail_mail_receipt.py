from odoo import api, models

ASKED = "disposition-notification-to"
"""RFC 8098 section 2.1: who sends a receipt without being asked says nothing that we wanted."""


class MailMail(models.Model):
    """Whether a read receipt was asked is known when one comes: e-mails are deleted by then."""

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        for mail, vals in zip(mails, vals_list, strict=True):
            if ASKED in str(vals.get("headers") or "").lower():
                mail.mail_message_id.sudo().receipt_asked = True
        return mails
