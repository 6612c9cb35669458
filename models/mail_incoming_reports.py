from odoo import fields, models


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
