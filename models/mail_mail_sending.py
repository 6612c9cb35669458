import logging

import psycopg2
from odoo import fields, models, modules

from ..core.outgoing.session import Session
from .delivery_recorder import OwnRecorder, Recorder
from .mail_delivery import TOUCHED
from .sender_choice import CHOICE_NOTES, ChoiceNotes
from .sending_run import OWN, OWN_CURSOR, QUEUE, RUN, QueueCall, Run
from .sending_work import Work

_logger = logging.getLogger(__name__)

TOGETHER = 10
"""Mails in one transaction of Odoo's. Their rows are locked until it ends."""


class MailMail(models.Model):
    """Sending, mail by mail: locked, noted, sent, recorded.

    Odoo's own code builds and sends. Around it each mail is locked in Odoo's transaction until it
    is done, so that no two workers send it; and what happens is committed beside that transaction,
    so that whatever ends it is not followed by a second sending.
    """

    _inherit = "mail.mail"

    # ------------------------------------------------------------
    # RUN
    # ------------------------------------------------------------

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Who calls decides: the queue and the work after a commit commit mail by mail; a caller
        that wants the exception gets it; everybody else's transaction stays whole."""
        if self.env["ir.mail_server"]._disable_send():
            return super().send(auto_commit, raise_exception, post_send_callback)
        run = self._new_run(auto_commit, raise_exception)
        self._keep_bodies(run)
        mails = self.with_context(**{RUN: run, CHOICE_NOTES: ChoiceNotes(), OWN_CURSOR: None})
        try:
            super(MailMail, mails._not_in_other_hands(run)).send(
                auto_commit=run.commits, raise_exception=raise_exception
            )
            mails._end_run(run)
        except Exception:
            if not run.owns_cursor:
                raise
            # Whoever posted has committed and gone on; the queue takes what is left.
            _logger.exception("Mails could not be sent after the commit")
            self.env.cr.rollback()
            mails._record_again(run)
            self._wake_queue(fields.Datetime.now())
        finally:
            if run.recorder:
                run.recorder.close()
        if post_send_callback:
            post_send_callback(self.ids)
        return True

    def _keep_bodies(self, run):
        """Other apps write into the body at each `_send`, before we are called; a mail that waits
        gets its own back, or it would grow with each try."""
        classes = type(self).__mro__
        if any("_send" in vars(cls) for cls in classes[: classes.index(MailMail)]):
            run.bodies = {mail.id: mail.body_html for mail in self}

    def _body_before(self, run):
        return {"body_html": run.bodies[self.id]} if self.id in run.bodies else {}

    def _new_run(self, auto_commit, raise_exception):
        is_test = bool(modules.module.current_test)
        owns_cursor = self.env.context.get(OWN_CURSOR) is OWN and not is_test
        call = self.env.context.get(QUEUE)
        call = call if isinstance(call, QueueCall) else None
        # Composers hand on lists of ids as auto_commit; Odoo compares with True as well.
        commits = auto_commit is True or owns_cursor
        return Run(
            commits=commits,
            owns_cursor=owns_cursor,
            raises=raise_exception,
            nothing_waits=raise_exception or bool(self.env.context.get("mailing_test_mail")),
            due_only=commits and call is not None,
            asked_for=not commits and call is None,
            recorder=None if is_test else Recorder(self.env.registry),
            handled=call.handled if call else [],
        )

    def _end_run(self, run):
        """What is said once, however many mails it is about."""
        servers = self.env["ir.mail_server"].sudo()
        if run.is_cut_short:
            run.wake_at(fields.Datetime.now())
        if run.next_try and (run.is_cut_short or not run.due_only):  # the queue looks for itself
            self._wake_queue(run.next_try)
        servers.browse(run.recovered)._close_alerts()
        servers.browse(run.troubled)._alert()
        if run.owns_cursor:
            self.env["mail.notification"]._tell_who_posted(run)
        if run.commits:
            self._commit_run(run)

    def send_after_commit(self):
        """The cursor that Odoo opens for this is ours to commit, and nobody waits for it."""
        mails = self.with_context(**{OWN_CURSOR: OWN})
        return super(MailMail, mails).send_after_commit()

    def _commit_run(self, run):
        self._commit()
        run.uncommitted.clear()

    def _commit(self):
        """Only where the cursor is the run's own: the queue, and the work after a commit."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    # ------------------------------------------------------------
    # MAIL BY MAIL
    # ------------------------------------------------------------

    def _send(self, *args, **kwargs):
        run, session = Run.of(self.env), kwargs.get("smtp_session")
        is_ours = run is not None and isinstance(session, Session) and not args
        if not is_ours or (run.work and self._ids == (run.work.mail_id,)):
            return super()._send(*args, **kwargs)
        if run.commits and not run.owns_cursor:
            self._commit_run(run)  # a fresh look; a cursor opened for this has one
        server = kwargs.get("mail_server") or self.env["ir.mail_server"]
        self._send_by(run, session, server.sudo(), kwargs)
        return True

    def _send_by(self, run, session, server, kwargs, took_over_from=None):
        """Send these mails through one session; what it does not send is taken over or waits."""
        if session.can_be_opened and self._is_probe(server):
            run.faults.pop(server.id, None)
            session.open()
        waiting = self
        while waiting:
            if session.fault:
                waiting._send_otherwise(run, session, server, kwargs, took_over_from)
                break
            if run.is_over:
                run.is_cut_short = True
                break
            # Only so many read ahead: each commit has them read again.
            group = self.browse(waiting._ids[:TOGETHER])
            group._send_together(run, session, server, kwargs, took_over_from)
            waiting = self.browse(mail_id for mail_id in waiting._ids if mail_id not in run.begun)
        if session.fault:
            server._rest(run, session.fault)

    def _is_probe(self, server):
        """Whether one of these has waited for the server, and its time has come."""
        now = fields.Datetime.now()
        return any(
            mail.delivery_server_id == server and mail.scheduled_date and mail.scheduled_date <= now
            for mail in self.sudo()
        )

    def _send_together(self, run, session, server, kwargs, took_over_from):
        """These mails, from the lock to the commit, as far as the server and the time allow.

        What matters is recorded beside Odoo's transaction, so one for several mails is enough.
        Only a transaction of others' sees exceptions.
        """
        if not run.commits:
            for mail in self._while_it_lasts(run, session):
                mail._send_locked(run, session, server, kwargs, took_over_from)
            return
        mail = self[:1]
        try:
            locked = self._lock(run)
            for mail in self._while_it_lasts(run, session):
                if mail in locked:
                    mail._send_locked(run, session, server, kwargs, took_over_from)
            if not run.owns_cursor:
                self._commit_run(run)
        except Exception as error:  # noqa: BLE001 - one mail must not keep the others
            mail._log_broken_off(error)
            self.env.cr.rollback()
            self._record_again(run)
            if len(self) == 1:
                run.begun.update(self._ids)
            elif not run.begun.intersection(self._ids):  # one of them was somebody else's
                for mail in self:
                    mail._send_together(run, session, server, kwargs, took_over_from)
        finally:
            run.work = None

    def _while_it_lasts(self, run, session):
        """Each of these mails, until the server fails or the time is up."""
        for mail in self:
            if session.fault or run.is_over:
                return
            run.begun.add(mail.id)
            yield mail

    def _log_broken_off(self, error):
        if isinstance(error, psycopg2.OperationalError):
            _logger.info("Mail %s is in other hands (%s)", self.id, type(error).__name__)
        else:
            _logger.exception("Sending of mail %s was broken off", self.id)

    def _send_locked(self, run, session, server, kwargs, took_over_from):
        choice = self.env.context[CHOICE_NOTES].of(self.id)
        work = Work(run, self, session, server, choice, took_over_from)
        work.recorder = self._recorder(run)
        work.recorder.begin(work)
        run.handled.append(self.id)
        run.uncommitted.append(work)
        run.work = work
        try:
            if work.is_poison:
                self._set_aside(work)
            else:
                work.bounces = (
                    self.env["mail.notification"]._bounces_of(self) if not work.is_first_try else {}
                )
                # What other addons add to `_send` they have added, once for the batch.
                MailMail._send(self, **{**kwargs, "auto_commit": False})
        finally:
            if not run.commits:
                run.work = None

    def _recorder(self, run):
        if run.recorder and run.commits:
            return run.recorder
        is_touched = self.id in self.env.cr.cache.get(TOUCHED, ())
        if run.recorder and not is_touched and not self._is_of_this_transaction():
            return run.recorder
        return OwnRecorder(
            self.env, bool(is_touched or self.delivery_attempts or self.delivery_since)
        )

    def _record_again(self, run):
        """Odoo's transaction is lost and mails may have left: write what came of them from memory.

        Nothing is sent again. A mail without an answer stays as it was, and the try that is noted
        counts against it.
        """
        lost, run.uncommitted = run.uncommitted, []
        for work in lost:
            if not work.has_answers:
                continue
            run.work, mail = work, self.browse(work.mail_id)
            try:
                if mail._lock():
                    mail._postprocess_sent_message(*work.successes())
                self._commit()
            except Exception:
                _logger.exception("The outcome of mail %s could not be recorded yet", mail.id)
                self.env.cr.rollback()
        run.work = None

    def _split_by_mail_configuration(self):
        """Servers that may be down come last: the others do not wait for their silence."""
        batches = super()._split_by_mail_configuration()
        if Run.of(self.env) is None:
            return batches
        servers = self.env["ir.mail_server"].sudo()
        return iter(sorted(batches, key=lambda batch: bool(servers.browse(batch[0]).rest_faults)))

    def _filter_mail_mail_servers(self, mail_servers):
        """Odoo asks again for each `_send`, and so for each mail: it was asked for the batch."""
        run = Run.of(self.env)
        if run and run.work and run.work.mail_id in self._ids and run.work.server == mail_servers:
            return mail_servers
        return super()._filter_mail_mail_servers(mail_servers)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Without those who have had it. Others that override this see who is left."""
        email_list = super()._prepare_outgoing_list(*args, **kwargs)
        run = Run.of(self.env)
        if run and run.work and run.work.mail_id == self.id:
            return run.work.left_over(email_list)
        return email_list
