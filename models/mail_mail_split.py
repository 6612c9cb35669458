import logging

import psycopg2
from odoo import models

from .mail_delivery import TOUCHED
from .sender_choice import ChoiceNotes
from .sending_run import OWN, Run
from .sending_work import address_key

_logger = logging.getLogger(__name__)

SPLIT = "email_communication_split"
"""Key of the context while Odoo splits an e-mail; its value is ours, so no client can send it."""


class MailMail(models.Model):
    """Odoo splits what a personal server may not send at once: a copy is sent, the rest waits.

    Whichever of the two is sent first must not take the message with it, and who has had it must
    be known of both.
    """

    _inherit = "mail.mail"

    def _split_by_delayed_batch(self, mail_server):
        run = Run.of(self.env)
        if run is None or not mail_server.owner_user_id:
            return super()._split_by_delayed_batch(mail_server)
        mails = self.with_context(**{SPLIT: OWN})
        try:
            if run.commits:
                self._commit()
                mails = mails._lock_or_leave(run)
            to_send = super(MailMail, mails)._split_by_delayed_batch(mail_server)
            self._note_choice_of_copies(to_send)
            if run.commits:
                self._commit()
        except psycopg2.OperationalError:
            if not run.commits:
                raise
            # Another worker has counted for this server in the same moment.
            _logger.info("Mails of personal server %s are left for the next run", mail_server.id)
            self.env.cr.rollback()
            run.is_cut_short = True
            return self.browse()
        return self.browse(to_send.ids)

    def _note_choice_of_copies(self, to_send):
        """A copy goes the way of the e-mail that it was made of."""
        notes = ChoiceNotes.of_context(self.env)
        choice = notes and notes.of(self[:1].id)
        if choice:
            for mail_id in set(to_send.ids) - set(self.ids):
                notes.note(mail_id, choice)

    def copy(self, default=None):
        copies = super().copy(default)
        if self.env.context.get(SPLIT) is OWN:
            for mail, copied in zip(self, copies, strict=True):
                # A mail that is no notification takes its message along when it is deleted.
                (mail | copied).is_notification = True
                mail._hand_over_deliveries(copied)
        return copies

    def _hand_over_deliveries(self, copied):
        """Those of the recipients that the copy has taken."""
        texts = [copied.email_to, copied.email_cc, *copied.recipient_ids.mapped("email")]
        emails = {address for text in texts for address in self._normalized_addresses(text)}
        deliveries = self.env["mail.delivery"]._of_mails(self.ids)
        taken = deliveries.filtered(lambda item: address_key(item.email) in emails)
        if taken:
            taken.mail_mail_id_int = copied.id
            copied.delivery_attempts = self.delivery_attempts
            self.env.cr.cache.setdefault(TOUCHED, set()).update((self.id, copied.id))
