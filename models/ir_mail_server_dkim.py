import logging
import smtplib
from dataclasses import replace
from functools import partial

from odoo import api, fields, models
from odoo.tools import email_domain_extract

from ..core.dkim import sign as core_sign
from ..core.name import spelling
from ..core.outgoing.signing import FAILED, NO_KEY, Signed, sign_on

_logger = logging.getLogger(__name__)

SMTP = smtplib.SMTP
"""Bound at import: tests of others put a mock in the place of `smtplib.SMTP`."""


def sign_with(keys, raw):
    """The message signed with the keys of its sender. Whatever is wrong with a key, it leaves."""
    try:
        data, used = core_sign.sign(raw, keys)
    except Exception:
        _logger.exception("A message could not be signed with DKIM, and leaves without a signature")
        return Signed(raw, (), FAILED)
    return Signed(data, tuple(key.name for key in used), "" if used else NO_KEY)


def parents(name):
    """The domains above one, the nearest first."""
    labels = name.split(".")
    return [".".join(labels[count:]) for count in range(1, len(labels) - 1)]


class IrMailServer(models.Model):
    """Odoo signs what leaves through servers that do not sign by themselves."""

    # Apart from the choice of a server, so that each subject is one readable file
    _inherit = "ir.mail_server"  # pylint: disable=consider-merging-classes-inherited

    dkim_sign = fields.Boolean(
        "Odoo Signs Its E-mails",
        help="For servers that do not sign with DKIM by themselves, such as a relay of your own. "
        "Odoo then signs with the keys of the alias domains. Providers sign by themselves.",
    )
    dkim_note = fields.Char("Signatures", compute="_compute_dkim_note")

    @api.depends("dkim_sign")
    @api.depends_context("lang")
    def _compute_dkim_note(self):
        keys = self.env["mail.dkim.key"].sudo()
        problem = keys._missing_packages()
        domains = dict.fromkeys(keys.search([("state", "=", "signing")]).mapped("domain_name"))
        for server in self:
            if not server.dkim_sign:
                server.dkim_note = ""
            elif problem:
                server.dkim_note = problem
            elif domains:
                server.dkim_note = self.env._(
                    "Signed are the e-mails of %(domains)s.", domains=", ".join(domains)
                )
            else:
                server.dkim_note = self.env._(
                    "Nothing is signed yet: no alias domain has a key that is in the DNS. Open the "
                    "alias domain and press Sign E-mails."
                )

    # ------------------------------------------------------------
    # SENDING
    # ------------------------------------------------------------

    def _connect__(self, *args, **kwargs):
        """What is sent over the connection is signed, by whoever sends with it."""
        smtp = super()._connect__(*args, **kwargs)
        if isinstance(smtp, SMTP) and self._connects_to_signing_server(args, kwargs):
            keys = self.env["mail.dkim.key"]._signing_keys__()
            sign_on(smtp, partial(sign_with, keys))
        return smtp

    @api.model
    def _connects_to_signing_server(self, args, kwargs):
        if (
            not self.sudo()
            .with_context(active_test=False)
            .search_count([("dkim_sign", "=", True)], limit=1)
        ):
            return False
        if server_id := kwargs.get("mail_server_id"):
            return self.sudo().browse(server_id).dkim_sign
        if args[0] if args else kwargs.get("host"):
            return False
        server, _smtp_from = self.sudo()._find_mail_server(kwargs.get("smtp_from"))
        return bool(server and server.dkim_sign)

    # ------------------------------------------------------------
    # EXPLANATION
    # ------------------------------------------------------------

    @api.model
    def _with_own_signature(self, sender, domain):
        """For the DNS check: such a server signs with our keys, or not at all."""
        keys = self.env["mail.dkim.key"]
        name = spelling(domain)
        for signing_domain in (name, *parents(name)):
            if selectors := keys._selectors(signing_domain):
                elsewhere = signing_domain if signing_domain != name else ""
                return replace(sender, selectors=selectors, dkim_domain=elsewhere)
        return replace(sender, selectors=())

    def _dkim_sentence(self, header_from):
        """Whether a mail with that From will be signed, for the simulator."""
        if not self.dkim_sign:
            return self.env._("Odoo does not sign it. Whether the server does, its provider says.")
        message = f"From: {header_from or ''}\r\n\r\n".encode()
        keys = self.env["mail.dkim.key"]._signing_keys__()
        return self.env["mail.delivery"]._signature_sentence(
            *_told(sign_with(keys, message)), email_domain_extract(header_from or "")
        )


def _told(signed):
    return ", ".join(signed.records), signed.problem
