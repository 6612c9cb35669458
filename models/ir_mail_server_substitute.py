from odoo import api, models
from odoo.tools import email_normalize

from ..core.outgoing import from_filter as core_from_filter


class IrMailServer(models.Model):
    """Which server sends while another one cannot."""

    _inherit = "ir.mail_server"

    def _substitutes(self, run, smtp_from):
        """The servers that may send for this one as `smtp_from`, in order of priority."""
        server, neutralized = self.sudo(), "database.is_neutralized"
        if not server or not server.others_take_over or server.owner_user_id:
            return server.browse()
        if self.env["ir.config_parameter"].sudo().get_param(neutralized):
            return server.browse()
        candidates = server._shared_servers() - server
        return candidates.filtered(
            lambda other: (
                other.id not in run.faults
                and not other._rest_fault(run)
                and other._may_stand_in()
                and other._lists_as(server, email_normalize(smtp_from, strict=False))
            )
        )

    def _may_stand_in(self):
        """Not the personal ones, nor those that are kept for something else."""
        return (
            self.active
            and not self.owner_user_id
            and self.smtp_authentication != "cli"
            and self.id != self._dedicated_server_id()
        )

    @api.model
    def _dedicated_server_id(self):
        """The server that mass mailing keeps for itself, where it is installed."""
        if "mailing.mailing" not in self.env:
            return None
        return self.env["mailing.mailing"]._get_default_mail_server_id()

    def _lists_as(self, server, sender):
        """Whether this FROM filter lists the sender as that of `server` does."""
        if not self.from_filter or not server.from_filter:
            return not self.from_filter and not server.from_filter
        return all(core_from_filter.find(sender, one.from_filter) for one in (self, server))
