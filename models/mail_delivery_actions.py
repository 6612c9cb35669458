from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from .sending_work import ACCEPTED, CANCELLED, OPEN, REFUSED, address_key


class MailDelivery(models.Model):
    """What people can do about a recipient who has not had it.

    Administrators always can; others for the messages that they may change.
    """

    _inherit = "mail.delivery"

    def _may_act(self):
        """Whether the reader has the buttons."""
        if self.env.user.has_group("base.group_system"):
            return True
        return bool(self.mail_message_id) and self.mail_message_id.has_access("write")

    def _check_may_act(self):
        for delivery in self:
            if not delivery._may_act():
                raise AccessError(
                    self.env._(
                        "This is for the author of the message, for whoever may change what it "
                        "belongs to, and for administrators."
                    )
                )

    def _actions(self):
        """The names of the buttons that make sense for this recipient."""
        if not self.sudo().mail_mail_id or self.state == ACCEPTED or not self._may_act():
            return []
        if self.state == CANCELLED:
            return ["action_retry"] if self._is_still_addressed() else []
        if self.state == REFUSED:
            return ["action_retry", "action_correct_and_send", "action_cancel"]
        return ["action_retry", "action_cancel"]

    def _is_still_addressed(self):
        """Not after the address was corrected."""
        mail = self.sudo().mail_mail_id
        texts = (mail.email_to, mail.email_cc, *mail.recipient_ids.mapped("email"))
        return any(self.email in mail._normalized_addresses(text) for text in texts)

    def action_retry(self):
        """Try these recipients again now, and nobody else of the same e-mail who has refused."""
        self._check_may_act()
        left = self.sudo().filtered(lambda item: item.state != ACCEPTED)
        for mail, deliveries in left.grouped("mail_mail_id").items():
            deliveries._require_mail(mail)
            self._forget_refusals(mail.ids, deliveries.mapped("email"))
            mail._send_soon()
        left._tell_notifications("ready")
        return True

    def action_cancel(self):
        """Send nothing more to these recipients."""
        self._check_may_act()
        self._hold_mails(self.sudo().mail_mail_id.ids)
        left = self.sudo().filtered(lambda item: item.state in (*OPEN, REFUSED))
        left.write({"state": CANCELLED, "next_try": False})
        left.mail_mail_id._end_if_nobody_is_left()
        left._tell_notifications("canceled")
        return True

    def action_correct_and_send(self, email):
        """Correct the address of a recipient and send the message there.

        :return: the address that it is sent to; another app may have changed it
        """
        self.ensure_one()
        self._check_may_act()
        delivery = self.sudo()
        if delivery.state == ACCEPTED:
            raise UserError(self.env._("%(email)s has the message already.", email=self.email))
        if not email_normalize(email):
            raise UserError(
                self.env._(
                    "“%(email)s” is not an e-mail address. Write one like ada@example.com.",
                    email=email,
                )
            )
        mail = delivery.mail_mail_id
        delivery._require_mail(mail)
        self._hold_mails(mail.ids)
        corrected = self._correct(mail, email)
        delivery.write({"state": CANCELLED, "next_try": False})
        self._forget_refusals(mail.ids, [address_key(corrected)])
        mail._send_soon()
        delivery._tell_notifications("ready")
        return corrected

    def _correct(self, mail, email):
        """Where the address stands: on the contact, with the rights of the user, or in the mail."""
        if partner := self.env["res.partner"].browse(self.res_partner_id_int).exists():
            partner.check_access("write")
            partner.email = email
            return partner.email
        for name in ("email_to", "email_cc"):
            if text := mail[name]:
                kept = [
                    email if address_key(item) == self.email else item
                    for item in text.replace(";", ",").split(",")
                ]
                mail[name] = ", ".join(item.strip() for item in kept)
        return email

    def _require_mail(self, mail):
        if not mail:
            raise UserError(
                self.env._("The e-mail is not kept any more. Please write a new message.")
            )

    def _tell_notifications(self, status):
        partner_ids = [number for number in self.mapped("res_partner_id_int") if number]
        if not partner_ids:
            return
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "in", self.mapped("mail_message_id_int")),
                    ("res_partner_id", "in", partner_ids),
                    ("notification_type", "=", "email"),
                    ("notification_status", "!=", "sent"),
                ]
            )
        )
        notifications.write(
            {"notification_status": status, "failure_type": False, "failure_reason": False}
        )
        notifications.mail_message_id._notify_message_notification_update()
