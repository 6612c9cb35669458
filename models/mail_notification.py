from odoo import api, models
from odoo.addons.mail.tools.discuss import Store
from odoo.tools import format_datetime
from odoo.tools.mail import email_normalize_all

from .mail_delivery_news import BOUNCED

NOTHING_WAS_SENT = ("mail_email_invalid", "mail_email_missing")


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("notification_status") == "bounce":
            self.env["mail.delivery"].invalidate_model(["bounce_id", "sentence", "next_step"])
        return result

    @api.model
    def _bounces_of(self, mails):
        """What Odoo is about to write over: a bounce that came between two tries."""
        bounced = self.sudo().search(
            [("mail_mail_id", "in", mails.ids), ("notification_status", "=", "bounce")]
        )
        names = ("notification_status", "failure_type", "failure_reason")
        return {item.id: {name: item[name] for name in names} for item in bounced}

    @api.model
    def _tell_who_posted(self, run):
        """The author has just posted and is looking: what reads "Queued" there is sent by now.

        Odoo tells the web client of failures only. As little as possible is read and said.
        """
        done = [work for work in run.uncommitted if work.is_done and work.author]
        if not done:
            return
        notifications = self.sudo().search_fetch(
            [
                ("mail_message_id", "in", [work.message_id for work in done]),
                ("notification_type", "=", "email"),
            ],
            ["notification_status"],
        )
        if notifications:
            store = Store(bus_channel=done[0].author)
            store.add(notifications, ["notification_status"]).bus_send()

    @api.model
    def _restore_bounces(self, bounces):
        for notification in self.sudo().browse(bounces).exists():
            notification.write(bounces[notification.id])

    def _for_chatter(self):
        """Of a recipient whom no server was asked to take a message for."""
        mail, moment = self.mail_mail_id, False
        state, step, sentence = "waiting", False, self.env._("It is waiting to be sent.")
        if self._is_to_nobody():
            state, sentence, step = "invalid", *self._words_of_nobody()
        elif self.notification_status == "canceled":
            state, sentence = "cancelled", self.env._("This was cancelled: nothing was sent.")
        elif self.notification_status == "bounce":
            state, sentence = BOUNCED, self.env._("It came back: the recipient does not have it.")
        elif self.notification_status == "exception":
            state, sentence = "refused", self.failure_reason or self.env._("It was not sent.")
        elif self.notification_status == "sent":
            state, sentence = "accepted", self.env._("The mail server has accepted the message.")
        elif mail.delivery_since and mail.scheduled_date:
            moment = format_datetime(self.env, mail.scheduled_date, dt_format="short")
            sentence = self.env._(
                "%(cause)s It will be tried again at %(time)s.",
                cause=mail.failure_reason or "",
                time=moment,
            )
        return {
            "id": False,
            "email": self.mail_email_address or self.res_partner_id.email,
            "name": self.res_partner_id.name or self.mail_email_address,
            "kind": "to",
            "state": state,
            "sentence": sentence,
            "next_step": step,
            "next_try": moment,
            "attempts": 0,
            "actions": [],
            **dict.fromkeys(("explanation", "server_name", "email_from", "envelope_sender"), False),
        }

    def _is_to_nobody(self):
        """Also where the same e-mail has other recipients, of whom Odoo tells alone."""
        if self.failure_type in NOTHING_WAS_SENT:
            return True
        address = self.mail_email_address or self.res_partner_id.email
        return self.notification_status in ("ready", "exception") and not email_normalize_all(
            address or ""
        )

    def _words_of_nobody(self):
        if not (self.mail_email_address or self.res_partner_id.email):
            return (
                self.env._("Nothing was sent: the contact has no e-mail address."),
                self.env._("Write the address on the contact and send the message again."),
            )
        return (
            self.env._("Nothing was sent: the address is not valid."),
            self.env._("Correct the address on the contact and send the message again."),
        )
