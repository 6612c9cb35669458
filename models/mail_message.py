from odoo import models
from odoo.exceptions import AccessError


class MailMessage(models.Model):
    """The chatter asks for the deliveries of a message when somebody opens them.

    Nothing of this is computed for a reader who has not opened it.
    """

    _inherit = "mail.message"

    def get_deliveries(self):
        """What became of the e-mails of a message, one dict a recipient.

        :return: ``id`` of the `mail.delivery` (False where nothing has been tried yet), ``email``,
            ``name``, ``kind`` (to, cc), ``state`` (a state of a delivery, or "invalid"),
            ``sentence``, ``next_step``, ``next_try``, ``attempts``, ``explanation``,
            ``server_name``, ``email_from``, ``envelope_sender``, and ``actions``: the names of the
            methods of `mail.delivery` that the reader may call
        """
        self.ensure_one()
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only internal users see how messages were sent."))
        self.check_access("read")
        deliveries = self.env["mail.delivery"].search(
            [("mail_message_id_int", "=", self.id)], order="id"
        )
        found = [item._for_chatter() for item in deliveries]
        known = {number for number in deliveries.mapped("res_partner_id_int") if number}
        notifications = self.sudo().notification_ids.filtered(
            lambda item: item.notification_type == "email" and item.res_partner_id.id not in known
        )
        return found + [item._for_chatter() for item in notifications]
