from odoo import api, fields, models
from odoo.tools import email_domain_extract

from ..core.outgoing.signing import FAILED, NO_KEY
from ..core.text import printable


class MailDelivery(models.Model):
    """Whether Odoo signed what was sent, and with which keys."""

    _inherit = "mail.delivery"

    signed_with = fields.Char(
        readonly=True, help="The DNS records of the DKIM keys that signed it."
    )
    unsigned_because = fields.Selection(
        [(NO_KEY, "No key of its domain is in use"), (FAILED, "The key did not sign")],
        readonly=True,
        help="Why Odoo did not sign what leaves through a server that does not sign by itself.",
    )
    signature_sentence = fields.Char("Signature", compute="_compute_signature_sentence")

    @api.depends("signed_with", "unsigned_because", "email_from")
    @api.depends_context("lang")
    def _compute_signature_sentence(self):
        for delivery in self:
            delivery.signature_sentence = delivery._signature_sentence(
                delivery.signed_with,
                delivery.unsigned_because,
                email_domain_extract(delivery.email_from or ""),
            )

    @api.model
    def _signature_sentence(self, records, problem, domain):
        """What is said of a signature; "" where Odoo has nothing to do with it."""
        if problem == NO_KEY:
            return self.env._(
                "Odoo did not sign it with DKIM: no key of %(domain)s is in use.",
                domain=printable(domain or "", 253) or self.env._("its sender"),
            )
        if problem == FAILED:
            return self.env._(
                "Odoo did not sign it with DKIM: the key cannot be used. Look at the keys of the "
                "alias domain."
            )
        if not records:
            return ""
        return self.env._("Odoo signed it with DKIM: %(records)s.", records=records)
