from odoo import api, models

from .rehearsal import is_rehearsal


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _storage(self):
        """A file would be left behind by what is rolled back."""
        return "db" if is_rehearsal() else super()._storage()
