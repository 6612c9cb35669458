from odoo import models


class MailAlias(models.Model):
    """Whether an alias leads into a record of another company than its own."""

    # Apart from the rest: companies are a subject of their own
    _inherit = "mail.alias"  # pylint: disable=consider-merging-classes-inherited

    def _leads_to_another_company(self):
        """By what it is set up to do; what comes in by it is kept from there."""
        self.ensure_one()
        companies = self.sudo().alias_domain_id.company_ids
        model = self.sudo().alias_model_id.model
        if not companies or model not in self.env:
            return False
        record_id = self.env[model].sudo().browse(self.alias_force_thread_id or ()).exists().id
        target = self.env["mail.thread"]._company_of_target(
            model, record_id, self._alias_values(), self
        )
        return bool(target) and not target._is_within(companies)
