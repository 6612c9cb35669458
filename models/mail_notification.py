from odoo import models
from odoo.addons.mail.tools.discuss import Store

STORED_DETAILS = (
    "delivery_explanation",
    "delivery_failure",
    "delivery_from",
    "delivery_envelope_sender",
)


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification", "mail.delivery.mixin"]

    def write(self, vals):
        """The sending of a mail hands over by which way it went, with its outcome."""
        if "notification_status" in vals and (delivery := self.env.context.get("delivery_values")):
            vals = {**delivery, **vals}
        return super().write(vals)

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
                Store.Attr(name, predicate=lambda notification: notification.delivery_rule)
                for name in STORED_DETAILS
            ]
        return fields_to_store
