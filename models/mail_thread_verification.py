from odoo import api, models

from ..core.incoming import verification
from ..core.incoming.provenance import FAILED
from .incoming_run import CURRENT


class MailThread(models.AbstractModel):
    """A provider that asks to confirm a forwarding is heard.

    Its mail comes to an address that nobody reads: the catchall would answer it with a notice, an
    alias would make a lead of it. It is kept where administrators find the code.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        if found := self._asks_to_confirm(message):
            self._keep_verification(found)
            return []
        return super().message_route(message, message_dict, model, thread_id, custom_values)

    @api.model
    def _asks_to_confirm(self, message):
        observed = CURRENT.get()
        if observed is None or observed.released or observed.destination:
            return None
        found = verification.read_message(message)
        is_forged = found and self._read_incoming(message).provenance.verdict == FAILED
        return None if is_forged else found

    @api.model
    def _keep_verification(self, found):
        observed = CURRENT.get()
        observed.routed = True
        observed.say("held", "verification")
        observed.step("verification", provider=found.provider)
