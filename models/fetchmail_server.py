import imaplib
import poplib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..core.incoming import mailbox_error
from ..core.text import printable

_lt = LazyTranslate(__name__)

CONNECTION_ERROR_SENTENCES = {
    "login_refused": _lt(
        "%(host)s refused the user name “%(user)s” or its password (it said: %(reply)s)."
    ),
    "name_unknown": _lt("The server name “%(host)s” does not exist in the DNS."),
    "connection_refused": _lt(
        "No mail server answers on port %(port)s of %(host)s. The port may be wrong, or SSL/TLS is "
        "not right for it."
    ),
    "timeout": _lt(
        "%(host)s did not answer on port %(port)s in time. The name or the port may be wrong, or a "
        "firewall stands between."
    ),
    "tls": _lt(
        "No encrypted connection to port %(port)s of %(host)s came about: %(reply)s. The port may "
        "not expect SSL/TLS."
    ),
    "other": _lt("The mailbox on %(host)s (port %(port)s) could not be opened: %(reply)s."),
}

ADVICE = {
    "draft": _lt("Correct the settings and press Test & Confirm."),
    "done": _lt(
        "Odoo keeps trying. If the settings are to blame, press Reset Confirmation, correct them, "
        "and press Test & Confirm."
    ),
}


class FetchmailServer(models.Model):
    """A mailbox knows its provider, and one that cannot be opened says why in words."""

    _inherit = "fetchmail.server"

    provider_id = fields.Many2one(
        "mail.provider",
        compute="_compute_provider_id",
        readonly=False,
        # As a text: a list would make the server depend on the providers' field
        domain="[('imap_host', '!=', False)]",
        help="Recognised by the server name. Picking one for a new mailbox fills in the server, "
        "its port and its encryption.",
    )

    @api.depends("server")
    def _compute_provider_id(self):
        providers = self.env["mail.provider"]._with_hosts()
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
        sentence = self.env._(CONNECTION_ERROR_SENTENCES[mailbox_error.classify(error)])
        cause = sentence % {
            "host": printable(self.server or ""),
            "port": self.port,
            "user": self.user or "",
            "reply": printable((mailbox_error.reply_text(error) or str(error)).rstrip(".")),
        }
        return f"{cause} {self.env._(ADVICE[self.state])}"
