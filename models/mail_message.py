from odoo import fields, models
from odoo.exceptions import AccessError

from .sending_work import CANCELLED, address_key

FAILED = ("refused", "invalid", "bounced")


class MailMessage(models.Model):
    """The chatter asks for the deliveries of a message when somebody opens them.

    Nothing of this is computed for a reader who has not opened it.
    """

    _inherit = "mail.message"

    delivery_problems = fields.Text("What Went Wrong", compute="_compute_delivery_problems")

    def _compute_delivery_problems(self):
        """For the list of failures: each recipient who has not had it, why, and what to do."""
        for message in self:
            message.delivery_problems = "\n".join(
                " ".join(
                    filter(
                        None,
                        (f"{line['email'] or line['name']}:", line["sentence"], line["next_step"]),
                    )
                )
                for line in message._deliveries_told()
                if line["state"] in FAILED
            )

    def get_deliveries(self):
        """What became of the e-mails of a message, one dict a recipient.

        :return: ``id`` of the `mail.delivery` (False where nothing has been tried yet), ``email``,
            ``name``, ``kind`` (to, cc), ``state`` (a state of a delivery, "invalid", or what was
            heard later: "bounced", "delayed", "delivered", "passed_on", "read", "complaint"),
            ``sentence``, ``next_step``, ``next_try``, ``attempts``, ``explanation``,
            ``server_name``, ``email_from``, ``envelope_sender``, and ``actions``: the names of the
            methods of `mail.delivery` that the reader may call
        """
        self.ensure_one()
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only internal users see how messages were sent."))
        self.check_access("read")
        return self._deliveries_told()

    def _deliveries_told(self):
        deliveries = self.env["mail.delivery"].search(
            [("mail_message_id_int", "=", self.id)], order="id"
        )
        found = [item._for_chatter() for item in deliveries]
        # A corrected address leaves the delivery to the wrong one cancelled.
        going = deliveries.filtered(lambda item: item.state != CANCELLED)
        partners, emails = set(going.mapped("res_partner_id_int")), set(deliveries.mapped("email"))
        untried = self.sudo().notification_ids.filtered(
            lambda item: (
                item.notification_type == "email"
                and (not item.res_partner_id or item.res_partner_id.id not in partners)
                and address_key(item.mail_email_address or item.res_partner_id.email or "")
                not in emails
            )
        )
        return found + [item._for_chatter() for item in untried]

    def action_open_failures(self):
        """The failed ones of these messages, with their reasons."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "email_communication.mail_message_action_failures"
        )
        action["domain"] = [("id", "in", self.ids)]
        return action

    def action_retry_deliveries(self):
        """Try the recipients again who have not had it."""
        deliveries = self.env["mail.delivery"].search(
            [("mail_message_id_int", "in", self.ids), ("state", "=", "refused")]
        )
        return deliveries.filtered("mail_mail_id").action_retry()

    def _tell_chatter(self):
        """Readers who have the message open see its present state."""
        shown = self.filtered(lambda message: message._is_thread_message())
        shown._notify_message_notification_update()
