from markupsafe import Markup
from odoo import fields, models

UNCLEAR = ("unread_report", "to_bounce")
"""What came to the bounce address, and nobody knows yet what it is."""


class MailIncoming(models.Model):
    """A mail that reports about another one leads to what it reports about."""

    _inherit = "mail.incoming"

    reason = fields.Selection(
        selection_add=[
            ("delayed", "Delay recorded"),
            ("delivered", "Delivery confirmed"),
            ("receipt", "Read receipt"),
            ("complaint", "Complaint about spam"),
            ("unread_report", "A report that could not be read"),
            ("to_bounce", "Written to the bounce address"),
        ]
    )

    def _observed(self, raw):
        """Released, it is a mail like any other."""
        observed = super()._observed(raw)
        observed.is_mail = self.released and self.reason in UNCLEAR
        return observed

    def _held_summary(self, count):
        if self.reason not in UNCLEAR:
            return super()._held_summary(count)
        if self.reason == "to_bounce":
            return self.env._("Written to the bounce address: %(count)s held", count=count)
        return self.env._("Reports that could not be read: %(count)s held", count=count)

    def _held_note(self, count):
        if self.reason not in UNCLEAR:
            return super()._held_note(count)
        said = self.env._(
            "%(count)s mails came to where bounces come, and it is not known which message and "
            "whom they are about, so no address was marked. The last one came from %(sender)s: "
            "“%(subject)s”. If a person wrote it, choose where it belongs; else dismiss it.",
            count=count,
            sender=self.email_from or "?",
            subject=self.subject or "",
        )
        return Markup("<p>%s</p>%s") % (said, self._link())
