from odoo import api, models
from odoo.tools import email_normalize, formataddr
from odoo.tools.mail import email_split_tuples

from .incoming_run import CURRENT


class MailThread(models.AbstractModel):
    """A mail to a former address is routed as one to the address that has taken its place.

    That is done to what Odoo has read of the mail, so every rule of Odoo and of other addons
    sees the address that it knows, and none of them asks the database once more.
    """

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        values = super().message_parse(message, save_original=save_original)
        text = f"{values.get('to') or ''},{values.get('recipients') or ''}"
        if current := self._current_addresses(text):
            values["to"] = _replaced(values.get("to"), current)
            values["recipients"] = _replaced(values.get("recipients"), current)
            self._note_former_addresses(current)
        return values

    @api.model
    def _note_former_addresses(self, current):
        if observed := CURRENT.get():
            observed.former_addresses.update(current)
            for former, address in current.items():
                observed.step("former_address", former=former, current=address)

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        """A bounce that comes to a former bounce address is one."""
        if current := self._current_addresses(message_dict["to"]):
            message_dict = {**message_dict, "to": _replaced(message_dict["to"], current)}
        return super()._detect_is_bounce(message, message_dict)

    @api.model
    def _current_addresses(self, text):
        """The former addresses in some recipients: ``{address: what took its place}``."""
        formers = self.env["mail.former.address"].sudo()
        if not text or not formers._known().addresses:
            return {}
        addresses = [email_normalize(address) for _name, address in email_split_tuples(text)]
        return formers._current(dict.fromkeys(filter(None, addresses)))


def _replaced(text, current):
    """Recipients with the addresses of today; each of them once."""
    pairs = [
        (name, current.get(email_normalize(address), address))
        for name, address in email_split_tuples(text)
    ]
    return ",".join(dict.fromkeys(formataddr(pair) for pair in pairs))
