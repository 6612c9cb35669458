from odoo import api, models

from .rehearsal import is_rehearsal


class MailThread(models.AbstractModel):
    """Nobody is told of a mail that is only tried."""

    _inherit = "mail.thread"

    @api.model
    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        if is_rehearsal():
            return None
        return super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        if is_rehearsal():
            return []
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
