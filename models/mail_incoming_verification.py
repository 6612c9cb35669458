from markupsafe import Markup
from odoo import api, fields, models

from ..core.incoming import verification
from .mail_incoming_alert import WARNING


class MailIncoming(models.Model):
    """The code or link with which a provider has a forwarding confirmed, for administrators."""

    _inherit = "mail.incoming"

    verification_html = fields.Html(
        "To Confirm", compute="_compute_verification_html", sanitize=False
    )

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_verification_html(self):
        """Read from the source: the code stands nowhere else."""
        for incoming in self:
            incoming.verification_html = incoming._verification_as_html()

    def _verification_as_html(self):
        if self.reason != "verification" or not self.has_source:
            return False
        found = verification.read_message(self._message())
        if not found:
            return False
        return self.env["ir.qweb"]._render(
            "email_communication.incoming_verification",
            {"found": found, "recipients": self.recipients or ""},
        )

    @api.model
    def _tell_of_verification(self, found, recipients):
        """One open activity: whoever sets up a forwarding waits for this mail."""
        summary = self.env._("%(provider)s asks to confirm a forwarding", provider=found.provider)
        warning = self.env.ref(WARNING)
        known = [
            ("activity_type_id", "=", warning.id),
            ("automated", "=", True),
            ("summary", "=", summary),
        ]
        if self.env["mail.activity"].sudo().search_count(known, limit=1):
            return
        said = self.env._(
            "It asks whether mail may be forwarded to %(recipients)s. The code or link to confirm "
            "it stands in the held email. Confirm it only if you set up the forwarding.",
            recipients=recipients,
        )
        self._tell_administrator(summary, Markup("<p>%s</p>%s") % (said, self._link()))
