from odoo import api, models

from .incoming_memo import forgetting, search_once

NAMES = {"alias_full_name", "alias_name", "alias_incoming_local", "alias_model_id"}
"""What is asked about them."""


class MailAlias(models.Model):
    """The aliases of an incoming mail are looked up once."""

    _inherit = "mail.alias"

    @api.model
    def _search(self, domain, *args, **kwargs):
        return search_once(super()._search, self, NAMES, domain, *args, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        with forgetting(self):
            return super().create(vals_list)

    def write(self, vals):
        """An alias that works again is found as before."""
        if set(vals) <= {"alias_status"}:
            return super().write(vals)
        with forgetting(self):
            return super().write(vals)

    def unlink(self):
        with forgetting(self):
            return super().unlink()
