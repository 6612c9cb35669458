from odoo import models

from .incoming_run import CURRENT

EXAMPLE = "example.com"
"""The domain of a mail that is made up for an alias without one."""


class MailAlias(models.Model):
    """What follows for an alias, and for who wrote to it, when a mail is not accepted there."""

    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        observed = CURRENT.get()
        if observed and observed.is_first and set_invalid:
            observed.step("alias_invalid", alias=observed.alias_names.get(self.id))
        if observed and observed.rehearsed:
            # Odoo may have called this on a cursor that is committed.
            observed.step("answered", address=message_dict.get("email_from"))
            return None
        return super()._alias_bounce_incoming_email(message, message_dict, set_invalid=set_invalid)

    def action_send_test(self):
        """What would happen now to a mail that somebody writes to this address."""
        self.ensure_one()
        address = self.alias_full_name or ""
        if address and "@" not in address:
            address = f"{address}@{EXAMPLE}"
        return self.env["mail.incoming.simulation"]._open(email_to=address)
