from markupsafe import Markup
from odoo import api, fields, models

from ..core.incoming import verification


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

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    def _held_summary(self, count):
        if self.reason != "verification":
            return super()._held_summary(count)
        return self.env._("A forwarding is to be confirmed")

    def _held_note(self, count):
        """Without the code: activities are seen by others than administrators."""
        if self.reason != "verification":
            return super()._held_note(count)
        said = self.env._(
            "%(sender)s asks whether mail may be forwarded to %(recipients)s. The code or link to "
            "confirm it stands in the held email. Confirm it only if you set up the forwarding.",
            sender=self.email_from or "?",
            recipients=self.recipients or "?",
        )
        return Markup("<p>%s</p>%s") % (said, self._link())
