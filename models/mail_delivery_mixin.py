from odoo import api, fields, models


class MailDeliveryMixin(models.AbstractModel):
    """How an e-mail went out: the server, the rule that chose it, the senders as sent.

    A record of what happened, so the server is kept by its name: it may be renamed or
    deleted later without changing what was true. The senders stay empty when the mail did not
    come as far as an SMTP session.
    """

    _name = "mail.delivery.mixin"
    _description = "E-mail delivery details"

    delivery_server = fields.Char("Sent Through", readonly=True, copy=False)
    delivery_rule = fields.Selection(
        [
            ("address", "Exact address"),
            ("domain", "Domain"),
            ("subdomain", "Subdomain"),
            ("notification", "Notification address"),
            ("no_filter", "Server without FROM filter"),
            ("fallback", "First server"),
            ("command_line", "Command line"),
            ("requested", "Requested by the e-mail"),
            ("other", "Another app"),
        ],
        "Sender Rule",
        readonly=True,
        copy=False,
        help="The step of the selection that chose the outgoing server.",
    )
    delivery_from = fields.Char(
        "From as Sent", readonly=True, copy=False, help="The From header that travelled."
    )
    delivery_envelope_sender = fields.Char(
        "Envelope Sender",
        readonly=True,
        copy=False,
        help="The SMTP MAIL FROM, to which bounces return (Return-Path).",
    )
    delivery_explanation = fields.Char("Choice of Server", compute="_compute_delivery_explanation")

    @api.depends("delivery_server", "delivery_rule")
    def _compute_delivery_explanation(self):
        sentence = self.env["ir.mail_server"]._sender_rule_sentence
        for record in self:
            record.delivery_explanation = record.delivery_rule and sentence(
                record.delivery_rule, record.delivery_server, record._delivery_author()
            )

    def _delivery_author(self):
        """The sender that the selection was made for, as in the From of the message."""
        raise NotImplementedError
