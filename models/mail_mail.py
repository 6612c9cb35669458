from odoo import SUPERUSER_ID, api, models
from odoo.tools.mail import email_split_and_format_normalize

from .ir_mail_server import PRIORITY
from .provenance import Delivery, DeliveryLog
from .sender_choice import ChoiceNotes, SenderChoice, SenderRule

COMMAND_LINE = 0
"""Stands for the id of the server that is no record."""


class MailMail(models.Model):
    """Outgoing mails keep, and leave on their notifications, how they went out."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "mail.delivery.mixin"]

    def _delivery_author(self):
        return self.email_from

    def _is_mail_kept(self):
        return True

    @api.depends("state")
    def _compute_delivery_failure(self):
        return super()._compute_delivery_failure()

    def _delivery_failure_type(self):
        """Odoo notes no type on the mail when the connection failed."""
        return self.failure_type or (self.state == "exception" and "mail_smtp")

    def _send(self, *args, **kwargs):
        """Note which server was chosen and why before anything is sent: what is recorded
        afterwards must not be able to fail, because the mail has left."""
        used_server = kwargs.get("mail_server") or next(iter(args[4:5]), False)
        used_id = used_server.id if used_server else COMMAND_LINE
        log = DeliveryLog({mail.id: mail._delivery_choice(used_id) for mail in self})
        return super(MailMail, self.with_context(delivery_log=log))._send(*args, **kwargs)

    def send_after_commit(self):
        """Show the outcome in the chatter of the author, who has just posted and is looking.

        Odoo tells the web client only of failures; a sent mail would stay "Queued" there until
        the page is loaded again.
        """
        message_ids = self.mail_message_id.ids
        result = super().send_after_commit()
        registry, context = self.env.registry, {"lang": self.env.lang}

        @self.env.cr.postcommit.add
        def notify_with_new_cursor():
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, context)
                messages = env["mail.message"].browse(message_ids)
                messages.exists()._notify_message_notification_update()

        return result

    def _postprocess_sent_message(self, *args, **kwargs):
        """Record the delivery in the very writes that record its outcome, before the mail may be
        deleted: `mail.notification` takes the values from the log in the context."""
        log = self.env.context.get("delivery_log")
        if not isinstance(log, DeliveryLog):  # the connection failed, or the context is made up
            log = DeliveryLog()
        result = True
        for delivery, mails in self.grouped(lambda mail: mail._delivery(log)).items():
            mails.sudo().write(delivery._asdict())
            log.delivery = delivery
            mails = mails.with_context(delivery_log=log)
            result = super(MailMail, mails)._postprocess_sent_message(*args, **kwargs)
            log.delivery = None
        return result

    def _delivery(self, log):
        choice = log.choices.get(self.id) or self._delivery_choice()
        sent_from, envelope_sender = log.senders.get(self.message_id, (False, False))
        return Delivery(*choice, sent_from, envelope_sender)

    def _delivery_choice(self, used_id=None):
        """The name of the server of this mail, and the rule that chose it.

        `used_id` is the server whose session sends, None where there is no session. When our
        rules choose another one, some other addon decided, and that is what is said.
        """
        if self.mail_server_id:
            return self.mail_server_id.sudo().name, "requested"
        choice = self._sender_choice(used_id)
        server_id, rule = choice.key or COMMAND_LINE, choice.rule.value
        if used_id not in (None, server_id):
            server_id, rule = used_id, "other"
        server = self.env["ir.mail_server"].sudo().browse(server_id)
        return server.name if server_id else server._command_line_server_name(), rule

    def _sender_choice(self, used_id):
        """The choice as it was made for this mail or, after a commit, as it would be made."""
        servers = self.env["ir.mail_server"].sudo()
        if domain := self.sudo().record_alias_domain_id:
            servers = servers._in_sending_context(domain)
        email_from = self._sender()
        choice = servers._latest_choice(email_from)
        if choice and used_id in (None, choice.key or COMMAND_LINE):
            return choice
        allowed = self._filter_mail_mail_servers(servers.search([], order=PRIORITY))
        return servers._choose_sender(email_from, allowed)

    # ------------------------------------------------------------
    # CHOICE OF THE SERVER
    # ------------------------------------------------------------

    def _filter_mail_mail_servers(self, mail_servers):
        allowed = super()._filter_mail_mail_servers(mail_servers)
        if notes := ChoiceNotes.of_context(self.env):
            notes.note_candidates(self.ids, allowed)
        return allowed

    def _split_by_mail_configuration(self):
        """Note which server was chosen for each mail, and why, where that is decided.

        Asked later it could not be told any more: a commit takes away what the choice was made
        from. Noting reads only what the splitting has just read.
        """
        batches = super()._split_by_mail_configuration()
        notes = ChoiceNotes.of_context(self.env)
        if notes is None:
            return batches
        batches = list(batches)
        for server_id, alias_domain_id, smtp_from, mail_ids in batches:
            for mail in self.browse(mail_ids):
                candidates = notes.take_candidates(mail.ids)
                choice = mail._choice_made(server_id, alias_domain_id, smtp_from, candidates)
                notes.note(mail.id, choice)
        return iter(batches)

    def _choice_made(self, server_id, alias_domain_id, smtp_from, candidates):
        """What the splitting of mails came to for this one, as a `SenderChoice`."""
        servers = self.env["ir.mail_server"].sudo()
        if alias_domain_id:
            alias_domain = self.env["mail.alias.domain"].sudo().browse(alias_domain_id)
            servers = servers._in_sending_context(alias_domain)
        server = servers.browse(server_id)
        if server and server.id == self.mail_server_id.id:
            rule = SenderRule.REQUESTED
        elif candidates is None:
            rule = SenderRule.OTHER
        else:
            rule = servers._rule_that_chose(server_id, smtp_from, self._sender(), candidates)
        name = server.name if server else servers._command_line_server_name()
        return SenderChoice(server.id or None, name, rule, smtp_from)

    def _sender(self):
        """The sender that Odoo chooses a server for: the first address of the From."""
        senders = email_split_and_format_normalize(self.email_from)
        return senders[0] if senders else self.email_from
