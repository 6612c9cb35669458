import re
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..core.incoming.report import Action, Recipient
from ..core.reply import ReplyClass
from .sending_work import address_key

ID_CHARS = 16
"""Of an identifier that the next server gave a message: long enough to be found in its answer."""
DELIVERIES = 50
"""Latest deliveries to an address that are compared with what a report knows."""
OBJECT = re.compile(r"([a-z][\w.]{1,100})-(\d{1,15})")
BOUNCE_TAG = re.compile(r"(\d{1,15})-([a-z][\w.]{1,100})-(\d{1,15})")
"""VERP as Odoo wrote it up to version 12: the number of the e-mail, model and record."""


class Reported(NamedTuple):
    """A recipient of a report, found among those whom the message was sent to.

    :param email: where the message was sent to; what the report names, where nobody is known
    :param partner: `res.partner`, several where they have the same address
    :param elsewhere: the address that the report is about, where the recipient has it forwarded
    :param is_stranger: the message was sent to others, none of whom can be meant for sure
    :param is_known: the message was sent to that address
    """

    email: str
    partner: object
    recipient: Recipient
    elsewhere: str = ""
    is_stranger: bool = False
    is_known: bool = False

    @property
    def dead_address(self):
        """What is said of an address behind that of the recipient proves nothing about theirs."""
        return self.recipient.dead_address and not self.elsewhere

    def words(self, env):
        return env["mail.delivery"]._words_of_report(self)


class MailThread(models.AbstractModel):
    """Which message a report is about, and which of its recipients.

    To find the message: its Message-Id, whichever address the report came to; then what the
    server that took it answered, for Amazon and others give it another Message-Id and say so; then
    the record that Odoo names in the message, together with the recipient.
    """

    _inherit = "mail.thread"

    # ------------------------------------------------------------
    # MESSAGE
    # ------------------------------------------------------------

    @api.model
    def _reported_ids(self, reading):
        return [reading.message_id] if reading.message_id else False

    @api.model
    def _reported_message(self, reading, found=None):
        """:param found: what Odoo has found already"""
        messages = self.env["mail.message"].sudo()
        if found:
            return found.sudo()
        if reading.message_id:
            domain = [("message_id", "=", reading.message_id)]
            if found := messages.search(domain, limit=1, order="id desc"):
                return found
        return (
            self._message_of_answer(reading)
            or self._message_of_objects(reading)
            or self._message_of_tag(reading.original.bounce_tag)
        )

    @api.model
    def _addresses_of(self, reading):
        return {
            address_key(address)
            for recipient in reading.recipients
            for address in _addresses(recipient)
        }

    @api.model
    def _deliveries_to(self, reading):
        emails = self._addresses_of(reading)
        deliveries = self.env["mail.delivery"].sudo()
        if not emails:
            return deliveries
        return deliveries.search([("email", "in", list(emails))], limit=DELIVERIES)

    @api.model
    def _message_of_answer(self, reading):
        """The server that took the message said by which name it knows it."""
        name = reading.message_id.strip("<>").partition("@")[0]
        if len(name) < ID_CHARS:
            return self.env["mail.message"].sudo()
        return (
            self._deliveries_to(reading)
            .filtered(
                lambda item: any(
                    name in entry.get("text", "") for entry in item.story or () if entry
                )
            )[:1]
            .mail_message_id
        )

    @api.model
    def _message_of_objects(self, reading):
        """The latest one of the record to this recipient."""
        objects = {
            (model, int(res_id)) for model, res_id in OBJECT.findall(reading.original.objects)
        }
        emails = list(self._addresses_of(reading))
        if not objects or not emails:
            return self.env["mail.message"].sudo()
        of_record = Domain.OR(
            Domain("mail_message_id.model", "=", model)
            & Domain("mail_message_id.res_id", "=", number)
            for model, number in objects
        )
        to_them = Domain("res_partner_id.email_normalized", "in", emails) | Domain(
            "mail_email_address", "in", emails
        )
        notifications = self.env["mail.notification"].sudo()
        domain = Domain("notification_type", "=", "email") & of_record & to_them
        return notifications.search(domain, order="id desc", limit=1).mail_message_id

    @api.model
    def _message_of_tag(self, tag):
        messages = self.env["mail.message"].sudo()
        if not (found := BOUNCE_TAG.fullmatch(tag or "")):
            return messages
        message = self.env["mail.mail"].sudo().browse(int(found[1])).exists().mail_message_id
        return message if (message.model, message.res_id) == (found[2], int(found[3])) else messages

    # ------------------------------------------------------------
    # RECIPIENTS
    # ------------------------------------------------------------

    @api.model
    def _reported_recipients(self, message, recipients):
        """Whom a report means, one `Reported` for each address the message was sent to."""
        sent_to = self._sent_to(message)
        partners = self._partners_of(
            {email_normalize(address) for item in recipients for address in _addresses(item)}
            | sent_to.keys()
        )
        found = {}
        for recipient in recipients:
            item = self._reported(recipient, sent_to, partners, is_alone=len(recipients) == 1)
            found.setdefault(item.email, item)
        return list(found.values())

    @api.model
    def _sent_to(self, message):
        """Partners by the address that the message was sent to."""
        partners = self.env["res.partner"].sudo()
        deliveries = (
            self.env["mail.delivery"]
            .sudo()
            .search(Domain("mail_message_id_int", "=", message.id) if message else Domain.FALSE)
        )
        sent_to = {
            item.email: partners.browse(item.res_partner_id_int or ()).exists()
            for item in deliveries
        }
        for notification in message.notification_ids:
            partner = notification.res_partner_id
            email = notification.mail_email_address or partner.email
            if email and notification.notification_type == "email":
                sent_to[address_key(email)] = partner.sudo()
        return sent_to

    @api.model
    def _reported(self, recipient, sent_to, partners, is_alone):
        nobody = self.env["res.partner"].sudo()
        keys = [address_key(address) for address in _addresses(recipient)]
        if known := next((key for key in keys if key in sent_to), None):
            partner = sent_to[known] or partners.get(known, nobody)
            return Reported(known, partner, recipient, is_known=True)
        if is_alone and len(sent_to) == 1:
            [(email, partner)] = sent_to.items()
            partner = partner or partners.get(email, nobody)
            return Reported(email, partner, recipient, recipient.address)
        email = email_normalize(recipient.address) or keys[0]
        partner = partners.get(email, nobody)
        return Reported(email, partner, recipient, is_stranger=bool(sent_to))

    @api.model
    def _reported_alone(self, partner):
        """Odoo takes a report that names nobody for one about the only recipient."""
        email = address_key(partner[0].email or "")
        recipient = Recipient(email, Action.FAILED.value, reply_class=ReplyClass.UNCLEAR)
        return Reported(email, partner.sudo(), recipient)

    @api.model
    def _partners_of(self, emails):
        """Partners by their address, asked for in one go."""
        found = (
            self.env["res.partner"]
            .sudo()
            .search([("email_normalized", "in", [email for email in emails if email])])
        )
        return dict(found.grouped("email_normalized"))

    @api.model
    def _is_disabled_again(self, item, message):
        """A mailbox that is switched off may be switched on again: twice is no chance."""
        recipient = item.recipient
        is_disabled = recipient.reply_class is ReplyClass.DISABLED and not recipient.try_again
        if not is_disabled or item.elsewhere or recipient.action != Action.FAILED.value:
            return False
        domain = (
            Domain("email", "=", address_key(item.email))
            & Domain("reply_class", "=", ReplyClass.DISABLED.value)
            & (Domain("state", "=", "refused") | Domain("news", "=", "bounced"))
            & Domain("mail_message_id_int", "!=", message.id)
        )
        return bool(self.env["mail.delivery"].sudo().search_count(domain, limit=1))


def _addresses(recipient):
    return (recipient.address, *recipient.also)
