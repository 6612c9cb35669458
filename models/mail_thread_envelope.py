from odoo import api, models
from odoo.tools import email_split

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
        field, address = self._envelope_recipient(email_message, message_dict)
        if address:
            for name in ("to", "recipients"):
                message_dict[name] = ",".join(filter(None, (message_dict[name], address)))
            if observed := CURRENT.get():
                observed.step("envelope", address=address, field=field)
        return super()._message_parse_extract_bounce(email_message, message_dict)

    @api.model
    def _envelope_recipient(self, message, message_dict):
        """(field, address) of the first one in the order of the mailbox that is one of ours, with
        no address where the mail names it anyway, or there is none."""
        judged = self._read_incoming(message).provenance
        found = judged.envelope if judged else ()
        named = {address.lower() for address in email_split(message_dict["recipients"] or "")}
        if all(address in named for _field, address in found):
            return "", ""
        known = self.env["mail.alias.domain"].sudo()._find_aliases([item[1] for item in found])
        field, address = next((item for item in found if item[1] in known), ("", ""))
        return (field, "" if address in named else address)
