from odoo import api, fields, models
from odoo.tools import SQL

from ..core.reply import CLASSES, ReplyClass
from .mail_delivery import reply_class_titles

SECONDS_PER_HOUR = 3600
WAITS_FOR_SOMEBODY = ReplyClass.AUTHENTICATION_REFUSED.value
"""Cause of e-mails that are not tried again at a time, but once the server is repaired."""


class MailMail(models.Model):
    """The list of e-mails: by cause, whether trying again helps, until when and since when."""

    _inherit = "mail.mail"

    delivery_age = fields.Float(
        "Oldest",
        compute="_compute_delivery_times",
        aggregator="max",
        help="Hours and minutes since the e-mail should have left.",
    )
    delivery_next_in = fields.Float(
        "Next Try In",
        compute="_compute_delivery_times",
        aggregator="min",
        help="Hours and minutes until the e-mail is tried again. Empty where the server has to be "
        "repaired first.",
    )

    @api.model
    def _selection_delivery_class(self):
        """Whoever reads a cause wants to know whether trying again helps."""
        return [
            (code, f"{title}: {self._whether_trying_helps(ReplyClass(code))}")
            for code, title in reply_class_titles(self.env)
        ]

    @api.model
    def _whether_trying_helps(self, reply_class):
        row = CLASSES[reply_class]
        if reply_class is ReplyClass.ACCEPTED:
            return self.env._("nothing to try again")
        if reply_class is ReplyClass.UNCLEAR:
            return self.env._("read the answer, then try again")
        if reply_class is ReplyClass.GAVE_UP:
            return self.env._("trying again later can help")
        if row.try_again:
            return self.env._("trying again helps")
        if row.server_fault:
            return self.env._("trying again helps once the server is repaired")
        if row.dead_address or row.dead_when_repeated:
            return self.env._("trying again helps once the address is corrected")
        return self.env._("trying again helps once the cause is removed")

    @api.depends("state", "delivery_class", "delivery_since", "create_date", "scheduled_date")
    def _compute_delivery_times(self):
        now = fields.Datetime.now()
        for mail in self:
            began = mail.state in ("outgoing", "exception") and (
                mail.delivery_since or mail.create_date
            )
            following = (
                mail.state == "outgoing"
                and mail.delivery_class != WAITS_FOR_SOMEBODY
                and mail.scheduled_date
            )
            mail.delivery_age = (now - began).total_seconds() / SECONDS_PER_HOUR if began else 0
            mail.delivery_next_in = (
                max((following - now).total_seconds(), 0) / SECONDS_PER_HOUR if following else 0
            )

    def _read_group_select(self, aggregate_spec, query):
        """The group says the oldest age and the next time of what is in it."""
        if aggregate_spec not in ("delivery_age:max", "delivery_next_in:min"):
            return super()._read_group_select(aggregate_spec, query)
        state, cause, since, created, scheduled = (
            self._field_to_sql(self._table, name, query)
            for name in (
                "state",
                "delivery_class",
                "delivery_since",
                "create_date",
                "scheduled_date",
            )
        )
        now = fields.Datetime.now()
        if aggregate_spec == "delivery_age:max":
            return SQL(
                """EXTRACT(EPOCH FROM %s - MIN(COALESCE(%s, %s))
                   FILTER (WHERE %s IN ('outgoing', 'exception'))) / %s""",
                now,
                since,
                created,
                state,
                SECONDS_PER_HOUR,
            )
        return SQL(
            """GREATEST(EXTRACT(EPOCH FROM MIN(%s) FILTER (
                   WHERE %s = 'outgoing' AND %s IS DISTINCT FROM %s) - %s), 0) / %s""",
            scheduled,
            state,
            cause,
            WAITS_FOR_SOMEBODY,
            now,
            SECONDS_PER_HOUR,
        )

    # ------------------------------------------------------------
    # BUTTONS
    # ------------------------------------------------------------

    def action_cancel_selected(self):
        """Cancel those that wait or have failed; what is sent stays sent."""
        return self.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()

    def cancel(self):
        """The chatter says so too, where Odoo would let it wait for ever."""
        result = super().cancel()
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search(
                [
                    ("mail_mail_id", "in", self.ids),
                    ("notification_type", "=", "email"),
                    ("notification_status", "not in", ("sent", "bounce", "canceled")),
                ]
            )
        )
        notifications.write(
            {"notification_status": "canceled", "failure_type": False, "failure_reason": False}
        )
        notifications.mail_message_id._tell_chatter()
        return result

    def _postprocess_sent_message(self, *args, **kwargs):
        """Who saw it waiting in a chatter sees it leave; Odoo tells of failures only."""
        waited = self.filtered(lambda mail: mail.delivery_since or mail.delivery_attempts)
        messages = waited.mail_message_id
        result = super()._postprocess_sent_message(*args, **kwargs)
        messages.exists()._tell_chatter()
        return result
