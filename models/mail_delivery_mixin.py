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
    delivery_failure = fields.Char("Cause of Failure", compute="_compute_delivery_failure")

    @api.depends("delivery_server", "delivery_rule")
    def _compute_delivery_explanation(self):
        sentence = self.env["ir.mail_server"]._sender_rule_sentence
        for record in self:
            record.delivery_explanation = record.delivery_rule and sentence(
                record.delivery_rule, record.delivery_server, record._delivery_author()
            )

    @api.depends("delivery_server", "failure_type", "failure_reason")
    def _compute_delivery_failure(self):
        for record in self:
            record.delivery_failure = record._delivery_failure_sentence()

    def _delivery_failure_sentence(self):
        """What became of a mail that a server was chosen for, and what to do; False if sent."""
        reason = self._delivery_failure_reason()
        if not (self.delivery_rule and self.failure_type and reason):
            return False
        values = {"server": self.delivery_server, "reason": " ".join(reason.split())}
        if self.failure_type == "mail_smtp":
            return self.env._(
                "“%(server)s” could not be reached (%(reason)s). The e-mail is kept. An "
                "administrator can check the outgoing server with Test Connection; then press "
                "Retry.",
                **values,
            )
        return self.env._(
            "“%(server)s” did not take the e-mail (%(reason)s). It is kept. Correct the cause, "
            "then press Retry.",
            **values,
        )

    def _delivery_failure_reason(self):
        return self.failure_reason

    def _delivery_author(self):
        """The sender that the selection was made for, as in the From of the message."""
        raise NotImplementedError
