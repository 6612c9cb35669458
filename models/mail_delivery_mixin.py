from textwrap import shorten

from odoo import api, fields, models

from .sender_choice import sender_rule_titles

RECORDED = {"readonly": True, "copy": False, "groups": "base.group_user"}
"""What happened is shown to internal users; nobody types it."""
REFUSALS = ("unknown", "mail_spam")
"""Failure types of a mail that its server was asked to take."""
REASON_LENGTH = 300
"""Characters shown of what a server said; some of them say a whole page."""


class MailDeliveryMixin(models.AbstractModel):
    """How an e-mail went out: the server, the rule that chose it, the senders as sent.

    A record of what happened, so the server is kept by its name: it may be renamed or
    deleted later without changing what was true. The senders stay empty when the mail did not
    come as far as an SMTP session.
    """

    _name = "mail.delivery.mixin"
    _description = "E-mail delivery details"

    delivery_server = fields.Char("Sent Through", **RECORDED)
    delivery_rule = fields.Selection(
        lambda self: sender_rule_titles(self.env),
        "Sender Rule",
        **RECORDED,
        help="The step of the selection that chose the outgoing server.",
    )
    delivery_from = fields.Char(
        "From as Sent",
        **RECORDED,
        help="The From header that travelled.",
    )
    delivery_envelope_sender = fields.Char(
        "Envelope Sender",
        **RECORDED,
        help="The SMTP MAIL FROM, to which bounces return (Return-Path).",
    )
    delivery_explanation = fields.Char(
        "Choice of Server", compute="_compute_delivery_explanation", groups="base.group_user"
    )
    delivery_failure = fields.Char(
        "Cause of Failure",
        compute="_compute_delivery_failure",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("delivery_server", "delivery_rule")
    @api.depends_context("lang")
    def _compute_delivery_explanation(self):
        sentence = self.env["ir.mail_server"]._sender_rule_sentence
        for record in self:
            record.delivery_explanation = record.delivery_rule and sentence(
                record.delivery_rule, record.delivery_server, record._delivery_author()
            )

    @api.depends("delivery_server", "failure_type", "failure_reason")
    @api.depends_context("lang")
    def _compute_delivery_failure(self):
        for record in self:
            record.delivery_failure = record._delivery_failure_sentence()

    def _delivery_failure_sentence(self):
        """Why the server did not take the mail, and what to do; False where it is not to blame.

        A missing or invalid address is Odoo's own finding, and a bounce comes later.
        """
        if not self.delivery_rule or not self._is_mail_kept():
            return False
        failure_type = self._delivery_failure_type()
        if failure_type == "mail_smtp":
            return self.env._(
                "“%(server)s” could not be reached. The e-mail is kept. An administrator finds "
                "the cause with Test Connection on the outgoing server, and sends it again with "
                "Retry under Settings > Technical > Emails.",
                server=self.delivery_server,
            )
        if failure_type not in REFUSALS or not self.failure_reason:
            return False
        return self.env._(
            "“%(server)s” did not take the e-mail (%(reason)s). It is kept. Correct the cause; "
            "an administrator then sends it again with Retry under Settings > Technical > Emails.",
            server=self.delivery_server,
            reason=shorten(self.failure_reason, REASON_LENGTH, placeholder="…"),
        )

    def _delivery_failure_type(self):
        return self.failure_type

    def _is_mail_kept(self):
        """Whether the mail is still there to be sent again."""
        raise NotImplementedError

    def _delivery_author(self):
        """The sender that the selection was made for, as in the From of the message."""
        raise NotImplementedError
