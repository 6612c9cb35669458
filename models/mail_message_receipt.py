from odoo import fields, models


class MailMessage(models.Model):
    """A receipt means "read" only where it was asked for."""

    _inherit = "mail.message"

    receipt_asked = fields.Boolean(
        readonly=True, copy=False, help="Its e-mails ask for a read receipt."
    )
