import email
import email.policy
import re
import time

from markupsafe import Markup
from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .incoming_run import SourceLost, is_plain_test

QUOTED_BYTES = 200_000
QUOTED_IDS = 20
QUOTED_ID = re.compile(r"<[^<>@\s]{1,200}@[^<>@\s]{1,200}>")
"""Message-Ids that a mail quotes, in a text or in a header of its own kind."""
REPLY_MARK = re.compile(r"^(\s*(re|aw|sv|antw|rép|fwd?|wg)\s*(\[\d+\])?:)+", re.IGNORECASE)
SECONDS_BY_HAND = 60
"""A request is ended after 120 (limit_time_real); what is left then is worked off by the scheduled
action."""


class MailIncoming(models.Model):
    """What an administrator can do with mails that wait for somebody's decision."""

    _inherit = "mail.incoming"

    def action_process(self):
        """Process these mails now, in the order in which they came, each in its own transaction.

        What is held is released by it; a duplicate is processed as a mail of its own; what has
        been processed stays as it is. Returns when all have an outcome, or after a minute, with
        the rest under way.
        """
        self.check_access("write")
        return self._process_by_hand()

    def action_dismiss(self):
        """Nothing is to be made of these mails."""
        self.check_access("write")
        open_ones = self.filtered(lambda row: row.state in ("held", "unrouted", "failed"))
        open_ones.write({"state": "ignored", "reason": "dismissed", "next_try": False})
        self.sudo()._close_alerts()
        return True

    def action_bounce(self):
        """Answer the senders that their mail could not be delivered."""
        self.check_access("write")
        for row in self.filtered(lambda row: row.state in ("held", "unrouted", "failed")):
            row._bounce()
        self.sudo()._close_alerts()
        return True

    def action_route(self):
        """Choose where these mails belong."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose the Destination"),
            "res_model": "mail.incoming.route",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_incoming_ids": self.ids},
        }

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_preview(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.subject or self.env._("Incoming Email"),
            "res_model": "mail.incoming.preview",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_incoming_id": self.id, "dialog_size": "large"},
        }

    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/email_communication/incoming/{self.id}.eml",
            "target": "download",
        }

    # ------------------------------------------------------------
    # PROCESSING
    # ------------------------------------------------------------

    def _process_by_hand(self, destination=None):
        """Process these, all to one destination if there is one; returns a notification."""
        ids, begin = sorted(self.ids), time.monotonic()
        if is_plain_test(self.env.cr):
            self.sudo().browse(ids)._process_each(destination, begin)
            self.env.invalidate_all()
            return self._tell_outcome()
        # This transaction is the client's, and each mail has one of its own.
        self.env.flush_all()
        with self.env.registry.cursor() as cr:
            rows = api.Environment(cr, SUPERUSER_ID, {})[self._name].browse(ids)
            rows._process_each(destination, begin)
            told = self.with_env(self.env(cr=cr))._tell_outcome()
        self._look_again()
        return told

    def _look_again(self):
        """A transaction sees the database as it was when it began. One that has written nothing
        begins anew, so that the caller sees what became of the mails."""
        self.env.cr.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
        if self.env.cr.fetchone()[0]:
            self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    def _process_each(self, destination, begin):
        for row in self.exists():
            if not row._may_be_processed():
                continue
            row._make_due(destination)
            if not is_plain_test(self.env.cr):
                self.env.cr.commit()  # pylint: disable=invalid-commit
            if time.monotonic() - begin > SECONDS_BY_HAND:
                row._wake()
            else:
                row._process_or_log()
            self.env.invalidate_all()
        self.exists().run_id._count_outcomes()

    def _may_be_processed(self):
        is_settled = self.state == "done" and self.reason != "duplicate"
        return self.has_source and not is_settled

    def _make_due(self, destination=None):
        call = dict(self.call or {})
        if destination:
            call["destination"] = destination
        if self.reason == "duplicate":
            call["new_message_id"] = f"<{self.sha256}.{self.id}@duplicate.localhost>"
        self.write(
            {"state": "received", "released": True, "started": 0, "next_try": False, "call": call}
        )

    def _tell_outcome(self):
        rows = self.exists()
        done = rows.filtered(lambda row: row.state == "done")
        waiting = rows.filtered(lambda row: row.state == "received")
        message = self.env._(
            "%(done)s of %(all)s emails are processed.", done=len(done), all=len(rows)
        )
        if waiting:
            message += " " + self.env._("%(number)s are under way.", number=len(waiting))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success" if len(done) == len(rows) else "warning",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------
    # ANSWERING
    # ------------------------------------------------------------

    def _message(self):
        """The parsed mail, for those who only look at it."""
        try:
            return email.message_from_bytes(self._raw(), policy=email.policy.SMTP)
        except SourceLost as error:
            raise UserError(self._words_of(error)) from error

    def _bounce(self):
        if not self.email_from:
            raise UserError(
                self.env._(
                    "“%(subject)s” names no sender, so nobody can be answered. Dismiss it instead.",
                    subject=self.subject or "",
                )
            )
        message = self._message()
        if not self.env["mail.thread"]._may_be_answered(message):
            raise UserError(
                self.env._(
                    "“%(subject)s” was sent by a machine or asks not to be answered, and an "
                    "answer could start a loop. Dismiss it instead.",
                    subject=self.subject or "",
                )
            )
        body = Markup("<p>%s</p>") % self.env._(
            "Your message to %(recipients)s could not be delivered: nobody reads this address.",
            recipients=self.recipients or "",
        )
        self.env["mail.thread"].sudo()._routing_create_bounce_email(
            self.email_from, body, message, references=self.message_id
        )
        self.write({"state": "ignored", "reason": "bounced", "answered": True, "next_try": False})

    # ------------------------------------------------------------
    # LIKELY THREAD
    # ------------------------------------------------------------

    def _likely_parent(self):
        """The message that this is probably an answer to, where its References were lost."""
        messages = self.env["mail.message"].sudo()
        if not self or not self.has_source:
            return messages
        quoted = QUOTED_ID.findall(self._raw()[:QUOTED_BYTES].decode("utf-8", "replace"))
        domain = [("model", "!=", False), ("res_id", "!=", False)]
        ids = [item for item in quoted if item != self.message_id][:QUOTED_IDS]
        if found := ids and messages.search([*domain, ("message_id", "in", ids)], limit=1):
            return found
        subject = REPLY_MARK.sub("", self.subject or "").strip()
        if not subject or subject == (self.subject or "").strip():
            return messages
        partner = (
            self.env["res.partner"]
            .sudo()
            .search(
                [("email_normalized", "=", email_normalize(self.email_from or "") or "?")], limit=1
            )
        )
        same = [*domain, ("subject", "=ilike", subject)]
        theirs = ["|", ("author_id", "=", partner.id), ("partner_ids", "in", partner.ids)]
        return messages.search([*same, *theirs] if partner else same, limit=1)
