from textwrap import shorten

from odoo import api, fields, models

from ..core.text import printable
from .sending_work import ACCEPTED, address_key

REASON_LENGTH = 300
"""Characters of a report that are quoted; Odoo keeps the whole of it as the reason."""


class MailDelivery(models.Model):
    """What a server has accepted can come back: Odoo notes that on the notification, also where no
    report that we have read says more."""

    _inherit = "mail.delivery"

    bounce_id = fields.Many2one(
        "mail.notification", "Came Back", compute="_compute_bounce_id", compute_sudo=True
    )

    @api.depends("mail_message_id_int", "res_partner_id_int", "email", "state")
    def _compute_bounce_id(self):
        self.bounce_id = False
        accepted = self.filtered(lambda item: item.state == ACCEPTED)
        notifications = self.env["mail.notification"].search(
            [
                ("mail_message_id", "in", accepted.mapped("mail_message_id_int")),
                ("notification_type", "=", "email"),
                ("notification_status", "=", "bounce"),
            ]
        )
        for delivery in accepted if notifications else ():
            delivery.bounce_id = notifications.filtered(delivery._is_of_notification)[:1]

    def _is_of_notification(self, notification):
        if notification.mail_message_id.id != self.mail_message_id_int:
            return False
        partner = notification.res_partner_id
        if partner and partner.id == self.res_partner_id_int:
            return True
        return address_key(notification.mail_email_address or partner.email or "") == self.email

    def _words_bounced(self, accepted):
        """What happened since a server said that it has accepted the message."""
        report = shorten(self.sudo().bounce_id.failure_reason or "", REASON_LENGTH, placeholder="…")
        came_back = (
            self.env._(
                "It came back later, with these words: “%(report)s”", report=printable(report)
            )
            if report
            else self.env._("It came back later.")
        )
        return f"{accepted} {came_back}", self.env._(
            "The recipient does not have it. Check the address, then write to them again."
        )
