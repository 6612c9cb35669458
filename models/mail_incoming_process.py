import logging
import random
import time

import psycopg2
from odoo import SUPERUSER_ID, api, fields, models

from .incoming_run import (
    Observed,
    Transaction,
    TriedAgain,
    is_concurrency,
    observing,
)

_logger = logging.getLogger(__name__)

TRIALS = 3
"""Tries at once after another transaction came in between."""
TRIAL_SECONDS = 0.05
POISON_RUNS = 2
"""Runs without an end after which a mail is set aside: it may be what ends the worker."""
ROUTES_READ = 20
"""Messages of one mail that are looked at: it may have gone to several records."""
ADVISORY_CLASS = 1_886_417_261
"""Space of the advisory locks of this model; any number that nobody else takes."""


class MailIncoming(models.Model):
    """Each mail is processed in a transaction of its own, which writes down what became of it."""

    _inherit = "mail.incoming"

    # ------------------------------------------------------------
    # ONE MAIL
    # ------------------------------------------------------------

    def _process(self, raw=None, call=None):
        """Process a mail that waits, and return what `message_process` returns.

        The cursor is ours to commit. A failure is recorded, committed and raised again. False when
        somebody else has the mail, or it does not wait any more.

        :param raw: its source, where the caller has it already
        :param call: how to process it for the first time; later on the row knows how
        """
        self.ensure_one()
        if not self._lock_for_processing():
            return False
        steps = Transaction(self.env.cr)
        try:
            return self._process_locked(steps, raw, call)
        except BaseException:
            steps.rollback()
            raise
        finally:
            steps.close()
            self._unlock_after_processing()

    def _process_locked(self, steps, raw, call):
        for trial in range(TRIALS):
            observed = None
            try:
                if not self._begin(steps, is_again=trial > 0):
                    return False
                observed = self._observed(raw)
                if self._give_way(observed.raw):
                    steps.commit()
                    return False
                with observing(observed):
                    result = (call or self._call_again)(observed.raw)
                self.write({**self._outcome(result, observed), **self._ended()})
                self._settled()
                steps.commit()
                return result
            except Exception as error:
                steps.rollback()
                self.env.invalidate_all()
                if is_concurrency(error) and trial < TRIALS - 1:
                    time.sleep(random.uniform(0, TRIAL_SECONDS * 2**trial))
                    continue
                self._record_failure(steps, error, observed)
                if isinstance(error, TriedAgain):
                    return False
                raise
        return False

    def _lock_for_processing(self):
        """Held across commits, and gone with the connection: a row lock would be given away by the
        commit that counts the try."""
        self.env.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", [ADVISORY_CLASS, self.id])
        return self.env.cr.fetchone()[0]

    def _unlock_after_processing(self):
        try:
            self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", [ADVISORY_CLASS, self.id])
        except psycopg2.Error:
            # A connection that is lost has no locks any more.
            _logger.info("The lock of incoming email %s went with its connection", self.id)

    def _begin(self, steps, is_again):
        """Count the try, for good, before anything can end the worker."""
        self.invalidate_recordset()
        if not self.exists() or self.state != "received":
            return False
        if is_again:
            return True
        if self.started >= POISON_RUNS:
            self.write({"state": "failed", "reason": "poison", **self._ended()})
            steps.commit()
            self._note_failure("poison")
            steps.commit()
            return False
        self.started += 1
        steps.commit()
        return True

    def _observed(self, raw):
        call = self.call or {}
        return Observed(
            raw=self._raw() if raw is None else bytes(raw),
            message_id=self.message_id or "",
            received_at=self.create_date,
            is_first=not self.attempts,
            released=self.released,
            destination=call.get("destination"),
            new_message_id=call.get("new_message_id") or "",
        )

    def _call_again(self, raw):
        """Repeat the call that brought the mail, through every override of it."""
        call = self.call or {}
        mailbox = self.mailbox_id
        context = {"default_fetchmail_server_id": mailbox.id} if mailbox else {}
        user_id = call.get("uid")
        if not user_id or not self.env["res.users"].sudo().browse(user_id).exists():
            user_id = SUPERUSER_ID
        env = api.Environment(self.env.cr, user_id, context, call.get("su", False))
        model = env[call["on"] if call.get("on") in env else "mail.thread"]
        if self.company_id:
            model = model.with_company(self.company_id.id)
        target = call.get("model") or mailbox.object_id.model or False
        return model.message_process(
            target,
            raw,
            custom_values=self._of_company(target, call.get("custom_values") or None),
            save_original=call.get("save_original", False),
            strip_attachments=call.get("strip_attachments", False),
            thread_id=call.get("thread_id") or None,
        )

    def _of_company(self, model, custom_values):
        """Values of the record that the mailbox itself creates: aliases have their own."""
        if not self.company_id or model not in self.env:
            return custom_values
        if "company_id" not in self.env[model]._fields:
            return custom_values
        return {"company_id": self.company_id.id, **(custom_values or {})}

    def _settled(self):
        """What goes with an outcome."""
        self._close_alerts()
        self._tell_of_held()
        self._drop_source_at_once()

    # ------------------------------------------------------------
    # OUTCOME
    # ------------------------------------------------------------

    def _ended(self):
        return {
            "attempts": self.attempts + 1,
            "started": 0,
            "processed_at": fields.Datetime.now(),
        }

    @api.model
    def _outcome(self, result, observed):
        """What a run without an exception has made of the mail.

        :raises TriedAgain: when Odoo did not get its advisory lock and took that for a duplicate
        """
        values = {"next_try": False, "error": False, "traceback": False, **observed.values}
        if observed.answered:
            values["answered"] = True
        message = self._message_of(observed)
        if observed.state:
            return {**values, "state": observed.state, "reason": observed.reason}
        if not message and result is False and observed.parsed and not observed.routed:
            raise TriedAgain
        if message:
            is_new = observed.routed
            reason = ("created" if observed.creates else "reply") if is_new else "duplicate"
            return {
                **values,
                "state": "done",
                "reason": reason,
                **self._record_of(message, observed),
                "mail_message_id": message.id,
                "created_record": is_new and observed.creates,
            }
        if result and observed.routes:
            record = {"res_model": observed.routes[-1][0], "res_id": result}
            record["created_record"] = observed.creates
            reason = "created" if observed.creates else "reply"
            return {**values, "state": "done", "reason": reason, **record}
        reason = "answered" if observed.answered else "no_record"
        return {**values, "state": "ignored", "reason": reason}

    @api.model
    def _record_of(self, message, observed):
        return {"res_model": message.model, "res_id": message.res_id}

    @api.model
    def _message_of(self, observed):
        messages = self.env["mail.message"].sudo()
        if not observed.message_id:
            return messages
        found = messages.search(
            [("message_id", "=", observed.message_id)], limit=ROUTES_READ, order="id desc"
        )
        # Where one mail made a record and went to another one, the new one is what counts.
        created = found.filtered(lambda message: message.model in observed.created_models)
        return (created or found)[:1]
