import logging
import random
import re
import time
import traceback
from datetime import timedelta

import psycopg2
from odoo import SUPERUSER_ID, api, fields, models

from ..core.error import CoreError
from ..core.incoming.bounds import TooComplex
from .incoming_run import (
    Observed,
    SourceLost,
    Transaction,
    TriedAgain,
    is_concurrency,
    is_passing,
    observing,
)

_logger = logging.getLogger(__name__)

TRIALS = 3
"""Tries at once after another transaction came in between."""
TRIAL_SECONDS = 0.05
BACKOFF_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
"""Until the next try of what failed for a reason that passes; after the last, four days later, the
mail has failed."""
POISON_RUNS = 2
"""Runs without an end after which a mail is set aside: it may be what ends the worker."""
OF_ONE_MAIL = re.compile(r"<[^<>]{0,200}>|[^\s<>@]{1,64}@\S{1,200}|\d+")
"""Parts of an error that differ from mail to mail: identifiers, addresses, numbers."""
CAUSE_CHARS = 200
TRACEBACK_CHARS = 20_000
ERROR_CHARS = 2_000
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

    def _record_failure(self, steps, error, observed):
        """Write down what went wrong. What cannot even be written down is tried again."""
        try:
            if not self.exists() or self.state != "received":
                return
            values = self._failure(error, observed)
            self.write({**values, **self._ended()})
            steps.commit()
            if values["state"] in ("failed", "unrouted"):
                self._note_failure(values["cause"])
            steps.commit()
        except psycopg2.Error:
            _logger.warning("The failure of incoming email %s is not recorded", self.id)
            steps.rollback()

    def _failure(self, error, observed):
        state, reason = self._judge(error, observed)
        attempts = self.attempts
        values = {
            "state": state,
            "reason": reason,
            "next_try": False,
            "cause": self._cause_of(reason, error),
            "error": self._words_of_no_route() if reason == "no_route" else self._words_of(error),
            "traceback": "".join(traceback.format_exception(error))[-TRACEBACK_CHARS:],
        }
        if observed and observed.answered:
            values["answered"] = True
        if reason == "retry" and attempts < len(BACKOFF_MINUTES):
            delay = timedelta(minutes=BACKOFF_MINUTES[attempts])
            values["next_try"] = fields.Datetime.now() + delay
        elif reason == "retry":
            values.update(state="failed", reason="error")
        return self._storable(values)

    @api.model
    def _cause_of(self, reason, error):
        """The same for every mail that meets the same obstacle."""
        if reason == "no_route":
            return reason
        text = OF_ONE_MAIL.sub("#", str(error))
        return f"{reason}:{type(error).__name__}:{text}"[:CAUSE_CHARS]

    @api.model
    def _judge(self, error, observed):
        if observed and observed.no_route:
            return "unrouted", observed.no_route
        if isinstance(error, SourceLost):
            return "failed", "source"
        if isinstance(error, (TooComplex, RecursionError)):
            return "failed", "too_complex"
        return ("received", "retry") if is_passing(error) else ("failed", "error")

    @api.model
    def _storable(self, values):
        """Text of others may have what PostgreSQL does not take."""
        return {
            name: value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
            if isinstance(value, str)
            else value
            for name, value in values.items()
        }

    @api.model
    def _words_of_no_route(self):
        return self.env._(
            "Nobody answers for its addresses: there is no alias for them, and it is no reply to a "
            "message that Odoo knows."
        )

    @api.model
    def _words_of(self, error):
        if isinstance(error, CoreError):
            return error.explain(self.env._)
        if isinstance(error, SourceLost):
            return self.env._(
                "The stored source of this mail is gone or damaged. Take the mail from the "
                "mailbox again: mark it as unread there."
            )
        if isinstance(error, TriedAgain):
            return self.env._("Somebody else was working on the same mail.")
        text = str(error) or type(error).__name__
        return (text if len(text) > 20 else f"{type(error).__name__}: {text}")[:ERROR_CHARS]
