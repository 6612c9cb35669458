import logging
from datetime import timedelta

from odoo import models
from odoo.tools import format_datetime

_logger = logging.getLogger(__name__)

PATIENCE = timedelta(hours=4)
"""After that the author is told; until then most of what waits has left by itself."""
OF_PEOPLE = ("comment", "email")
"""Types of messages that a person has written and may be waiting for."""
NAMES_MAX = 5


class MailMail(models.Model):
    """Who wrote a message sees in its chatter, without opening anything, that it is late."""

    _inherit = "mail.mail"

    def _tell_author(self, moment=None):
        """Say once that it waits, and in the end that it has failed.

        :param moment: when it is tried again; None where it is not
        """
        for mail in self:
            is_first = moment and not mail.delivery_told
            record = mail._record_to_tell()
            if record is None or not (is_first or moment is None):
                continue
            mail.delivery_told = bool(moment)
            try:
                with self.env.cr.savepoint():
                    record._message_log(body=mail._words_for_author(moment))
            except Exception:
                _logger.exception("The author of mail %s could not be told", mail.id)

    def _record_to_tell(self):
        """The document in whose chatter a person wrote this, or None."""
        message = self.sudo().mail_message_id
        if not self.is_notification or message.message_type not in OF_PEOPLE:
            return None
        if not message.res_id or not hasattr(self.env.get(message.model), "_message_log"):
            return None
        return self.env[message.model].sudo().browse(message.res_id).exists() or None

    def _words_for_author(self, moment):
        values = {
            "subject": self.subject or self.record_name or "",
            "recipients": self._names_of_those_left(),
            "cause": (self.delivery_sentence or self.failure_reason or "").partition("\n")[0],
        }
        if moment is None:
            return self.env._(
                "“%(subject)s” was not sent to %(recipients)s and is not tried again. Open the "
                "envelope of the message for the reason and for what can be done.",
                **values,
            )
        return self.env._(
            "“%(subject)s” is still waiting to be sent to %(recipients)s. It will be tried again "
            "at %(time)s. %(cause)s",
            time=format_datetime(self.env, moment, dt_format="short"),
            **values,
        )

    def _names_of_those_left(self):
        deliveries = self.delivery_ids.filtered(lambda item: item.state != "accepted")
        names = [item.res_partner_id.name or item.email for item in deliveries]
        names = names or [*self.recipient_ids.mapped("name"), *filter(None, [self.email_to])]
        shown = ", ".join(names[:NAMES_MAX])
        return shown if len(names) <= NAMES_MAX else f"{shown}, …"
