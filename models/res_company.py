from odoo import api, models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    @tools.ormcache()
    def _has_several(self):
        """Whether there is more than one, archived ones included: most databases have one."""
        return self.sudo().with_context(active_test=False).search_count([], limit=2) > 1

    def _is_within(self, companies):
        """Whether this is one of these, or a branch of one."""
        return bool(self.sudo().parent_ids & companies) or self in companies
