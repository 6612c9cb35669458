from odoo import api, models
from odoo.tools import SQL, email_normalize

from .incoming_run import CURRENT

ODOO = "odoo.addons.mail."


class MailThread(models.AbstractModel):
    """Odoo forgives the bounces of whoever writes, and searches each model for them.

    Most senders have none, which one query can tell for all models.
    """

    _inherit = "mail.thread"

    @api.model
    def _routing_reset_bounce(self, email_message, message_dict):
        ask = super()._routing_reset_bounce
        address = email_normalize(message_dict.get("email_from") or "")
        is_odoos = ask.__func__.__module__.startswith(ODOO)
        if CURRENT.get() and address and is_odoos and self._has_no_bounce(address):
            return None
        return ask(email_message, message_dict)

    @api.model
    def _has_no_bounce(self, address):
        """False also where somebody else would hear of the mail, or where no query can tell."""
        names = self._bounce_models()
        if not names:
            return False
        for name in names:
            self.env[name].flush_model(["email_normalized", "message_bounce"])
        rows = SQL(" UNION ALL ").join(
            SQL(
                "SELECT 1 FROM %s WHERE email_normalized = %s AND message_bounce > 0",
                SQL.identifier(self.env[name]._table),
                address,
            )
            for name in names
        )
        return not self.env.execute_query(SQL("SELECT 1 FROM (%s) found LIMIT 1", rows))

    @api.model
    def _bounce_models(self):
        """The models that Odoo would search; none where one of them does more than count."""
        mixin = self.env.registry["mail.thread.blacklist"]
        found = [
            model
            for model in self.env.registry.values()
            if issubclass(model, mixin) and not (model._abstract or model._transient)
        ]
        are_plain = all(
            model._message_reset_bounce.__module__.startswith(ODOO)
            and all(model._fields[name].store for name in ("email_normalized", "message_bounce"))
            for model in found
        )
        return tuple(model._name for model in found) if are_plain else ()
