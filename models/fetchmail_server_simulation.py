from odoo import models


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    def action_simulate(self):
        """What would happen to a mail that is fetched from here."""
        self.ensure_one()
        return self.env["mail.incoming.simulation"]._open(mailbox_id=self.id, email_to=self.user)
