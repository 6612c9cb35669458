from markupsafe import Markup
from odoo import api, models

WARNING = "mail.mail_activity_data_warning"


class MailIncoming(models.Model):
    """Administrators are told of what cannot be processed: once for each cause."""

    _inherit = "mail.incoming"

    def _note_failure(self, cause):
        """One open activity a cause, on the first mail that met it."""
        self.write({"cause": cause})
        if self._open_alerts_of(cause):
            return
        if self.state == "unrouted":
            summary = self.env._("An incoming email belongs nowhere")
        else:
            summary = self.env._("An incoming email could not be processed")
        note = Markup("<p>%s</p><p>%s</p>") % (
            self._said(),
            self.env._(
                "More mails with the same cause are not announced. They are under Settings > "
                "Technical > Email > Incoming Emails; remove the cause and press Process Again."
            ),
        )
        self._tell_administrator(self, summary, note)

    def _said(self):
        """What this mail is, and what happened to it."""
        return self.env._(
            "From %(sender)s to %(recipients)s: “%(subject)s”. %(error)s",
            sender=self.email_from or "?",
            recipients=self.recipients or "?",
            subject=self.subject or "",
            error=self.error or self._describe_reason(),
        )

    def _describe_reason(self):
        return dict(self._fields["reason"]._description_selection(self.env)).get(self.reason, "")

    @api.model
    def _tell_administrator(self, record, summary, note):
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return
        user = self._administrator()
        if user:
            self.env["mail.activity"].sudo().create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                    "activity_type_id": self.env.ref(WARNING).id,
                    "summary": summary,
                    "note": note,
                    "user_id": user.id,
                    "automated": True,
                }
            )

    @api.model
    def _administrator(self):
        administrators = self.env.ref("base.group_system").sudo().all_user_ids
        return administrators.filtered(lambda user: user.active and not user.share).sorted("id")[:1]

    @api.model
    def _open_alerts_of(self, cause):
        mails = self.search([("cause", "=", cause)]).ids
        return self._open_alerts_on(mails)

    @api.model
    def _open_alerts_on(self, ids):
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", ids),
                    ("automated", "=", True),
                    ("activity_type_id", "=", self.env.ref(WARNING).id),
                ]
            )
        )

    @api.model
    def _close_alerts(self):
        """Activities whose cause is gone are done by themselves."""
        alerts = self._open_alerts_on(self.search([("cause", "!=", False)]).ids)
        for alert in alerts:
            cause = self.browse(alert.res_id).cause
            waiting = [("cause", "=", cause), ("state", "in", ("failed", "unrouted"))]
            if not self.search_count(waiting, limit=1):
                alert.action_archive()
