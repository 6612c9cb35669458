from odoo import api, models
from odoo.tools import email_split

from ..core.incoming import envelope
from .incoming_run import CURRENT


class MailThread(models.AbstractModel):
    """A mail reaches the alias that it was handed over for, though its To names somebody else.

    Odoo knows the envelope recipient from Delivered-To alone, so a blind copy or a redirected mail
    is lost where the receiving server writes another field. Only an address that is one of ours is
    added: every other mail is read as Odoo reads it.
    """

    _inherit = "mail.thread"

    @api.model
    def _message_parse_extract_bounce(self, email_message, message_dict):
        """The last step before Odoo compares the recipients with addresses of its own."""
        if found := self._envelope_recipient(email_message, message_dict):
            for name in ("to", "recipients"):
                message_dict[name] = ",".join(filter(None, (message_dict[name], found.address)))
            if observed := CURRENT.get():
                observed.step("envelope", address=found.address, field=found.field)
        return super()._message_parse_extract_bounce(email_message, message_dict)

    @api.model
    def _envelope_recipient(self, message, message_dict):
        """The first address in the order of the mailbox that is one of ours, unless the mail names
        it anyway; None where there is nothing to add."""
        found = envelope.recipients(message, self._incoming_mailbox()._envelope_order())
        named = {address.lower() for address in email_split(message_dict["recipients"] or "")}
        if all(item.address in named for item in found):
            return None
        ours = set(
            self.env["mail.alias.domain"].sudo()._find_aliases([item.address for item in found])
        )
        first = next((item for item in found if item.address in ours), None)
        return None if first is None or first.address in named else first

    @api.model
    def _incoming_mailbox(self):
        """The mailbox that a mail comes from, read in one go; empty for the mailgate."""
        mailboxes = self.env["fetchmail.server"].sudo().with_context(active_test=False)
        mailbox_id = self.env.context.get("default_fetchmail_server_id")
        if not mailbox_id:
            return mailboxes
        return mailboxes.search_fetch([("id", "=", mailbox_id)], ["envelope_fields"])
