import imaplib
import poplib

from odoo import models
from odoo.exceptions import UserError

from ..core import mailbox_error


class FetchmailServer(models.Model):
    """A mailbox that cannot be opened says why in words, where administrators look."""

    _inherit = "fetchmail.server"

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
