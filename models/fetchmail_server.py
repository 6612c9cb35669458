import imaplib
import poplib

from odoo import api, fields, models
from odoo.exceptions import UserError

from . import fetchmail_adapter
from .fetchmail_words import MAILBOX_ERRORS


class FetchmailServer(models.Model):
    """A mailbox knows its provider, and what it holds is kept before it is processed."""

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
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Records that its mails create belong to this company. Left empty, Odoo decides as "
        "it does without mailboxes of companies.",
    )

    @api.depends("server")
    def _compute_provider_id(self):
        for mailbox in self:
            mailbox.provider_id = self.env["mail.provider"]._recognised(mailbox.server)

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        """Fill in a new mailbox. A server of the provider that is typed already stays."""
        provider = self.provider_id
        if self._origin or self.server_type != "imap" or not provider.imap_host:
            return
        if not provider._recognise(self.server):
            self.server = provider.imap_host
        self.is_ssl = self.checks_certificate = provider.imap_ssl
        self.port = provider.imap_port

    @api.onchange("server_type", "is_ssl", "object_id")
    def onchange_server_type(self):
        """Odoo resets the port to the usual one; that of a provider is known."""
        result = super().onchange_server_type()
        provider = self.provider_id
        if self.server_type == "imap" and provider.imap_host and self.is_ssl == provider.imap_ssl:
            self.port = provider.imap_port
        return result

    # ------------------------------------------------------------
    # FETCHING
    # ------------------------------------------------------------

    def _connect__(self, allow_archived=False):
        """Odoo's connection, behind which mails are kept before the mailbox is told.

        :raises: what Odoo raises, so that others can tell a refused token from a lost line
        """
        try:
            # Odoo refuses what is archived, and knows no other encryptions than its own two.
            if self._connects_as_odoo() or not (self.active or allow_archived):
                connection = super()._connect__(allow_archived=allow_archived)
            else:
                connection = self._connect_encrypted__()
        except Exception as error:
            self._note_trouble(error)
            raise
        return fetchmail_adapter.wrap(self, connection)

    def _fetch_mail(self, *args, **kwargs):
        """The scheduled action leaves a mailbox alone that has just failed several times."""
        if self._is_copy():
            return None
        mailboxes = self._not_resting() if self.env.context.get("cron_id") else self
        return super(FetchmailServer, mailboxes)._fetch_mail(*args, **kwargs)

    def _is_copy(self):
        """A copy of a database for tests must not take the mails of the real one."""
        return self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")

    def fetch_mail(self):
        if self._is_copy():
            raise UserError(
                self.env._(
                    "This is a neutralized copy of a database: it fetches nothing, so that no "
                    "email is taken from the real one."
                )
            )
        try:
            return super().fetch_mail()
        except MAILBOX_ERRORS as error:
            raise UserError(self._connection_error_sentence(error)) from error

    def button_confirm_login(self):
        """Odoo's test, with the cause in words."""
        for mailbox in self:
            try:
                super(FetchmailServer, mailbox).button_confirm_login()
            except UserError as error:
                cause = error.__context__
                if not isinstance(cause, (imaplib.IMAP4.error, poplib.error_proto, OSError)):
                    raise
                raise UserError(mailbox._connection_error_sentence(cause)) from cause
        return True

    def _spool_values(self):
        """What the spool keeps of a mail of this mailbox, besides the mail."""
        call = {
            "model": self.object_id.model or False,
            "save_original": self.original,
            "strip_attachments": not self.attach,
        }
        return {
            "mailbox_id": self.id,
            "mailbox_name": self.name,
            "company_id": self.company_id.id,
            "call": self.env["mail.incoming"]._call_values(self.env["mail.thread"], call),
        }
