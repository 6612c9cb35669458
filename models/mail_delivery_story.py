from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_datetime

from ..core.reply import Reply, explain
from ..core.reply.wording import COMMANDS
from .sending_work import NO_ANSWER


class MailDelivery(models.Model):
    """The story of a delivery, told try by try for whoever has to find out what happened."""

    _inherit = "mail.delivery"

    story_html = fields.Html("Tries", compute="_compute_story_html", sanitize=False)

    @api.depends("story")
    @api.depends_context("lang", "tz")
    def _compute_story_html(self):
        for delivery in self:
            tries = [delivery._tell_try(entry) for entry in delivery.story or () if entry]
            told = Markup("").join(tries)
            delivery.story_html = told and Markup('<ol class="ps-3 mb-0">%s</ol>') % told

    def _tell_try(self, entry):
        """One try; what a server has said is text, whatever it looks like."""
        reply = Reply.from_json(entry)
        return self._tell_entry(
            entry,
            where=self.env._(
                "“%(server)s”, %(seconds)s seconds",
                server=entry.get("server") or "",
                seconds=entry.get("seconds", 0),
            ),
            meaning=reply.text if reply.by_rule == NO_ANSWER else explain(reply, self.env._),
            said="" if reply.by_rule == NO_ANSWER else self._tell_answer(reply),
        )

    def _tell_entry(self, entry, **told):
        return Markup(
            '<li class="mb-3"><div><b>%(when)s</b> %(where)s</div>'
            '<div>%(meaning)s</div><div class="text-break">%(said)s</div></li>'
        ) % {"when": format_datetime(self.env, fields.Datetime.to_datetime(entry["at"])), **told}

    def _tell_answer(self, reply):
        if not reply.command:
            return reply.answer
        return self.env._(
            "In answer to %(command)s: %(answer)s",
            command=self.env._(COMMANDS[reply.command]),
            answer=reply.answer,
        )
