from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models

from ..core.incoming import mailbox_error
from ..core.text import printable
from .fetchmail_words import ADVICE, CAUSES, SENTENCES

FAILURES_TO_TELL = 3
"""Failures in a row after which administrators are told: one may be a restart of the server."""
REST_MINUTES = (0, 0, 10, 20, 40, 60)
"""Until the next try after the first, the second, and every later failure in a row: a password that
is wrong must not lock the account."""
SETTINGS = {"server", "port", "user", "password", "is_ssl", "server_type", "state", "active"}


class FetchmailServer(models.Model):
    """A mailbox that cannot be fetched says so, rests a while, and somebody is told.

    All of this is written in the transaction of `_fetch_mail`, which holds the row.
    """

    _inherit = "fetchmail.server"

    trouble = fields.Selection(CAUSES, "Why", readonly=True, copy=False)
    failures = fields.Integer("Failures in a Row", readonly=True, copy=False)
    next_try = fields.Datetime(
        readonly=True, copy=False, help="Until then the scheduled action leaves it alone."
    )
    last_error_date = fields.Datetime(
        "Latest Failure", readonly=True, copy=False, help="The first one stands beside it."
    )
    last_success = fields.Datetime("Last Fetched Well", readonly=True, copy=False)
    alert_id = fields.Many2one(
        "mail.activity",
        "Told In",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="base.group_system",
        help="The activity that tells an administrator of the trouble.",
    )
    last_mail_date = fields.Datetime("Last Mail", compute="_compute_last_mail_date")
    folder_ids = fields.One2many(
        "fetchmail.folder", "mailbox_id", readonly=True, groups="base.group_system"
    )
    left_message = fields.Text("Could Not Be Taken", compute="_compute_left_message")

    def _compute_last_mail_date(self):
        grouped = (
            self.env["mail.incoming"]
            .sudo()
            ._read_group([("mailbox_id", "in", self.ids)], ["mailbox_id"], ["create_date:max"])
        )
        latest = {mailbox.id: date for mailbox, date in grouped}
        for mailbox in self:
            mailbox.last_mail_date = latest.get(mailbox.id, False)

    @api.depends("folder_ids.left")
    def _compute_left_message(self):
        for mailbox in self:
            left = [
                item
                for folder in mailbox.sudo().folder_ids
                for item in (folder.left or {}).values()
            ]
            why = next((item["error"] for item in left if item["error"]), "")
            mailbox.left_message = bool(left) and self.env._(
                "%(number)s emails could not be taken and are still in the mailbox: %(error)s.",
                number=len(left),
                error=(why or self.env._("the server does not give them")).rstrip("."),
            )

    def action_ask_again(self):
        """Try the mails once more that could not be taken."""
        self.check_access("write")
        for folder in self.sudo().folder_ids:
            folder._keep_left({})
        return True

    def write(self, vals):
        """Other settings deserve another try at once; a mailbox that Odoo gives up is told."""
        if SETTINGS & vals.keys():
            vals = {**vals, "next_try": False}
        if vals.get("state") == "draft" and self.env.context.get("fetchmail_cron_running"):
            for mailbox in self:
                mailbox._tell(is_given_up=True)
        return super().write(vals)

    def _not_resting(self):
        now = fields.Datetime.now()
        return self.filtered(lambda mailbox: not mailbox.next_try or mailbox.next_try <= now)

    # ------------------------------------------------------------
    # FAILURE AND SUCCESS
    # ------------------------------------------------------------

    def _note_trouble(self, error, is_in_history=False):
        """Only where mails are fetched: what a test finds is shown to who tests."""
        if not self.env.context.get("fetchmail_cron_running"):
            return
        now = fields.Datetime.now()
        failures = self.failures + 1
        rest = REST_MINUTES[min(failures, len(REST_MINUTES)) - 1]
        self.write(
            {
                "trouble": self._cause_of(error),
                "failures": failures,
                "next_try": now + timedelta(minutes=rest) if rest else False,
                "error_date": self.error_date or now,
                "last_error_date": now,
                "error_message": self._connection_error_sentence(error),
            }
        )
        if not is_in_history:
            run = self.env["fetchmail.run"].sudo()._begin(self, 0)
            run.write({"error": self.error_message, "ended_on": now})
        if failures >= FAILURES_TO_TELL:
            self._tell()

    def _note_success(self):
        if not self.env.context.get("fetchmail_cron_running"):
            return
        self.write(
            {
                "trouble": False,
                "failures": 0,
                "next_try": False,
                "last_error_date": False,
                "last_success": fields.Datetime.now(),
            }
        )
        self.alert_id.filtered("active").action_archive()

    def _cause_of(self, error):
        return mailbox_error.classify(error, has_password=self._signs_in_with_password())

    def _signs_in_with_password(self):
        """Other types of server are those of addons, which sign in with a token."""
        return self.server_type in ("imap", "pop")

    def _connection_error_sentence(self, error):
        reply = mailbox_error.reply_text(error) or mailbox_error.safe(str(error))
        sentence = self.env._(SENTENCES[self._cause_of(error)])
        cause = sentence % {
            "host": printable(self.server or ""),
            "port": self.port,
            "user": self.user or "",
            "reply": reply.rstrip("."),
        }
        return f"{cause} {self.env._(ADVICE[self.state])}"

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    def _tell(self, is_given_up=False):
        """One activity a mailbox, brought up to date as long as it is open."""
        note = Markup("<p>%s</p>") % (self.error_message or "")
        if is_given_up:
            note += Markup("<p>%s</p>") % self.env._(
                "Odoo has stopped fetching it after five days without success. Press Test & "
                "Confirm when it works again."
            )
        if self.alert_id.active:
            self.alert_id.note = note
        else:
            summary = self.env._("“%(mailbox)s” cannot be fetched", mailbox=self.name)
            self.alert_id = self.env["mail.incoming"].sudo()._tell_administrator(summary, note)
