from datetime import timezone
from email.utils import parsedate_to_datetime

from odoo import api, models
from odoo.tools import format_datetime

from ..core import reply as core_reply
from ..core.reply import ReplyClass
from .mail_delivery_news import BOUNCED, COMPLAINT, DELAYED, DELIVERED, PASSED_ON, READ
from .sending_work import ACCEPTED


class MailDelivery(models.Model):
    """What later news say to people."""

    _inherit = "mail.delivery"

    @api.depends("news")
    def _compute_sentence(self):
        result = super()._compute_sentence()
        for delivery in self.filtered("news"):
            if told := delivery._last_news():
                delivery.sentence, delivery.next_step = self._words_of_news(told)
        return result

    def _last_news(self):
        """The entry of the story that the latest news came with."""
        entries = [item for item in self.story or () if item and item.get("news") == self.news]
        return entries[-1] if entries and self.state == ACCEPTED else None

    @api.model
    def _words_of_report(self, reported):
        """Why a message came back, in one sentence."""
        reply = self._reply_of_report(reported)
        return self._words_of_bounce(reply, reported.elsewhere)

    @api.model
    def _words_of_news(self, entry):
        """(what happened, what to do)"""
        reply = core_reply.Reply.from_json(entry)
        if entry["news"] == BOUNCED:
            step = core_reply.next_step(reply, self.env._)
            return self._words_of_bounce(reply, entry.get("elsewhere")), step
        if entry["news"] == DELAYED:
            return self._words_of_delay(reply, entry.get("until")), False
        words = {
            DELIVERED: self.env._("The recipient's mail server reports that it delivered it."),
            PASSED_ON: self.env._(
                "It was passed on to a mail server that does not report what becomes of it."
            ),
            READ: self.env._("The recipient's mail program reports that it was displayed."),
            COMPLAINT: self.env._("The recipient reported the message as spam."),
        }
        step = entry["news"] == COMPLAINT and self.env._("Do not write there again unasked.")
        return words[entry["news"]], step

    @api.model
    def _words_of_bounce(self, reply, elsewhere):
        cause = core_reply.explain(reply, self.env._)
        if not elsewhere:
            return cause
        return self.env._(
            "It was forwarded to %(address)s and came back from there. %(cause)s",
            address=elsewhere,
            cause=cause,
        )

    @api.model
    def _words_of_delay(self, reply, until):
        told = self.env._("It has not arrived yet; another mail server keeps trying.")
        if moment := self._moment(until):
            told = self.env._(
                "It has not arrived yet; another mail server keeps trying until %(time)s.",
                time=format_datetime(self.env, moment, dt_format="short"),
            )
        if reply.reply_class in (ReplyClass.UNCLEAR, ReplyClass.ACCEPTED, ReplyClass.GAVE_UP):
            return told
        return f"{told} {core_reply.explain(reply, self.env._)}"

    @api.model
    def _moment(self, text):
        """RFC 3464 section 2.3.9: a date as mails have it, in UTC and naive; None if it is none."""
        try:
            moment = parsedate_to_datetime(text or "")
            return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
        except (TypeError, ValueError, OverflowError):
            return None

    def _tell_try(self, entry):
        """News among the tries say who reported them, not how long that took."""
        if not entry.get("news"):
            return super()._tell_try(entry)
        reply = core_reply.Reply.from_json(entry)
        titles = dict(self._fields["news"]._description_selection(self.env))
        return self._tell_entry(
            entry,
            where=titles[entry["news"]],
            meaning=self._words_of_news(entry)[0],
            said=reply.answer,
        )

    def _for_chatter(self):
        values = super()._for_chatter()
        if self.news and self.state == ACCEPTED:
            values["state"] = self.news
        return values
