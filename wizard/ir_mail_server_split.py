from odoo import api, fields, models
from odoo.exceptions import UserError

MASS_MAILING_SWITCH = "mass_mailing.outgoing_mail_server"
MASS_MAILING_SERVER = "mass_mailing.mail_server_id"
"""Settings of Odoo's Email Marketing, where it is installed."""
TRANSACTIONAL_PRIORITY, MASS_PRIORITY = 1, 2


class IrMailServerSplit(models.TransientModel):
    """Keeps mass mailings away from the server of everything else, in one step.

    Complaints about newsletters cost the reputation of the server that sends them. Invoices and
    answers had better leave through another one.
    """

    _name = "ir.mail_server.split"
    _description = "Split transactional and mass mailing servers"

    transactional_server_id = fields.Many2one(
        "ir.mail_server",
        "For Everything Else",
        required=True,
        domain="[('owner_user_id', '=', False)]",
        default=lambda self: self._first_server(),
        help="Invoices, answers, notifications: it is chosen first.",
    )
    mass_server_id = fields.Many2one(
        "ir.mail_server",
        "For Mass Mailings",
        domain="[('owner_user_id', '=', False), ('id', '!=', transactional_server_id)]",
        default=lambda self: self._dedicated_server(),
        help="Left empty, one is made with the settings of the other, for you to complete.",
    )
    is_mass_mailing_installed = fields.Boolean(compute="_compute_is_mass_mailing_installed")

    def _compute_is_mass_mailing_installed(self):
        self.is_mass_mailing_installed = "mailing.mailing" in self.env

    @api.model
    def _first_server(self):
        return (self.env["ir.mail_server"]._shared_servers() - self._dedicated_server())[:1]

    @api.model
    def _dedicated_server(self):
        servers = self.env["ir.mail_server"]
        return servers.browse(servers._dedicated_server_id() or ()).exists()

    def action_split(self):
        """Set the priorities, and what Email Marketing sends through."""
        self.ensure_one()
        transactional = self.transactional_server_id
        mass = self.mass_server_id or transactional.copy(
            {"name": self.env._("%(server)s, mass mailings", server=transactional.name)}
        )
        if mass == transactional:
            raise UserError(self.env._("Choose two different servers."))
        if (mass | transactional).owner_user_id:
            raise UserError(
                self.env._(
                    "A personal server sends for its owner only, so neither mass mailings nor "
                    "other e-mails can leave through it. Choose another one."
                )
            )
        transactional.sequence, mass.sequence = TRANSACTIONAL_PRIORITY, MASS_PRIORITY
        (mass | transactional).filtered(lambda server: not server.active).active = True
        if self.is_mass_mailing_installed:
            parameters = self.env["ir.config_parameter"].sudo()
            parameters.set_param(MASS_MAILING_SWITCH, "True")
            parameters.set_param(MASS_MAILING_SERVER, mass.id)
        return {
            "type": "ir.actions.act_window",
            "name": mass.name,
            "res_model": "ir.mail_server",
            "res_id": mass.id,
            "views": [(False, "form")],
        }
