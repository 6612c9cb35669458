import sys
from ast import literal_eval

from odoo import models

from .incoming_run import CURRENT, is_passing


class MailAlias(models.Model):
    """A sender is told that an alias does not work, where that is so; not that we try again."""

    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """Odoo answers whatever exception there was, on a cursor of its own, so at each try."""
        observed = CURRENT.get()
        error = sys.exc_info()[1]
        if observed and (not observed.is_first or (error and is_passing(error))):
            return None
        return super()._alias_bounce_incoming_email(message, message_dict, set_invalid=set_invalid)

    def _alias_values(self):
        """What a record is made with that comes in by this alias."""
        return dict(literal_eval(self.alias_defaults or "{}"))
