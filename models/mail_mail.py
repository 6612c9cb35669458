from odoo import SUPERUSER_ID, api, models
from odoo.tools import frozendict, split_every
from odoo.tools.mail import email_split_and_format_normalize

from ..core.provenance import DeliveryLog
from .ir_mail_server import SERVERS_AT_ONCE

COMMAND_LINE = 0
"""Stands for the id of the server that is no record."""


class MailMail(models.Model):
    """Outgoing mails keep, and leave on their notifications, how they went out."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "mail.delivery.mixin"]

    def _delivery_author(self):
        return self.email_from

    def _send(self, *args, mail_server=False, **kwargs):
        log = DeliveryLog(used_server=mail_server.id if mail_server else COMMAND_LINE)
        mails = self.with_context(delivery_log=log)
        return super(MailMail, mails)._send(*args, mail_server=mail_server, **kwargs)

    def send_after_commit(self):
        """Show the outcome in the chatter of the author, who has just posted and is looking.

        Odoo tells the web client only of failures; a sent mail would stay "Queued" there until
        the page is loaded again.
        """
        message_ids = self.mail_message_id.ids
        result = super().send_after_commit()
        registry = self.env.registry

        @self.env.cr.postcommit.add
        def notify_with_new_cursor():
            with registry.cursor() as cr:
                messages = api.Environment(cr, SUPERUSER_ID, {})["mail.message"].browse(message_ids)
                messages.exists()._notify_message_notification_update()

        return result

    def _postprocess_sent_message(self, *args, **kwargs):
        """Record the delivery in the very writes that record its outcome, before the mail may be
        deleted: `mail.notification` takes the values from the context."""
        log = self.env.context.get("delivery_log") or DeliveryLog()
        result = True
        for values, mails in self.grouped(lambda mail: mail._delivery_values(log)).items():
            mails.sudo().write(dict(values))
            mails = mails.with_context(delivery_values=values)
            result = super(MailMail, mails)._postprocess_sent_message(*args, **kwargs)
        return result

    def _delivery_values(self, log):
        decisive = (self.email_from, self.record_alias_domain_id, self.mail_server_id)
        decisive += (self.mail_message_id.create_uid,)
        if decisive not in log.choices:
            log.choices[decisive] = self._delivery_choice(log.used_server)
        server_name, rule = log.choices[decisive]
        sent_from, envelope_sender = log.senders.get(self.message_id, (False, False))
        return frozendict(
            delivery_server=server_name,
            delivery_rule=rule,
            delivery_from=sent_from,
            delivery_envelope_sender=envelope_sender,
        )

    def _delivery_choice(self, used_server):
        """The name of the server of this mail, and the rule that chose it.

        The rule is asked again rather than carried along, because the sending groups the mails
        by server and forgets why. When the answer is another server than the one that sent,
        some other addon decided, and that is what is said.
        """
        if self.mail_server_id:
            return self.mail_server_id.sudo().name, "requested"
        choice = self._choose_sender()
        chosen = choice.key or COMMAND_LINE
        if used_server not in (None, chosen):
            return self._server_name(used_server), "other"
        return self._server_name(chosen), choice.rule.value

    def _server_name(self, server_id):
        server = self.env["ir.mail_server"].sudo().browse(server_id)
        return server.name if server_id else server._command_line_server_name()

    def _choose_sender(self):
        servers = self.env["ir.mail_server"].sudo()
        if domain := self.sudo().record_alias_domain_id:
            servers = servers.with_context(domain_notifications_email=domain.default_from_email)
        emails_from = email_split_and_format_normalize(self.email_from)
        email_from = emails_from[0] if emails_from else self.email_from
        return servers._choose_sender(email_from, self._servers_of_mail)

    def _servers_of_mail(self, ids):
        for some_ids in split_every(SERVERS_AT_ONCE, ids):
            yield from self._filter_mail_mail_servers(
                self.env["ir.mail_server"].sudo().browse(some_ids)
            )
