import psycopg2
from odoo import fields, models

from ..core.outgoing.session import Session
from .mail_mail_notice import PATIENCE
from .mail_mail_outcome import explain_with_answer
from .sender_choice import CHOICE_NOTES


class MailMail(models.Model):
    """What a server cannot send is sent by another one, or waits for it."""

    _inherit = "mail.mail"

    def _send_otherwise(self, run, session, server, kwargs, took_over_from):
        """The server cannot send: another one takes over what names none, the rest waits."""
        until = server._rest(run, session.fault)
        free = self.filtered(lambda mail: not mail.mail_server_id)
        taken = free._taken_over(run, server, kwargs, took_over_from or server.name)
        (self - taken)._wait_for_server(run, server, session.fault, until)

    def _taken_over(self, run, server, kwargs, took_over_from):
        """Send through the next server that may stand in; returns those that it has taken."""
        choice = self.env.context[CHOICE_NOTES].of(self[:1].id)
        if not self or choice is None or run.is_over:
            return self.browse()
        for substitute in server._substitutes(run, choice.smtp_from):
            if self._filter_mail_mail_servers(substitute) != substitute:
                continue
            session = self.env["ir.mail_server"]._connect__(
                mail_server_id=substitute.id, smtp_from=choice.smtp_from
            )
            if not isinstance(session, Session):
                return self.browse()
            if session.fault:
                substitute._rest(run, session.fault)
                continue
            try:
                other = {**kwargs, "smtp_session": session, "mail_server": substitute}
                self._send_by(run, session, substitute, other, took_over_from)
            finally:
                session.quit()
            return self
        return self.browse()

    def _put_off(self, run, moment, values):
        moment = moment.replace(microsecond=0)
        self.write(
            {
                "state": "outgoing",
                "scheduled_date": moment,
                "failure_type": False,
                **values,
            }
        )
        now = fields.Datetime.now()
        self.filtered(lambda mail: not mail.delivery_since).delivery_since = now
        late = self.filtered(lambda mail: moment - mail.delivery_since >= PATIENCE)
        late._tell_author(moment)
        run.wake_at(moment)

    def _wait_for_server(self, run, server, fault, until):
        """The e-mails of a server that cannot send wait together, untried."""
        if not self:
            return
        if run.raises:
            return
        mails = self
        if run.commits:
            self._commit_run(run)
            mails = self._lock_or_leave(run)
        mails._put_off(
            run,
            until,
            {
                "failure_reason": explain_with_answer(fault, self.env._),
                "delivery_class": fault.reply_class.value,
                "delivery_server_id": server.id,
            },
        )
        mails._tell_traces("outgoing")
        if run.commits:
            self._commit_run(run)

    def _lock_or_leave(self, run):
        try:
            return self._lock(run)
        except psycopg2.OperationalError:
            self.env.cr.rollback()
            if len(self) == 1:
                return self
            locked = self.browse()
            for mail in self:
                try:
                    locked |= mail._lock(run)
                except psycopg2.OperationalError:
                    self.env.cr.rollback()
                    locked = self.browse()
            return locked
