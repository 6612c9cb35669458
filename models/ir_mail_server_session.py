import logging
import smtplib
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException, extract_rfc2822_addresses
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..core.outgoing import from_filter as core_from_filter
from ..core.outgoing import schedule as core_schedule
from ..core.outgoing.session import Session
from ..core.reply import Command, Reply, ReplyClass, explain_admin, from_exception
from .sending_run import Run, address_key

_logger = logging.getLogger(__name__)

SMTP = smtplib.SMTP
"""Bound at import: tests of others put a mock in the place of `smtplib.SMTP`."""

UNTIL_REPAIRED = timedelta(days=30)
"""How long a server rests that an administrator has to repair: a login that was refused is not
tried again by itself, for too many of them close the account."""
FAULTS_TO_TELL = 3
"""Faults in a row after which the administrators are told: the first two are over in minutes."""
QUOTA_REST = timedelta(hours=1)
"""Limits of providers are counted by the hour or the day."""
CONNECTION_FIELDS = {
    "active",
    "smtp_host",
    "smtp_port",
    "smtp_user",
    "smtp_pass",
    "smtp_encryption",
    "smtp_authentication",
    "smtp_ssl_certificate",
    "smtp_ssl_private_key",
}
"""Who changes these expects that the server is tried again."""


class IrMailServer(models.Model):
    """A server that cannot send rests: its e-mails wait together, and the others go on.

    A fault of the connection, of the login or a "421" is the server's. It does not use up the
    tries of an e-mail; it makes the server rest, for longer each time, until it works again.
    """

    _inherit = "ir.mail_server"

    retry_minutes = fields.Char(
        "Try Again After",
        help="Minutes after which an e-mail that could not leave is tried again, separated by "
        "commas; the last pause repeats. Empty means 2, 5, 15, 30, 60, 120, 240, 480.",
    )
    retry_hours = fields.Integer(
        "Give Up After",
        default=core_schedule.HOURS,
        help="Hours after which an e-mail that could not leave counts as failed. The time that the "
        "server itself was down does not count.",
    )
    others_take_over = fields.Boolean(
        default=True,
        help="While this server cannot send, another one sends its e-mails if its FROM filter "
        "lists the same address or domain. E-mails that name this server always wait for it.",
    )
    resting_until = fields.Datetime(readonly=True, copy=False)
    rest_faults = fields.Integer("Faults in a Row", readonly=True, copy=False)
    rest_reply = fields.Json("Last Fault", readonly=True, copy=False)
    rest_sentence = fields.Char("Resting", compute="_compute_rest_sentence")
    waiting_mail_count = fields.Integer("Waiting", compute="_compute_mail_counts")
    failed_mail_count = fields.Integer("Failed", compute="_compute_mail_counts")

    @api.depends("resting_until", "rest_reply")
    @api.depends_context("lang", "tz")
    def _compute_rest_sentence(self):
        for server in self:
            fault = server._rest_fault()
            server.rest_sentence = fault and f"{explain_admin(fault, self.env._)} " + (
                self.env._("Its e-mails wait. They are sent as soon as Test Connection succeeds.")
                if server._needs_repair(fault)
                else self.env._(
                    "Its e-mails wait and are tried again at %(time)s.",
                    time=fields.Datetime.context_timestamp(server, server.resting_until).strftime(
                        "%H:%M"
                    ),
                )
            )

    def _compute_mail_counts(self):
        counts = {
            (server.id, state): count
            for server, state, count in self.env["mail.mail"]
            .sudo()
            ._read_group(
                [
                    ("delivery_server_id", "in", self.ids),
                    ("state", "in", ("outgoing", "exception")),
                ],
                ["delivery_server_id", "state"],
                ["__count"],
            )
        }
        for server in self:
            server.waiting_mail_count = counts.get((server.id, "outgoing"), 0)
            server.failed_mail_count = counts.get((server.id, "exception"), 0)

    def action_waiting_mails(self):
        return self._action_mails(self.env._("Waiting E-mails"), "outgoing")

    def action_failed_mails(self):
        return self._action_mails(self.env._("Failed E-mails"), "exception")

    def _action_mails(self, name, state):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "mail.mail",
            "view_mode": "list,form",
            "domain": [("delivery_server_id", "in", self.ids), ("state", "=", state)],
            "context": {"search_default_group_by_delivery_class": True},
        }

    @api.constrains("retry_minutes", "retry_hours")
    def _check_retry_schedule(self):
        for server in self:
            try:
                core_schedule.parse(server.retry_minutes)
            except core_schedule.ScheduleError as error:
                raise ValidationError(
                    self.env._(
                        "“%(entry)s” is not a number of minutes. Write the pauses between the "
                        "tries in whole minutes, separated by commas: 2, 5, 15, 30, 60.",
                        **error.params,
                    )
                ) from error
            if server.retry_hours < 0:
                raise ValidationError(
                    self.env._("“Give Up After” is a number of hours. 0 means: try only once.")
                )

    def write(self, vals):
        result = super().write(vals)
        if CONNECTION_FIELDS & vals.keys():
            self.filtered("resting_until")._resume()
        return result

    def _retry_schedule(self):
        """When mails of this server are tried again; empty is the server of the command line."""
        server = self.sudo()
        if not server:
            return core_schedule.Schedule()
        return core_schedule.Schedule(core_schedule.parse(server.retry_minutes), server.retry_hours)

    # ------------------------------------------------------------
    # SESSION
    # ------------------------------------------------------------

    def _connect__(self, *args, **kwargs):
        """While mails are sent: a session that remembers the answers, or the fault of the server.

        It is not raised, for then Odoo gives up all mails of the server, also those that somebody
        else is sending. What is wrong with the choice of the server (it is archived, or belongs
        to somebody else) is still raised.
        """
        run, connect = Run.of(self.env), partial(super()._connect__, *args, **kwargs)
        if run is None or run.raises or args:
            return self._remembering(connect(), connect, run)
        server = self.sudo().browse(kwargs.get("mail_server_id") or ())
        if server.id in run.faults:
            return Session(None, fault=run.faults[server.id])
        if fault := server._rest_fault(run):
            run.faults[server.id] = fault
            return Session(None, connect, fault=fault, time_left=run.time_left)
        try:
            smtp = connect()
        except (smtplib.SMTPException, OSError) as error:
            fault = from_exception(Command.CONNECT, error)
            _logger.info("Outgoing server %s cannot send: %s", server.id, fault.answer)
            return Session(None, fault=fault)
        return self._remembering(smtp, connect, run)

    @api.model
    def _remembering(self, smtp, connect, run):
        """No connection and the mocks of tests are handed on as they are."""
        if run is None or not isinstance(smtp, SMTP):
            return smtp
        return Session(smtp, connect, time_left=None if run.raises else run.time_left)

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Note what each recipient was answered, and let Odoo go on with the next one.

        Odoo ends a mail at the first recipient that is refused, except where it says itself that
        there is no valid recipient. Every other caller gets the exception as ever.
        """
        run, session = Run.of(self.env), kwargs.get("smtp_session")
        if run is None or run.work is None or run.work.session is not session:
            return super().send_email(message, *args, **kwargs)
        copies = {address_key(item) for item in extract_rfc2822_addresses(message["Cc"])}
        sender = self._leaving_out(run.work.done)
        try:
            result = super(IrMailServer, sender).send_email(message, *args, **kwargs)
        except (MailDeliveryException, smtplib.SMTPServerDisconnected) as error:
            if not session.replies:
                raise
            run.record(session, copies)
            if run.raises:
                raise
            raise AssertionError(self.NO_VALID_RECIPIENT) from error
        run.record(session, copies)
        return result

    def _leaving_out(self, done):
        """Odoo's own way to keep an address out of the envelope and in the headers."""
        if not done:
            return self
        skipped = {*(self.env.context.get("send_smtp_skip_to") or ()), *done}
        return self.with_context(send_smtp_skip_to=list(skipped))

    # ------------------------------------------------------------
    # REST
    # ------------------------------------------------------------

    def _rest_fault(self, run=None):
        """Why this server rests, or None. Who asks for a mail now has it tried nevertheless."""
        if not self or not self.resting_until or not self.rest_reply:
            return None
        if (run and run.asked_for) or self.resting_until <= fields.Datetime.now():
            return None
        return Reply.from_json(self.rest_reply)

    @api.model
    def _needs_repair(self, fault):
        return fault.reply_class is ReplyClass.AUTHENTICATION_REFUSED

    def _rest(self, run, fault):
        """Let the server rest after a fault; until when. Noted once in a run."""
        if self.id in run.faults:
            return self.resting_until if self else fields.Datetime.now() + core_schedule.rest(1)
        run.faults[self.id] = fault
        faults = 1 if self.id in run.healthy else (self.rest_faults or 0) + 1
        pause = core_schedule.rest(faults, fault.retry_after)
        if self._needs_repair(fault):
            pause = UNTIL_REPAIRED
        elif fault.reply_class is ReplyClass.QUOTA_REACHED:
            pause = max(pause, QUOTA_REST)
        until = (fields.Datetime.now() + pause).replace(microsecond=0)
        if self:
            self._note_rest(run, until, faults, fault)
            if self._needs_repair(fault) or faults >= FAULTS_TO_TELL:
                run.troubled.add(self.id)
        return until

    def _works(self, run):
        """The first success ends the rest."""
        if self.id in run.healthy:
            return
        run.healthy.add(self.id)
        if self and self.rest_faults:
            self._note_rest(run, None, 0, None)
            run.recovered.add(self.id)

    def _note_rest(self, run, until, faults, fault):
        """Beside Odoo's transaction, for two workers may meet the same fault."""
        values = {
            "resting_until": until,
            "rest_faults": faults,
            "rest_reply": fault and fault.to_json(),
        }
        if run.recorder is None:
            self.sudo().write({**values, "resting_until": until or False})
            return
        run.recorder.note_rest(self.id, values)
        self.invalidate_recordset(list(values))

    def _resume(self):
        """They work again: their mails are due."""
        if not self:
            return
        self.sudo().write({"resting_until": False, "rest_faults": 0, "rest_reply": False})
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("state", "=", "outgoing"), ("delivery_server_id", "in", self.ids)])
        )
        if mails:
            mails.write({"scheduled_date": fields.Datetime.now()})
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        self._close_alerts()

    def test_smtp_connection(self, autodetect_max_email_size=False):
        result = super().test_smtp_connection(autodetect_max_email_size)
        self.filtered("resting_until")._resume()
        return result

    # ------------------------------------------------------------
    # TAKING OVER
    # ------------------------------------------------------------

    def _substitutes(self, run, smtp_from):
        """The servers that may send for this one as `smtp_from`, in order of priority."""
        server, neutralized = self.sudo(), "database.is_neutralized"
        if not server or not server.others_take_over or server.owner_user_id:
            return server.browse()
        if self.env["ir.config_parameter"].sudo().get_param(neutralized):
            return server.browse()
        candidates = server._shared_servers() - server
        return candidates.filtered(
            lambda other: (
                other.id not in run.faults
                and not other._rest_fault(run)
                and other._may_stand_in()
                and other._lists_as(server, email_normalize(smtp_from, strict=False))
            )
        )

    def _may_stand_in(self):
        """Not the personal ones, nor those that are kept for something else."""
        return (
            self.active
            and not self.owner_user_id
            and self.smtp_authentication != "cli"
            and self.id != self._dedicated_server_id()
        )

    @api.model
    def _dedicated_server_id(self):
        """The server that mass mailing keeps for itself, where it is installed."""
        if "mailing.mailing" not in self.env:
            return None
        return self.env["mailing.mailing"]._get_default_mail_server_id()

    def _lists_as(self, server, sender):
        """Whether this FROM filter lists the sender as that of `server` does."""
        if not self.from_filter or not server.from_filter:
            return not self.from_filter and not server.from_filter
        return all(core_from_filter.find(sender, one.from_filter) for one in (self, server))
