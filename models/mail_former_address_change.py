import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

ANSWER_DAYS = 60
"""Days within which answers and bounces to a mail are expected, and deliveries looked at."""


class MailFormerAddress(models.Model):
    """What depends on an address is told before it is given up."""

    _inherit = "mail.former.address"

    @api.model
    def _notice(self, addresses):
        """What a change would do with addresses that are given up, a sentence for each.

        :param addresses: ``{address: kind}``
        """
        return "\n".join(self._notice_of(address, kind) for address, kind in addresses.items())

    def _is_known_to_others(self):
        """Whether mails have come to it, or mails of late have named it."""
        deliveries = self.env["mail.delivery"].sudo()
        return bool(self.mail_count or deliveries._count_naming(self.address, self.kind))

    @api.model
    def _notice_of(self, address, kind):
        values = {
            "address": address,
            "count": self.env["mail.delivery"].sudo()._count_naming(address, kind),
            "days": ANSWER_DAYS,
        }
        if kind == "bounce":
            return self.env._(
                "%(count)s mails sent with %(address)s in the last %(days)s days: bounces to it "
                "are still recognised after the change, as a former address.",
                **values,
            )
        if kind == "notification":
            return self.env._(
                "%(count)s mails sent from %(address)s in the last %(days)s days: it stays with "
                "you after the change, as a former address.",
                **values,
            )
        return self.env._(
            "%(count)s mails sent with %(address)s for the answers in the last %(days)s days: "
            "mails to it still arrive after the change, as to a former address.",
            **values,
        )


class MailDelivery(models.Model):
    _inherit = "mail.delivery"

    @api.model
    def _count_naming(self, address, kind):
        """How many mails of late have told their recipients an address of ours."""
        start = fields.Datetime.now() - timedelta(days=ANSWER_DAYS)
        named = rf"(^|[\s<,;\"]){re.escape(address)}($|[\s>,;\"])"
        column = {
            "bounce": SQL("lower(delivery.envelope_sender)"),
            "notification": SQL("lower(delivery.email_from)"),
        }.get(kind, SQL("lower(message.reply_to)"))
        self.flush_model()
        self.env["mail.message"].flush_model(["reply_to"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(DISTINCT delivery.mail_mail_id_int)
                  FROM mail_delivery AS delivery
             LEFT JOIN mail_message AS message ON message.id = delivery.mail_message_id_int
                 WHERE delivery.tried_at >= %(start)s AND %(column)s ~ %(named)s
                """,
                start=start,
                column=column,
                named=named,
            )
        )
        return rows[0][0]
