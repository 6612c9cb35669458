from datetime import timedelta

from odoo import fields, models

from ..core.incoming import headers

WAIT_SECONDS = 20
"""Until a mail is looked at again whose predecessor was waiting or being processed."""


class MailIncoming(models.Model):
    """An answer is processed after the mail that it answers, however many workers there are."""

    _inherit = "mail.incoming"

    def _give_way(self, raw):
        """Whether a mail that this one answers came first and still waits; then this one is left
        for later. Who processes it by hand does not want to wait."""
        answered = not self.released and headers.answered_ids(raw)
        if not answered:
            return False
        waiting = [("id", "<", self.id), ("state", "=", "received"), ("message_id", "in", answered)]
        if not self.search_count(waiting, limit=1):
            return False
        later = fields.Datetime.now() + timedelta(seconds=WAIT_SECONDS)
        said = self.env._("It answers an email that is still waiting to be processed.")
        self.write({"next_try": later, "reason": "retry", "error": said, "started": 0})
        self._wake(later)
        return True
