from odoo import api, models
from odoo.fields import Domain

CLOSED_MODEL = "mail.alias.domain"


class IrAttachment(models.Model):
    """What is attached in the chatter of an alias domain is as private as the chatter.

    Odoo opens an attachment to whoever may read the document that it hangs on.
    """

    _inherit = "ir.attachment"

    def _inaccessible_comodel_records(self, model_and_ids, operation):
        if self._are_alias_domains_open():
            return super()._inaccessible_comodel_records(model_and_ids, operation)
        others = {model: ids for model, ids in model_and_ids.items() if model != CLOSED_MODEL}
        closed = filter(None, model_and_ids.get(CLOSED_MODEL, ()))
        return [
            *super()._inaccessible_comodel_records(others, operation),
            *((CLOSED_MODEL, res_id) for res_id in closed),
        ]

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """A search for those of one model is answered without a look at each of them."""
        if not (bypass_access or self._are_alias_domains_open()):
            domain = Domain(domain) & Domain("res_model", "!=", CLOSED_MODEL)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _are_alias_domains_open(self):
        return self.env.su or self.env[CLOSED_MODEL]._is_chatter_open()
