import logging
import re
import traceback
from datetime import timedelta

import psycopg2
from odoo import api, fields, models

from ..core.error import CoreError
from ..core.incoming.bounds import TooComplex
from .incoming_run import SourceLost, TriedAgain, is_passing

_logger = logging.getLogger(__name__)

BACKOFF_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
"""Until the next try of what failed for a reason that passes; after the last, four days later, the
mail has failed."""
OF_ONE_MAIL = re.compile(r"<[^<>]{0,200}>|[^\s<>@]{1,64}@\S{1,200}|\d+")
"""Parts of an error that differ from mail to mail: identifiers, addresses, numbers."""
CAUSE_CHARS = 200
TRACEBACK_CHARS = 20_000
ERROR_CHARS = 2_000


class MailIncoming(models.Model):
    """What went wrong with a mail, in words, and when it is tried again."""

    _inherit = "mail.incoming"

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
