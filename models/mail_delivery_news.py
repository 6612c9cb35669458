import re
from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain

from ..core import reply as core_reply
from ..core.incoming.report import Action
from ..core.reply import ReplyClass
from .sending_work import ACCEPTED, STORY_MAX, address_key

BOUNCED, DELAYED, DELIVERED, PASSED_ON, READ, COMPLAINT = (
    "bounced",
    "delayed",
    "delivered",
    "passed_on",
    "read",
    "complaint",
)
NEWS_OF = {
    Action.FAILED.value: BOUNCED,
    Action.DELAYED.value: DELAYED,
    Action.DELIVERED.value: DELIVERED,
    Action.RELAYED.value: PASSED_ON,
    Action.EXPANDED.value: PASSED_ON,
}
"""What an action of RFC 3464 section 2.3.3 is called here."""
CODE = re.compile(r"(?:^|\s)([245]\d\d)(?=[\s-]|$)[\s-]?")
"""Three digits of an answer (RFC 5321 section 4.2) in what a report says."""


class MailDelivery(models.Model):
    """What was heard of a message after the server had accepted it.

    "Accepted" stays true, and nobody who has accepted is written to again; what came later stands
    beside it: the message came back, is delayed, or was read.
    """

    _inherit = "mail.delivery"

    news = fields.Selection(
        [
            (BOUNCED, "Came back"),
            (DELAYED, "Delayed"),
            (DELIVERED, "Delivery confirmed"),
            (PASSED_ON, "Passed on"),
            (READ, "Read"),
            (COMPLAINT, "Reported as spam"),
        ],
        "Later News",
        readonly=True,
        help="What other mail systems reported after the server had accepted the message.",
    )
    news_at = fields.Datetime("Heard On", readonly=True)

    # ------------------------------------------------------------
    # RECORDING
    # ------------------------------------------------------------

    @api.model
    def _record_news(self, message, reported, news):
        """Write down what was heard of a recipient of a message, and return the delivery.

        A message that was sent before deliveries were kept gets one: some server has reported
        about it, so some server had accepted it.
        """
        delivery = self._of_reported(message, reported)
        if not delivery:
            delivery = self.create(
                {
                    "mail_message_id_int": message.id,
                    "res_partner_id_int": reported.partner[:1].id,
                    "email": address_key(reported.email),
                    "state": ACCEPTED,
                    "tried_at": message.date,
                }
            )
        if delivery.mail_mail_id_int:
            self._hold_mails([delivery.mail_mail_id_int])
        # A report of a delay can arrive after the one that ends it.
        if not (news == DELAYED and delivery.news):
            delivery.write({"news": news, "news_at": fields.Datetime.now()})
        delivery._append_news(reported, news)
        return delivery

    @api.model
    def _of_reported(self, message, reported):
        domain = Domain("mail_message_id_int", "=", message.id) & (
            Domain("email", "=", address_key(reported.email))
            | Domain("res_partner_id_int", "in", reported.partner.ids)
        )
        return self.search(domain, order="id desc", limit=1)

    def _append_news(self, reported, news):
        """One more entry of the story; what is said of a failure is the last word about it."""
        reply = self._reply_of_report(reported)
        entry = {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "server": reported.recipient.server,
            "seconds": 0,
            **reply.to_json(),
            "news": news,
            "elsewhere": reported.elsewhere,
            "until": reported.recipient.will_retry_until,
        }
        story, kept = [*(self.story or ()), entry], STORY_MAX // 2
        values = {"story": story if len(story) <= STORY_MAX else story[:kept] + story[-kept:]}
        if self.news in (BOUNCED, DELAYED):
            values.update(
                reply_command=False,
                reply_code=reply.code,
                reply_enhanced=reply.enhanced,
                reply_text=reply.text,
                reply_class=reply.reply_class.value,
            )
        self.write(values)

    @api.model
    def _reply_of_report(self, reported):
        """What a report says of a recipient, as the answers of mail servers are kept."""
        recipient = reported.recipient
        found = CODE.search(recipient.text)
        code, text = (found[1], recipient.text[found.end() :]) if found else ("", recipient.text)
        if found and recipient.text[: found.start()].strip():
            text = recipient.text  # words before the code say who answered, and to what
        reply = core_reply.read(None, code, text, status=recipient.status)
        reply_class = recipient.reply_class or ReplyClass.ACCEPTED
        if reply.reply_class is not reply_class:
            reply = replace(reply, reply_class=reply_class, by_rule="")
        is_final = reply_class is not ReplyClass.ACCEPTED and not recipient.try_again
        return replace(reply, permanent=is_final)
