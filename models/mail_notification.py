from odoo import api, models
from odoo.addons.mail.tools.discuss import Store

from .provenance import Delivery, DeliveryLog

STORED_DETAILS = (
    "delivery_explanation",
    "delivery_failure",
    "delivery_from",
    "delivery_envelope_sender",
)


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification", "mail.delivery.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        """A context can come from outside too, and its defaults are values."""
        claims = self.env.context.keys() & {f"default_{name}" for name in Delivery._fields}
        if self.env.su or not claims:
            return super().create([self._without_claims(vals) for vals in vals_list])
        honest = {key: val for key, val in self.env.context.items() if key not in claims}
        return self.with_context(honest).create(vals_list)  # pylint: disable=context-overridden

    def write(self, vals):
        """The sending of a mail hands over by which way it went, in the write of its outcome."""
        vals = self._without_claims(vals)
        log = self.env.context.get("delivery_log")
        # A context can come from outside, and then holds no object of ours.
        if isinstance(log, DeliveryLog) and log.delivery and "notification_status" in vals:
            vals = {**vals, **log.delivery._asdict()}
        return super().write(vals)

    @api.model
    def _without_claims(self, vals):
        """Internal users may write on notifications; how a mail went out is not for them to say."""
        if self.env.su:
            return vals
        return {name: value for name, value in vals.items() if name not in Delivery._fields}

    def _delivery_author(self):
        return self.mail_message_id.email_from

    def _is_mail_kept(self):
        return bool(self.mail_mail_id)

    def _to_store_defaults(self, target):
        """Internal users see in the chatter how the mail went out; the server names stay inside."""
        fields_to_store = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            fields_to_store += [
                Store.Attr(name, predicate=lambda record: record.sudo().delivery_rule, sudo=True)
                for name in STORED_DETAILS
            ]
        return fields_to_store
