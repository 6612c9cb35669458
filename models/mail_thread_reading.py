from odoo import api, models

from ..core.incoming import report
from .incoming_run import CURRENT


class MailThread(models.AbstractModel):
    """What an incoming mail really is: a mail, a report, a receipt, a complaint, an answer of a
    machine. Told once for each mail, by all that asks."""

    _inherit = "mail.thread"

    @api.model
    def _read_incoming(self, message):
        """The `Reading` of a mail, see `core/incoming/reading.py`; never raises.

        :param message: the mail as Odoo's gateway has it, an `email.message.EmailMessage`
        """
        observed = CURRENT.get()
        if observed is None:
            return self._with_provenance(report.read_message(message), message)
        if observed.reading is None:
            reading = report.read(observed.raw)
            observed.reading = self._with_provenance(reading, message, observed.raw)
        return observed.reading
