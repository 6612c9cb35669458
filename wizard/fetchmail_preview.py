import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.incoming import headers
from ..models.fetchmail_peek import PEEK_ERRORS

MAILS = 20
SECONDS_TO_FETCH, SECONDS = 20, 50
"""A request is ended after 120 (limit_time_real)."""


class FetchmailPreview(models.TransientModel):
    """Shows what would happen to the next mails of a mailbox: nothing is taken, written or sent."""

    _name = "fetchmail.preview"
    _description = "Preview of a Mailbox"

    mailbox_id = fields.Many2one("fetchmail.server", required=True, ondelete="cascade")
    number = fields.Integer(readonly=True)
    html = fields.Html("Next Emails", readonly=True, sanitize=False)

    @api.model
    def _of(self, mailbox, mails):
        """:param mails: what `peek` of its connection has returned"""
        begin, shown = time.monotonic(), []
        for folder, raw, size in mails:
            if time.monotonic() - begin > SECONDS:
                break
            shown.append({"folder": folder, "size": size, **self._outcome(mailbox, raw)})
        html = self.env["ir.qweb"]._render(
            "email_communication.fetchmail_preview",
            {"mails": shown, "left": len(mails) - len(shown)},
        )
        return self.create({"mailbox_id": mailbox.id, "number": len(shown), "html": html})

    @api.model
    def _outcome(self, mailbox, raw):
        if raw is None:
            return {
                "subject": "",
                "email_from": "",
                "verdict": "refused",
                "headline": self.env._("It is larger than what is fetched, and would stay there."),
                "steps": "",
            }
        read = headers.read(raw)
        verdict, headline, steps = self._rehearsed(mailbox, raw)
        return {
            "subject": read.subject,
            "email_from": read.email_from,
            "recipients": read.recipients,
            "verdict": verdict,
            "headline": headline,
            "steps": steps,
        }

    @api.model
    def _rehearsed(self, mailbox, raw):
        simulation = self.env["mail.incoming.simulation"].new({"mailbox_id": mailbox.id})
        return simulation._told(simulation._simulate(raw))


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    def action_preview__(self):
        """Look at the next mails, and say what would happen to each; administrators only."""
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators can look into mailboxes."))
        try:
            mails = self._peek__()
        except PEEK_ERRORS as error:
            raise UserError(self._connection_error_sentence(error)) from error
        preview = self.env["fetchmail.preview"]._of(self, mails)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What would happen to the next emails?"),
            "res_model": "fetchmail.preview",
            "res_id": preview.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    def _peek__(self):
        connection = self.sudo()._connect__(allow_archived=True)
        if not hasattr(type(connection), "peek"):
            connection.disconnect()
            raise UserError(
                self.env._("The app that connects to this mailbox cannot show its emails.")
            )
        return connection.peek(MAILS, SECONDS_TO_FETCH)
