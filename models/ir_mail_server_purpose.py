from odoo import api, fields, models


class IrMailServer(models.Model):
    """What an outgoing server is used for, in the words of the apps that use it."""

    _inherit = "ir.mail_server"

    purpose_note = fields.Text(
        "Used For", compute="_compute_purpose_note", groups="base.group_system"
    )

    @api.depends("from_filter", "owner_user_id", "sequence", "active")
    @api.depends_context("lang")
    def _compute_purpose_note(self):
        used = self.sudo()._active_usages_compute()
        default = self._shared_servers().filtered(lambda server: not server.from_filter)[:1]
        for server in self:
            notes = [*server._own_purposes(default), *used.get(server.id, ())]
            server.purpose_note = "\n".join(notes)

    def _own_purposes(self, default):
        if self.owner_user_id:
            yield self.env._("Personal server of %(user)s", user=self.owner_user_id.sudo().name)
        elif self.from_filter:
            yield self.env._("E-mails of %(senders)s", senders=self.from_filter)
        elif self._origin == default:
            yield self.env._("Default: e-mails of everybody whom no other server lists")
