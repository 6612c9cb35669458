from odoo import SUPERUSER_ID, api, models
from odoo.tools import split_every
from odoo.tools.mail import email_split_and_format_normalize

from .ir_mail_server import SERVERS_AT_ONCE


class MailMail(models.Model):
    """Outgoing mails keep, and leave on their notifications, how they went out."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "mail.delivery.mixin"]

    def _delivery_author(self):
        return self.email_from

    def _send(self, *args, mail_server=False, **kwargs):
        mails = self.with_context(
            delivery_log={}, delivery_server_id=mail_server.id if mail_server else False
        )
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
        """Record the delivery before the mail may be deleted, in the write of its status."""
        for mail in self:
            mail._record_delivery()
        return super()._postprocess_sent_message(*args, **kwargs)

    def _record_delivery(self):
        values = self._delivery_values()
        self.sudo().write(values)
        if self.is_notification:
            self.env["mail.notification"].sudo().search(
                [
                    ("notification_type", "=", "email"),
                    ("mail_mail_id", "=", self.id),
                    ("notification_status", "not in", ("sent", "canceled")),
                ]
            ).write(values)

    def _delivery_values(self):
        server, rule = self._delivery_choice()
        sent_from, envelope_sender = self.env.context.get("delivery_log", {}).get(
            self.message_id, (False, False)
        )
        return {
            "delivery_server": server.name or server._command_line_server_name(),
            "delivery_rule": rule,
            "delivery_from": sent_from,
            "delivery_envelope_sender": envelope_sender,
        }

    def _delivery_choice(self):
        """The server of this mail and the rule that chose it.

        The rule is asked again rather than carried along, because the sending groups the mails
        by server and forgets why. When the answer is another server than the one that sent,
        some other addon decided, and that is what is said.
        """
        servers = self.env["ir.mail_server"].sudo()
        if self.mail_server_id:
            return servers.browse(self.mail_server_id.id), "requested"
        choice = self._choose_sender()
        used_id = self.env.context.get("delivery_server_id", choice.key)
        if (used_id or None) != choice.key:
            return servers.browse(used_id), "other"
        return servers.browse(choice.key), choice.rule.value

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
