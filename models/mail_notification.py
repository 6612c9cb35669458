from odoo import models


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification", "mail.delivery.mixin"]

    def _delivery_author(self):
        return self.mail_message_id.email_from

    def _delivery_failure_reason(self):
        """Of a connection that failed, Odoo keeps the reason on the mail only."""
        return self.failure_reason or self.mail_mail_id.failure_reason

    def _to_store_defaults(self, target):
        """Internal users see in the chatter how the mail went out; the server names stay inside."""
        fields_to_store = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            fields_to_store += [
                "delivery_explanation",
                "delivery_failure",
                "delivery_from",
                "delivery_envelope_sender",
            ]
        return fields_to_store
