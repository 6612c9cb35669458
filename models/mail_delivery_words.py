from odoo import api, fields, models
from odoo.tools import format_datetime

from ..core import reply as core_reply
from ..core.reply import ReplyClass
from .mail_delivery_news import BOUNCED


class MailDelivery(models.Model):
    """What a delivery says to people: what happened, what happens next, what can be done."""

    _inherit = "mail.delivery"

    sentence = fields.Char("What Happened", compute="_compute_sentence")
    next_step = fields.Char("What to Do", compute="_compute_sentence")

    @api.depends("state", "story", "next_try", "attempts", "reply_text", "server_name", "bounce_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_sentence(self):
        for delivery in self:
            words = getattr(delivery, f"_words_{delivery.state}", None)
            delivery.sentence, delivery.next_step = words() if words else (False, False)

    def _words_accepted(self):
        accepted = (
            self.env._("“%(server)s” has accepted the message.", server=self.server_name)
            if self.server_name
            else self.env._("The mail server has accepted the message.")
        )
        return self._words_bounced(accepted) if self.bounce_id else (accepted, False)

    def _words_waiting(self):
        cause = self._cause() or self.env._("It has not been tried yet.")
        return f"{cause} {self._next_time()}".strip(), self._step()

    def _words_in_doubt(self):
        if not self.story:
            return self.env._("The message is being sent."), False
        lost = self.env._(
            "The message was sent, and the connection was lost before the server said whether it "
            "has accepted it."
        )
        return f"{lost} {self._next_time()}".strip(), False

    def _words_refused(self):
        cause = self._cause() or self.env._("The message was not sent.")
        if (reply := self._reply()) and not reply.permanent and self.attempts > 1:
            cause += " " + self.env._(
                "It was tried %(count)s times and is not tried again.", count=self.attempts
            )
        return cause, self._step()

    def _words_cancelled(self):
        return self.env._("This was cancelled: nothing is sent to this address."), False

    def _cause(self):
        if reply := self._reply():
            return core_reply.explain(reply, self.env._)
        return self.reply_text

    def _step(self):
        reply = self._reply()
        return core_reply.next_step(reply, self.env._) if reply else False

    def _next_time(self):
        """When it is tried again, and for which time."""
        reply = self._reply()
        if reply and reply.reply_class is ReplyClass.AUTHENTICATION_REFUSED:
            return self.env._(
                "It is sent as soon as “%(server)s” works again.", server=self.server_name
            )
        moment = self.sudo().mail_mail_id.scheduled_date or self.next_try
        if not moment:
            is_due = self.sudo().mail_mail_id.state == "outgoing"
            return self.env._("It is tried again as soon as possible.") if is_due else ""
        return self.env._(
            "It will be tried again at %(time)s (attempt %(number)s).",
            time=format_datetime(self.env, moment, dt_format="short"),
            number=self.attempts + 1,
        )

    def _for_chatter(self):
        """One line of `mail.message.get_deliveries`."""
        moment = self.state in ("waiting", "in_doubt") and (
            self.sudo().mail_mail_id.scheduled_date or self.next_try
        )
        return {
            "id": self.id,
            "email": self.email,
            "name": self.sudo().res_partner_id.name or self.email,
            "next_try": moment and format_datetime(self.env, moment, dt_format="short"),
            "actions": self._actions(),
            "state": BOUNCED if self.bounce_id else self.state,
            **{
                name: self[name]
                for name in (
                    "kind",
                    "sentence",
                    "next_step",
                    "attempts",
                    "explanation",
                    "server_name",
                    "email_from",
                    "envelope_sender",
                    "signature_sentence",
                )
            },
        }
