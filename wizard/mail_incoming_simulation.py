import email
import email.policy
import re
from base64 import b64decode
from email.message import EmailMessage
from email.utils import make_msgid

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.incoming.headers import derived_message_id
from ..models.incoming_run import Observed, SourceLost, observing
from ..models.incoming_step_words import tell
from ..models.rehearsal import rehearsal

STRANGER = "Ada Example <ada@example.com>"
"""Who writes a mail that is made up: nobody in this database, most likely."""
LINE_BREAKS = re.compile(r"[\r\n\0]+")


class MailIncomingSimulation(models.TransientModel):
    """Shows what would happen to an incoming email, step by step, without anything happening.

    Odoo's own code runs with the mail, and all of it is rolled back: nothing is written and
    nothing is sent.
    """

    _name = "mail.incoming.simulation"
    _description = "Simulate an Incoming Email"

    source = fields.Selection(
        [
            ("describe", "Describe it"),
            ("paste", "Paste its source"),
            ("upload", "Upload a file"),
            ("incoming", "One that was received"),
        ],
        "The Email",
        compute="_compute_source",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
    )
    email_from = fields.Char("From", default=STRANGER)
    email_to = fields.Char("To")
    email_cc = fields.Char("Cc")
    subject = fields.Char(default=lambda self: self.env._("A question"))
    body = fields.Text("Text", default=lambda self: self.env._("Hello, this is a made-up email."))
    record_ref = fields.Reference(
        "_selection_models",
        "Answers a Message Of",
        help="Leave it empty for an email that answers nothing.",
    )
    reply_to_id = fields.Many2one(
        "mail.message",
        "Answers the Message",
        compute="_compute_reply_to_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    raw = fields.Text(
        "Source", help="The whole email with its headers, as a mail program shows it."
    )
    eml = fields.Binary("File", attachment=False)
    eml_name = fields.Char()
    incoming_id = fields.Many2one("mail.incoming", "Received Email", ondelete="cascade")
    mailbox_id = fields.Many2one(
        "fetchmail.server",
        "As if Fetched From",
        ondelete="cascade",
        help="What a mailbox creates when no alias is named, and its company, count as well.",
    )
    steps = fields.Json(compute="_compute_result")
    steps_html = fields.Html("What Would Happen", compute="_compute_result", sanitize=False)
    headline = fields.Char(compute="_compute_result")
    verdict = fields.Selection(
        [("nothing", "Nothing to try"), ("accepted", "Accepted"), ("refused", "Not accepted")],
        compute="_compute_result",
    )

    @api.model
    def _selection_models(self):
        return self.env["mail.incoming.route"]._selection_models()

    @api.depends("eml", "raw", "incoming_id")
    def _compute_source(self):
        for simulation in self:
            if simulation.eml:
                simulation.source = "upload"
            elif simulation.raw:
                simulation.source = "paste"
            elif simulation.incoming_id:
                simulation.source = "incoming"
            else:
                simulation.source = simulation.source or "describe"

    @api.depends("record_ref")
    def _compute_reply_to_id(self):
        """The latest that somebody could answer."""
        for simulation in self:
            record = simulation.record_ref
            if not record:
                simulation.reply_to_id = simulation.reply_to_id
                continue
            found = self.env["mail.message"].search(
                [
                    ("model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("message_id", "!=", False),
                    ("message_type", "!=", "user_notification"),
                ],
                limit=1,
                order="id desc",
            )
            simulation.reply_to_id = found

    # ------------------------------------------------------------
    # RESULT
    # ------------------------------------------------------------

    @api.depends(
        "source",
        "email_from",
        "email_to",
        "email_cc",
        "subject",
        "body",
        "reply_to_id",
        "raw",
        "eml",
        "incoming_id",
        "mailbox_id",
    )
    @api.depends_context("lang", "uid")
    def _compute_result(self):
        for simulation in self:
            raw = simulation._raw()
            steps = simulation._simulate(raw) if raw else []
            simulation.steps = steps
            verdict, headline, html = simulation._told(steps)
            simulation.verdict, simulation.headline, simulation.steps_html = verdict, headline, html

    def _told(self, steps):
        """(verdict, what decides in one line, all of it as HTML)"""
        told = tell(self.env, steps)
        decided = [step for step in told if step["verdict"] == "decided"]
        ends = decided + [step for step in told if step["verdict"] == "stopped"]
        headline = " ".join(step["sentence"] for step in ends)
        html = self.env["mail.incoming"]._steps_as_html(steps)
        return self._verdict(steps, decided), headline, html

    @api.model
    def _verdict(self, steps, decided):
        if not steps:
            return "nothing"
        is_failed = any(step["code"] == "failed" for step in steps)
        return "accepted" if decided and not is_failed else "refused"

    def _simulate(self, raw):
        """The steps that this mail would take now."""
        if self.env.cr.readonly:
            # The web client reads first from a copy of the database that nobody can write.
            raise psycopg2.errors.ReadOnlySqlTransaction("A mail is tried where records are made")
        with rehearsal(self.env) as env:
            row = self._row(env)
            observed = self._observed(row, raw)
            try:
                with observing(observed):
                    result = row._call_again(raw)
                    env.flush_all()
                row._outcome(result, observed)
            except Exception as error:  # noqa: BLE001 - whatever happens is what is asked about
                env.cr.rollback()  # of the rehearsal alone, so that something can be asked again
                row._failure(error, observed)
        return observed.steps

    def _row(self, env):
        """The mail as the spool would have it."""
        if self.source == "incoming" and self.incoming_id:
            return env["mail.incoming"].browse(self.incoming_id.id)
        mailbox = env["fetchmail.server"].browse(self.mailbox_id.id)
        return env["mail.incoming"].new(
            {
                "mailbox_id": mailbox.id,
                "company_id": mailbox.company_id.id,
                "call": {
                    "uid": env.uid,
                    "su": True,
                    "save_original": mailbox.original,
                    "strip_attachments": bool(mailbox) and not mailbox.attach,
                },
            }
        )

    @api.model
    def _observed(self, row, raw):
        observed = Observed(raw, message_id=derived_message_id(raw), rehearsed=True)
        if row.ids:
            observed = row._observed(raw)
            observed.rehearsed = observed.is_first = True
        message_id = email.message_from_bytes(raw, policy=email.policy.compat32)["Message-Id"]
        known = message_id and [("message_id", "=", str(message_id).strip())]
        if known and row.env["mail.message"].search_count(known, limit=1):
            observed.step("duplicate_allowed", message_id=message_id)
            observed.new_message_id = make_msgid(domain="simulation.localhost")
        return observed

    # ------------------------------------------------------------
    # THE MAIL
    # ------------------------------------------------------------

    def _raw(self):
        """The bytes of the mail that is meant; empty where there is none yet."""
        if self.source == "incoming":
            return self._received()
        if self.source == "upload":
            return b64decode(self.with_context(bin_size=False).eml or b"")
        if self.source == "paste":
            return self._with_line_ends((self.raw or "").lstrip()).encode("utf-8", "replace")
        return self._described()

    def _received(self):
        self.incoming_id.check_access("read")
        try:
            return self.incoming_id._raw() if self.incoming_id else b""
        except SourceLost as error:
            raise UserError(self.incoming_id._words_of(error)) from error

    @api.model
    def _with_line_ends(self, text):
        return "\r\n".join(text.splitlines())

    def _described(self):
        if not (self.email_from and (self.email_to or self.email_cc)):
            return b""
        message = EmailMessage(policy=email.policy.SMTP)
        answered = self.reply_to_id
        answered.check_access("read")
        headers = {
            "From": self.email_from,
            "To": self.email_to,
            "Cc": self.email_cc,
            "Subject": self.subject,
            "Message-Id": make_msgid(domain="simulation.localhost"),
            "In-Reply-To": answered.message_id,
            "References": answered.message_id,
        }
        try:
            for name, value in headers.items():
                if value:
                    message[name] = LINE_BREAKS.sub(" ", value)
            message.set_content(self.body or "")
            return message.as_bytes()
        except (ValueError, IndexError, TypeError) as error:
            raise UserError(
                self.env._(
                    "No email can be made of this: an address cannot be read. Write addresses as "
                    "ada@example.com or as Ada Example <ada@example.com>."
                )
            ) from error

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    @api.model
    def _open(self, **values):
        """The window, with these values in it."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What would happen to this email?"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                **{f"default_{name}": value for name, value in values.items() if value},
            },
        }

    def action_simulate(self):
        """The same mail again: settings may have changed since."""
        self.ensure_one()
        self.invalidate_recordset(["steps", "steps_html", "headline", "verdict"])
        return {**self._open(), "res_id": self.id}
