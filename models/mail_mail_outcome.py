from odoo import api, models

from ..core.reply import explain
from .sending_run import Run
from .sending_work import ACCEPTED, CANCELLED, OPEN, REFUSED

REASONS_MAX = 20
"""Recipients whose reasons are written into the e-mail; all of them are in its deliveries."""
NOT_TO_BE_SENT = ("mail_email_invalid", "mail_email_missing")
"""Failure types after which Odoo deletes the e-mail, for nobody is left to send it to."""
FROM_IS_WRONG = ("mail_from_invalid", "mail_from_missing")
TRIES_OF_BUILDING = 2
"""An e-mail that cannot be built is tried once more, then set aside for somebody to look at."""


class MailMail(models.Model):
    """What follows from the answers: it waits for some, or is done with everybody.

    Odoo hears of an outcome once, when it is final, and of everybody of all tries. Until then
    the e-mail, its notifications and the traces of a mailing say that they wait.
    """

    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        run = Run.of(self.env)
        if not run or not run.work or run.work.mail_id not in self._ids:
            return super()._postprocess_sent_message(
                success_pids, success_emails, failure_reason, failure_type
            )
        work = run.work
        self._settle(work, failure_reason, failure_type)
        if work.in_state(*OPEN):
            return self._wait(work)
        final = self._final_outcome(
            work, success_pids, success_emails, failure_reason, failure_type
        )
        result = super()._postprocess_sent_message(*final)
        if work.in_state(REFUSED):
            self._tell_refusals(work)
        self.env["mail.notification"]._restore_bounces(work.bounces)
        return result

    def _settle(self, work, failure_reason, failure_type):
        """Those who have no answer: the e-mail could not be built, or somebody left them out."""
        untold = [item for item in work.recipients.values() if item.is_open and not item.told]
        for item in untold:
            item.doubts = 0
            if failure_type is None or failure_type in NOT_TO_BE_SENT:
                item.state = CANCELLED
                continue
            work.tell_end(item, failure_reason or "")
            if (
                failure_type in FROM_IS_WRONG
                or work.run.nothing_waits
                or item.attempts >= TRIES_OF_BUILDING
            ):
                item.state = REFUSED
            else:
                work.put_off(item, "waiting")
        work.recorder.finish(work, untold)

    # ------------------------------------------------------------
    # WAITING
    # ------------------------------------------------------------

    def _wait(self, work):
        """Odoo is not told: it would fail the notifications, or delete the e-mail."""
        left, server = work.in_state(*OPEN), work.server
        until = None
        if work.session.fault:
            until = server._rest(work.run, work.session.fault)
        moment = min(item.next_try or until or work.run.soon() for item in left)
        last = next((item.reply for item in left if item.reply), None)
        self._put_off(
            work.run,
            moment,
            {
                **self._body_before(work.run),
                "failure_reason": self._reasons(left),
                "delivery_class": last.reply_class.value if last else "unclear",
                "delivery_attempts": max(item.attempts for item in work.recipients.values()),
                "delivery_server_id": server.id,
            },
        )
        self._tell_notifications(work)
        self.env["mail.notification"]._restore_bounces(work.bounces)
        self._tell_traces("outgoing")
        return True

    # ------------------------------------------------------------
    # THE END
    # ------------------------------------------------------------

    def _final_outcome(self, work, success_pids, success_emails, failure_reason, failure_type):
        """The arguments of Odoo's own post-processing, with everybody of all tries."""
        refused, accepted = work.in_state(REFUSED), work.in_state(ACCEPTED)
        if not refused and not accepted:
            return success_pids, success_emails, failure_reason, failure_type
        partners, emails = work.successes()
        if refused:
            if not work.run.raises or not failure_reason:
                failure_reason = self._reasons(refused)
            if not failure_type or failure_type in NOT_TO_BE_SENT or not work.run.raises:
                failure_type = self._failure_type(refused, failure_type)
            self.write(self._failed(work, refused, failure_reason, failure_type))
        elif self.state != "sent":
            self.write({"state": "sent", "failure_type": False, "failure_reason": False})
        return partners, emails, failure_reason, failure_type

    @api.model
    def _failure_type(self, refused, failure_type):
        """Never one after which Odoo deletes the e-mail: a person may want to send it again."""
        if failure_type in (*FROM_IS_WRONG, "mail_spam"):
            return failure_type
        of_server = all(item.reply and item.reply.server_fault for item in refused)
        return "mail_smtp" if of_server else "unknown"

    def _failed(self, work, refused, failure_reason, failure_type):
        last = next((item.reply for item in refused if item.reply), None)
        return {
            "state": "exception",
            "failure_reason": failure_reason,
            "failure_type": failure_type,
            "scheduled_date": False,
            "delivery_class": last.reply_class.value if last else "unclear",
            "delivery_attempts": max(item.attempts for item in work.recipients.values()),
            "delivery_server_id": work.server.id,
        }

    def _tell_refusals(self, work):
        """After Odoo, which has failed all alike: each its own reason."""
        mail = self.exists()
        mail._tell_notifications(work)
        mail.filtered("delivery_told")._tell_author()
        if work.in_state(ACCEPTED):
            mail._tell_traces("sent")
        else:
            mail._tell_traces("error", work.in_state(REFUSED)[0].failure[0])

    def _set_aside(self, work):
        """Two tries have ended with the worker; a third one would not end better."""
        reason = self.env._(
            "Sending this e-mail has ended the process that sent it, twice. It is set aside so "
            "that the others go on. Look at its size and its attachments, then press Retry."
        )
        for item in work.in_state(*OPEN):
            item.state, item.doubts = REFUSED, 0
            work.tell_end(item, reason)
        work.recorder.finish(work, work.in_state(REFUSED))
        self.write(self._failed(work, work.in_state(REFUSED), reason, "unknown"))
        self._tell_notifications(work)
        self._tell_traces("error", "unknown")

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    @api.model
    def _reasons(self, items):
        lines = [
            f"{item.email}: {explain_with_answer(item.reply, self.env._)}"
            if item.reply
            else item.reason
            for item in items[:REASONS_MAX]
        ]
        if len(items) > REASONS_MAX:
            lines.append("…")
        return "\n".join(dict.fromkeys(lines))

    def _tell_notifications(self, work):
        """Each recipient's notification says what became of it; a bounce stays a bounce."""
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search([("notification_type", "=", "email"), ("mail_mail_id", "in", self.ids)])
        )
        for notification in notifications:
            values = work.notification_values(notification)
            if values and any(notification[name] != value for name, value in values.items()):
                notification.write(values)
        messages = notifications.mail_message_id.filtered(lambda item: item._is_thread_message())
        messages._notify_message_notification_update()

    def _tell_traces(self, status, failure_type=False):
        """Mass mailing has heard of this try before us, as if it had been the last."""
        if "mailing_trace_ids" not in self._fields:
            return
        traces = self.filtered("mailing_id").mailing_trace_ids.filtered(
            lambda trace: trace.trace_status in ("outgoing", "process", "pending", "sent", "error")
        )
        if not traces:
            return
        values = {"trace_status": status, "failure_type": failure_type}
        if status != "sent":
            values["sent_datetime"] = False
        traces.write(values)


def explain_with_answer(reply, translate):
    """For the list of e-mails: what it means, and the words of the server."""
    said = explain(reply, translate)
    return f"{said} ({reply.answer})" if reply.answer else said
