import logging

from markupsafe import Markup
from odoo import api, fields, models

_logger = logging.getLogger(__name__)

WARNING = "mail.mail_activity_data_warning"
ACTION = "email_communication.mail_incoming_action_to_do"
TOLD = ("failed", "unrouted", "held")
"""States that somebody is told of."""


class MailIncoming(models.Model):
    """Administrators are told of what cannot be processed: once for each cause."""

    _inherit = "mail.incoming"

    def _note_failure(self, cause):
        """Tell of it; that this fails must not hide what happened to the mail."""
        try:
            with self.env.cr.savepoint():
                self._alert(cause)
        except Exception:
            _logger.exception("Nobody could be told of incoming email %s", self.id)

    def _alert(self, cause):
        """One open activity a cause, however many mails meet it."""
        known = self.search(
            [("cause", "=", cause), ("state", "in", TOLD), ("alert_id.active", "=", True)], limit=1
        )
        alert = known.alert_id or self._tell_administrator(self._summary(), self._note())
        self.write({"cause": cause, "alert_id": alert.id})

    def _summary(self):
        if self.state == "unrouted":
            return self.env._("Incoming emails belong nowhere")
        return self.env._("Incoming emails could not be processed")

    def _note(self):
        said = self.env._(
            "From %(sender)s to %(recipients)s: “%(subject)s”. %(error)s",
            sender=self.email_from or "?",
            recipients=self.recipients or "?",
            subject=self.subject or "",
            error=self.error or self._describe_reason(),
        )
        others = self.env._(
            "More emails with the same cause are not announced. Remove the cause, and press "
            "Process Again."
        )
        return Markup("<p>%s</p><p>%s</p>%s") % (said, others, self._link())

    @api.model
    def _link(self):
        action = self.env.ref(ACTION, raise_if_not_found=False)
        if not action:
            return Markup()
        label = self.env._("Incoming emails that need a decision")
        return Markup('<p><a href="/odoo/action-%s">%s</a></p>') % (action.id, label)

    def _describe_reason(self):
        return dict(self._fields["reason"]._description_selection(self.env)).get(self.reason, "")

    def _close_alerts(self):
        """Activities whose cause is gone are done by themselves."""
        for alert in self.alert_id.filtered("active"):
            waiting = [("alert_id", "=", alert.id), ("state", "in", TOLD)]
            if not self.search_count(waiting, limit=1):
                alert.action_archive()

    @api.model
    def _tell_administrator(self, summary, note):
        """An activity of its own, as these records have no chatter; empty if nobody is there."""
        activities = self.env["mail.activity"].sudo()
        parameters = self.env["ir.config_parameter"].sudo()
        user = self._administrator()
        if not user or parameters.get_param("database.is_neutralized"):
            return activities
        # Without the e-mail about it: mail may be what is broken.
        return activities.with_context(mail_activity_quick_update=True).create(
            {
                "activity_type_id": self.env.ref(WARNING).id,
                "summary": summary,
                "note": note,
                "user_id": user.id,
                "date_deadline": fields.Date.today(),
                "automated": True,
            }
        )

    @api.model
    def _administrator(self):
        administrators = self.env.ref("base.group_system").sudo().all_user_ids
        return administrators.filtered(lambda user: user.active and not user.share).sorted("id")[:1]
