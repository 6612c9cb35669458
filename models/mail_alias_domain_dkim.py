from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.dkim.sign import PACKAGES
from .mail_dkim_key import CHECKED


class MailAliasDomain(models.Model):
    """The e-mails of an alias domain can be signed by Odoo itself."""

    # Apart from the watching of the DNS: a subject of its own
    _inherit = "mail.alias.domain"  # pylint: disable=consider-merging-classes-inherited

    dkim_key_ids = fields.One2many(
        "mail.dkim.key", "alias_domain_id", "DKIM Keys", groups="base.group_system"
    )
    dkim_server_ids = fields.Many2many(
        "ir.mail_server",
        compute="_compute_dkim_server_ids",
        inverse="_inverse_dkim_server_ids",
        string="Servers That Do Not Sign by Themselves",
        groups="base.group_system",
        help="What leaves through these is signed by Odoo. They are the same for all domains.",
    )
    dkim_problem = fields.Char(compute="_compute_dkim_problem", groups="base.group_system")

    def _compute_dkim_server_ids(self):
        self.dkim_server_ids = self.env["ir.mail_server"].search([("dkim_sign", "=", True)])

    def _inverse_dkim_server_ids(self):
        for alias_domain in self:
            chosen = alias_domain.dkim_server_ids
            servers = self.env["ir.mail_server"].search([("dkim_sign", "=", True)])
            (servers - chosen).dkim_sign = False
            (chosen - servers).dkim_sign = True

    @api.depends_context("lang")
    def _compute_dkim_problem(self):
        self.dkim_problem = self.env["mail.dkim.key"]._missing_packages()

    def action_sign_emails(self):
        """Open the assistant."""
        self.ensure_one()
        view = self.env.ref("email_communication.mail_alias_domain_view_form_dkim")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign E-mails with DKIM"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_make_dkim_keys(self):
        """A new pair for each algorithm that can sign here; older ones sign until it is seen."""
        self.ensure_one()
        self._check_administrator()
        keys = self.env["mail.dkim.key"]
        if problem := keys._missing_packages():
            raise UserError(problem)
        made = self.dkim_key_ids.filtered(lambda key: key.state == "waiting")
        if made:
            raise UserError(
                self.env._(
                    "There is a new key already, which waits for its record in the DNS: "
                    "%(names)s. Publish it, or retire the key.",
                    names=", ".join(made.mapped("record_name")),
                )
            )
        keys.create(
            [
                {"alias_domain_id": self.id, "algorithm": algorithm}
                for algorithm in reversed(PACKAGES)  # the latest is listed first
                if not keys._missing_packages(algorithm)
            ]
        )
        return self.action_sign_emails()

    def check_dkim_keys__(self):
        """Ask the DNS about the keys now; administrators only."""
        self._check_administrator()
        self.dkim_key_ids.filtered(lambda key: key.state in CHECKED).check_dns__()
        return self.action_sign_emails()

    @api.model
    def _check_administrator(self):
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators can sign e-mails with DKIM."))

    def _register_check(self, check, changes):
        result = super()._register_check(check, changes)
        self.sudo().dkim_key_ids._take_findings(check._report().findings)
        return result


class MailAliasDomainCheck(models.Model):
    """The keys of our own are looked at, whether a server signs with them or not."""

    _inherit = "mail.alias.domain.check"

    def _tested_selectors(self, name):
        tested, unknown = super()._tested_selectors(name)
        own = [selector.name for selector in self.env["mail.dkim.key"]._selectors(name)]
        return [*((selector, "Odoo") for selector in own), *tested], unknown
