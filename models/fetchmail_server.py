import imaplib
import poplib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import mailbox_error


class FetchmailServer(models.Model):
    """A mailbox knows its provider, and one that cannot be opened says why in words."""

    _inherit = "fetchmail.server"

    provider_id = fields.Many2one(
        "mail.provider",
        "Provider",
        compute="_compute_provider_id",
        readonly=False,
        domain=[("imap_host", "!=", False)],
        help="Recognised by the server name. Picking one for a new mailbox fills in the server, "
        "its port and its encryption.",
    )

    @api.depends("server")
    def _compute_provider_id(self):
        providers = self.env["mail.provider"].search([])
        for mailbox in self:
            mailbox.provider_id = providers._recognise(mailbox.server)

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        """Fill in a new mailbox. A server of the provider that is typed already stays."""
        provider = self.provider_id
        if self._origin or self.server_type != "imap" or not provider.imap_host:
            return
        if not provider._recognise(self.server):
            self.server = provider.imap_host
        self.is_ssl = provider.imap_ssl
        self.port = provider.imap_port

    @api.onchange("server_type", "is_ssl", "object_id")
    def onchange_server_type(self):
        """Odoo resets the port to the usual one; that of a provider is known."""
        result = super().onchange_server_type()
        provider = self.provider_id
        if self.server_type == "imap" and provider.imap_host and self.is_ssl == provider.imap_ssl:
            self.port = provider.imap_port
        return result

    def _connect__(self, allow_archived=False):
        try:
            return super()._connect__(allow_archived=allow_archived)
        except (imaplib.IMAP4.error, poplib.error_proto, OSError) as error:
            raise UserError(self._connection_error_sentence(error)) from error

    def _connection_error_sentence(self, error):
        _ = self.env._
        values = {
            "host": self.server or "",
            "port": self.port,
            "user": self.user or "",
            "reply": mailbox_error.reply_text(error) or str(error),
        }
        sentences = {
            "login_refused": _(
                "%(host)s refused the user name “%(user)s” or its password (it said: %(reply)s). "
                "Correct them and press Test & Confirm.",
                **values,
            ),
            "name_unknown": _(
                "The server name “%(host)s” does not exist in the DNS. Correct it and press "
                "Test & Confirm.",
                **values,
            ),
            "connection_refused": _(
                "No mail server answers on port %(port)s of %(host)s. Check the port and whether "
                "SSL/TLS is right for it, and press Test & Confirm.",
                **values,
            ),
            "timeout": _(
                "%(host)s did not answer on port %(port)s in time. Check the name, the port and "
                "any firewall between; Odoo keeps trying.",
                **values,
            ),
            "tls": _(
                "No encrypted connection to port %(port)s of %(host)s came about: %(reply)s. "
                "Check whether the port expects SSL/TLS.",
                **values,
            ),
            "other": _(
                "The mailbox on %(host)s (port %(port)s) could not be opened: %(reply)s. Check "
                "the settings and press Test & Confirm.",
                **values,
            ),
        }
        return sentences[mailbox_error.classify(error)]
