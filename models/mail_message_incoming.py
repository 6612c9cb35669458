from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

ALIAS_STEPS = ("alias", "alias_local", "alias_other")


class MailMessage(models.Model):
    """The chatter asks how an e-mail came in when somebody wants to know; nothing is computed for
    the other readers."""

    _inherit = "mail.message"

    def get_incoming(self):
        """How this message came in, for internal users who may read it.

        :return: ``sentence``, and ``incoming_id``: the incoming email for those who may read it,
            else False
        """
        self.ensure_one()
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only internal users see how emails came in."))
        self.check_access("read")
        row = self._incoming_row()
        own = row.sudo(False)
        is_readable = row and own.has_access("read")
        return {
            "sentence": self._incoming_sentence(row),
            "incoming_id": is_readable and own._filtered_access("read").id,
        }

    def _incoming_row(self):
        rows = self.env["mail.incoming"].sudo()
        return rows.search([("mail_message_id", "=", self.id)], limit=1, order="id")

    def _incoming_sentence(self, row):
        if not row:
            return self.env._("It is not recorded here how this email came in.")
        return " ".join(filter(None, (self._incoming_way(row), self._incoming_place(row))))

    def _incoming_way(self, row):
        """Without the addresses of the mail: some of them may have been blind copies."""
        values = {
            "mailbox": row.mailbox_id.name or row.mailbox_name,
            "time": format_datetime(self.env, row.create_date, dt_format="short"),
            "address": ", ".join(self._incoming_aliases(row)),
        }
        if values["mailbox"] and values["address"]:
            return self.env._("Received by “%(mailbox)s” at %(time)s, to %(address)s.", **values)
        if values["mailbox"]:
            return self.env._("Received by “%(mailbox)s” at %(time)s.", **values)
        if values["address"]:
            return self.env._("Received by this server at %(time)s, to %(address)s.", **values)
        return self.env._("Received by this server at %(time)s.", **values)

    def _incoming_aliases(self, row):
        steps = [step for step in row.steps or () if step["code"] in ALIAS_STEPS]
        found = (item["values"].get("address") or item["values"].get("alias") for item in steps)
        return list(dict.fromkeys(filter(None, found)))

    def _incoming_place(self, row):
        if row.created_record and self.model in self.env:
            kind = self.env["ir.model"]._get(self.model).name
            return self.env._("It created this record (%(kind)s).", kind=kind)
        if any(step["code"] == "chosen" for step in row.steps or ()):
            return self.env._("An administrator put it here.")
        if any(step["code"] == "reply" for step in row.steps or ()):
            return self.env._("It answers an earlier message of this record.")
        return ""
