from odoo import api, models


class MailIncoming(models.Model):
    """Which former addresses are still written to is known by the mails that come to them."""

    _inherit = "mail.incoming"

    @api.model
    def _outcome(self, result, observed):
        values = super()._outcome(result, observed)
        self._note_former_addresses(observed)
        return values

    def _failure(self, error, observed):
        """A mail that has no route came to the address all the same."""
        values = super()._failure(error, observed)
        if values["state"] != "received":
            self._note_former_addresses(observed)
        return values

    @api.model
    def _note_former_addresses(self, observed):
        if observed and observed.is_first and observed.former_addresses:
            self.env["mail.former.address"].sudo()._note_mails(observed.former_addresses)
