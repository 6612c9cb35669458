from odoo import api, fields, models

from ..core.incoming import dkim_proof
from ..core.incoming.authentication_results import MICROSOFT, suggested
from ..core.incoming.fields import Fields

SERVERS_PARAMETER = "email_communication.authserv_id"
"""The trusted servers for mails of the mailgate and of mailboxes that name none."""
MAILS_ASKED = 50
"""Of the latest mails: whoever receives for a mailbox writes into all of them."""
ENOUGH = 0.5
"""Share of the latest mails that have to bear a name before it is suggested."""


class FetchmailServer(models.Model):
    """A mailbox trusts what its own mail server has noted about each mail.

    Anybody can write such a note; so an administrator says whose are believed. The name is found
    in the mails that are here already.
    """

    _inherit = "fetchmail.server"

    authserv_id = fields.Char(
        "Trusted Mail Server",
        help="The name with which the mail server of this mailbox signs its "
        "Authentication-Results (authserv-id), several separated by commas. Microsoft's servers "
        "write none: enter “microsoft” for them.",
    )
    signatures_note = fields.Char(compute="_compute_signatures_note")
    authserv_suggestion = fields.Char(compute="_compute_authserv_suggestion")
    authserv_suggestion_text = fields.Char(compute="_compute_authserv_suggestion")

    @api.depends("authserv_id")
    @api.depends_context("lang")
    def _compute_authserv_suggestion(self):
        for mailbox in self:
            heads = self.env["mail.incoming"].sudo()._latest_heads(mailbox._origin, MAILS_ASKED)
            name, count = mailbox._suggested_server([Fields.of(head) for _row, head in heads])
            mailbox.authserv_suggestion = name
            mailbox.authserv_suggestion_text = name and self.env._(
                "“%(name)s” has noted its checks in %(count)s of the latest %(all)s mails of this "
                "mailbox. Trust it if it is the mail server that receives for you.",
                name=name,
                count=count,
                all=len(heads),
            )

    @api.depends("authserv_id")
    @api.depends_context("lang")
    def _compute_signatures_note(self):
        """What cannot be done for want of a package is said where it would help."""
        is_missing = not dkim_proof.is_available()
        for mailbox in self:
            mailbox.signatures_note = (
                is_missing
                and not mailbox._trusted_servers()
                and self.env._(
                    "Without a trusted mail server the signatures of mails (DKIM) could prove "
                    "their senders, but the Python package that verifies them is missing. Install "
                    "it with “pip install dkimpy” and restart Odoo."
                )
            )

    def _suggested_server(self, mails):
        trusted = self._trusted_servers()
        for name, count in suggested(mails):
            if count >= ENOUGH * len(mails):
                return (False, 0) if name in trusted else (name, count)
        return False, 0

    def _trusted_servers(self):
        """Of one mailbox or of none."""
        text = self.authserv_id
        if not text:
            text = self.env["ir.config_parameter"].sudo().get_param(SERVERS_PARAMETER) or ""
        names = (name.strip().lower().rstrip(".") for name in text.split(","))
        return tuple(MICROSOFT if name.startswith(MICROSOFT) else name for name in names if name)

    def action_trust_suggestion(self):
        """Trust the server that the mails of the mailbox suggest, beside those named already."""
        for mailbox in self:
            if name := mailbox.authserv_suggestion:
                mailbox.authserv_id = ", ".join(filter(None, (mailbox.authserv_id, name)))
