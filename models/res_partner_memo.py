from odoo import api, models

from .incoming_memo import forgetting, search_once

NAMES = {"email_normalized", "email"}
"""What is asked about them."""


class ResPartner(models.Model):
    """Senders and recipients of an incoming mail are looked up once."""

    _inherit = "res.partner"

    # Odoo has a trigram index only, which is slower the more partners there are.
    _email_normalized_exact = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.model
    def _search(self, domain, *args, **kwargs):
        return search_once(super()._search, self, NAMES, domain, *args, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        with forgetting(self):
            return super().create(vals_list)

    def write(self, vals):
        if not self:
            return super().write(vals)
        with forgetting(self):
            return super().write(vals)

    def unlink(self):
        with forgetting(self):
            return super().unlink()
