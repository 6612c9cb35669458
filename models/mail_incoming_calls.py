import hashlib
import json

from odoo import api, fields, models

from .incoming_run import TriedAgain
from .mail_incoming import OPEN


class MailIncoming(models.Model):
    """Mails that some code hands over itself: their transaction is its own."""

    _inherit = "mail.incoming"

    @api.model
    def _call_values(self, thread, call):
        """What has to be known to repeat the call."""
        values = {"on": thread._name, "uid": thread.env.uid, "su": thread.env.su, **call}
        return json.loads(json.dumps(values, default=str))

    @api.model
    def _record_processed(self, raw, values, result, observed):
        """In the transaction of the caller, so true when that is."""
        try:
            outcome = self._outcome(result, observed)
        except TriedAgain:
            # The caller was told that it is a duplicate; if the other one fails, this is left.
            outcome = {"state": "received", "reason": "retry"}
            self._wake()
        outcome["processed_at"] = fields.Datetime.now()
        outcome["attempts"] = 1
        if row := self._known(raw):
            row.write(outcome)
        else:
            row = self._spool([(raw, {**values, **outcome})])
        row._settled()

    @api.model
    def _record_failed(self, raw, values, error, observed):
        """On a cursor of our own, after the caller's transaction; not if it tried again since."""
        digest = hashlib.sha256(raw).hexdigest()
        if self.search_count([("sha256", "=", digest), ("state", "=", "done")], limit=1):
            return
        row = self._known(raw) or self._spool([(raw, values)])
        failure = row._failure(error, observed)
        row.write({**failure, **row._ended()})
        if failure["state"] in ("failed", "unrouted"):
            row._note_failure(failure["cause"])

    @api.model
    def _known(self, raw):
        """A row of the same bytes that some earlier call left; those of mailboxes are theirs."""
        digest = hashlib.sha256(raw).hexdigest()
        return self.search(
            [
                ("sha256", "=", digest),
                ("account", "=", False),
                ("state", "in", OPEN),
            ],
            limit=1,
        )
