from odoo import models

PROVES_NOTHING = "email_communication_bounce_proves_nothing"
"""In the context while a bounce is handled that says nothing about the address itself: a full
mailbox, a spam filter, a server that gave up."""


class MailThreadBlacklist(models.AbstractModel):
    """The bounces of an address are counted only where the address is dead."""

    _inherit = "mail.thread.blacklist"

    def _message_receive_bounce(self, email, partner):
        """Everything else that is done for a bounce is done."""
        counts = {record: record.message_bounce for record in self}
        result = super()._message_receive_bounce(email, partner)
        if self.env.context.get(PROVES_NOTHING):
            for record, count in counts.items():
                record.message_bounce = count
        return result
