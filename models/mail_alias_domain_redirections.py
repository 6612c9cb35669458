from odoo import models

KINDS = ("catchall", "bounce", "notification")


class MailAliasDomain(models.Model):
    """Which addresses the server of a domain has to hand on, so that they reach Odoo."""

    # Apart from the rest: it is about the server of the domain, not about Odoo
    _inherit = "mail.alias.domain"  # pylint: disable=consider-merging-classes-inherited

    def action_redirections(self):
        """Show which addresses have to reach Odoo, and how to tell that to a mail server."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Redirections of %(domain)s", domain=self.name),
            "res_model": "mail.alias.domain.redirect",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_alias_domain_id": self.id, "dialog_size": "extra-large"},
        }

    def _reached_by(self):
        """Every address of the domain at which mails for Odoo arrive: ``[(address, role,
        last mail or False)]``; catchall, bounce and notification first."""
        titles = dict(
            self.env["mail.former.address"]._fields["kind"]._description_selection(self.env)
        )
        own = sorted(self._addresses().items(), key=lambda item: KINDS.index(item[1]))
        # A notification address may be somebody else's: what comes there is not ours to redirect.
        ending = f"@{self.name}".lower()
        found = [(address, titles[kind]) for address, kind in own if address.endswith(ending)]
        aliases = self.env["mail.alias"].sudo().search([("alias_domain_id", "=", self.id)])
        names = sorted(alias._owned_address()[0] for alias in aliases.filtered("alias_name"))
        found += [(address, titles["alias"]) for address in names]
        formers = self.sudo().former_address_ids
        last = {former.address: former.last_mail for former in formers}
        former_title = self.env._("Former")
        found += [(former.address, f"{former_title}: {titles[former.kind]}") for former in formers]
        last |= self.env["mail.incoming"].sudo()._last_seen([address for address, _role in found])
        return [(address, role, last.get(address) or False) for address, role in found]
