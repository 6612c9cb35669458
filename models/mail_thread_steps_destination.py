from odoo import api, models
from odoo.tools import email_normalize

from .incoming_run import CURRENT


class MailThread(models.AbstractModel):
    """What it has come to, as who, and by whom it is, whoever decided it."""

    _inherit = "mail.thread"

    @api.model
    def _mail_find_user_for_gateway(self, email_value, alias=None):
        user = super()._mail_find_user_for_gateway(email_value, alias=alias)
        if observed := CURRENT.get():
            address = email_normalize(email_value or "") or email_value
            acting = (user or self.env.user).sudo()
            observed.step("user" if user else "no_user", user=acting.name, address=address)
            observed.user_ids.add(acting.id)
        return user

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        if observed := CURRENT.get():
            self._note_destinations(observed, message_dict, routes or ())
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _note_destinations(self, observed, message_dict, routes):
        """What it has come to, whoever decided it."""
        reached = {(route[0], route[1] or 0) for route in routes}
        for model, res_id in set(observed.accepted) - reached:
            observed.step("other_dropped", model=model, res_id=res_id)
        for model, res_id, _values, user_id, _alias in routes:
            if not observed.destination and (model, res_id or 0) not in observed.accepted:
                observed.step("other_route")
            if user_id not in observed.user_ids and observed.user_ids:
                user = self.env["res.users"].sudo().browse(user_id)
                observed.step("user_other", user=user.name)
            observed.step("updates" if res_id else "creates", model=model, res_id=res_id or 0)
        if routes:
            observed.author = self._author_step(message_dict)

    @api.model
    def _author_step(self, values):
        """Who the author is, and why: its code and values."""
        address = email_normalize(values.get("email_from") or "")
        partner = self.env["res.partner"].sudo().browse(values.get("author_id") or 0)
        if not partner:
            return "no_author", {"address": address or values.get("email_from")}
        by_address = "author_user" if partner.user_ids else "author"
        code = by_address if partner.email_normalized == address else "author_other"
        return code, {"partner": partner.display_name, "address": address}

    def _message_create(self, values_list):
        """The record that the mail has made may be of its author."""
        messages = super()._message_create(values_list)
        observed = CURRENT.get()
        for values in values_list if observed else ():
            if values.get("message_id") == observed.message_id:
                observed.author = self._author_step(values)
        return messages
