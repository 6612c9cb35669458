import ssl

from odoo import api, fields, models
from odoo.addons.mail.models.fetchmail import (
    MAIL_TIMEOUT,
    OdooIMAP4,
    OdooIMAP4_SSL,
    OdooPOP3,
    OdooPOP3_SSL,
)

ENCRYPTIONS = [
    ("none", "None"),
    ("starttls", "TLS (STARTTLS), encryption only"),
    ("starttls_strict", "TLS (STARTTLS), encryption and validation"),
    ("ssl", "SSL/TLS, encryption only"),
    ("ssl_strict", "SSL/TLS, encryption and validation"),
]
"""As outgoing servers call them."""


class FetchmailServer(models.Model):
    """How the connection to a mailbox is encrypted, and whether its certificate is checked.

    Odoo knows none and SSL/TLS without a check; these are still its own field, which other addons
    read and write, and its own connection.
    """

    _inherit = "fetchmail.server"

    encryption = fields.Selection(
        ENCRYPTIONS,
        "Connection Encryption",
        compute="_compute_encryption",
        inverse="_inverse_encryption",
        readonly=False,
        help="STARTTLS encrypts after the greeting, SSL/TLS from the first word on its own port. "
        "Without validation nobody can tell whether it is the right server.",
    )
    has_starttls = fields.Boolean()
    checks_certificate = fields.Boolean()

    @api.depends("is_ssl", "has_starttls", "checks_certificate")
    def _compute_encryption(self):
        for mailbox in self:
            kind = "ssl" if mailbox.is_ssl else "starttls" if mailbox.has_starttls else "none"
            is_strict = mailbox.checks_certificate and kind != "none"
            mailbox.encryption = f"{kind}_strict" if is_strict else kind

    def _inverse_encryption(self):
        for mailbox in self:
            kind, _separator, strict = (mailbox.encryption or "none").partition("_")
            mailbox.is_ssl = kind == "ssl"
            mailbox.has_starttls = kind == "starttls"
            mailbox.checks_certificate = bool(strict)

    @api.onchange("encryption")
    def _onchange_encryption(self):
        """Odoo knows the usual port of the one and of the other."""
        self._inverse_encryption()
        self.onchange_server_type()

    # ------------------------------------------------------------
    # CONNECTING
    # ------------------------------------------------------------

    def _connects_as_odoo(self):
        return self.encryption in ("none", "ssl") or self._get_connection_type() not in (
            "imap",
            "pop",
        )

    def _connect_encrypted__(self):
        """What Odoo's `_connect__` does, with STARTTLS or with a certificate that is checked.

        Odoo makes the connection and logs in in one go, so there is no place in between.
        """
        host, port, context = self.server, int(self.port), self._tls_context()
        is_imap = self._get_connection_type() == "imap"
        if self.is_ssl:
            name = "ssl_context" if is_imap else "context"
            kind = OdooIMAP4_SSL if is_imap else OdooPOP3_SSL
            connection = kind(host, port, timeout=MAIL_TIMEOUT, **{name: context})
        else:
            connection = (OdooIMAP4 if is_imap else OdooPOP3)(host, port, timeout=MAIL_TIMEOUT)
            (connection.starttls if is_imap else connection.stls)(context)
        self._log_in__(connection)
        return connection

    def _log_in__(self, connection):
        """As Odoo's `_connect__` does it."""
        if self._get_connection_type() == "imap":
            self._imap_login__(connection)
        else:
            connection.user(self.user)
            connection.pass_(self.password)

    def _tls_context(self, checks=None):
        context = ssl.create_default_context()
        if not (self.checks_certificate if checks is None else checks):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
