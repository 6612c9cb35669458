import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.outgoing import schedule as core_schedule
from ..core.reply import Reply, ReplyClass, explain_admin

_logger = logging.getLogger(__name__)

UNTIL_REPAIRED = timedelta(days=30)
"""How long a server rests that an administrator has to repair: a login that was refused is not
tried again by itself, for too many of them close the account."""
FAULTS_TO_TELL = 3
"""Faults in a row after which the administrators are told: the first two are over in minutes."""
QUOTA_REST = timedelta(hours=1)
"""Limits of providers are counted by the hour or the day."""
CONNECTED_WITH = (
    "smtp_host",
    "smtp_port",
    "smtp_user",
    "smtp_pass",
    "smtp_encryption",
    "smtp_authentication",
    "smtp_ssl_certificate",
    "smtp_ssl_private_key",
)
"""What a connection is opened with."""
CONNECTION_FIELDS = {"active", *CONNECTED_WITH}
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
            server.rest_sentence = fault and f"{explain_admin(fault, self.env._).rstrip('.')}. " + (
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
    # REST
    # ------------------------------------------------------------

    def _rest_fault(self, run=None):
        """Why this server rests, or None. Who asks for a mail now has it tried nevertheless."""
        until, _faults, reply = self._rest_noted(run)
        if not until or not reply:
            return None
        if (run and run.asked_for) or until <= fields.Datetime.now():
            return None
        return Reply.from_json(reply)

    def _rest_noted(self, run):
        """Until when it rests, after how many faults in a row, and the last of them. There is no
        record of the server of the command line, so a run keeps it."""
        if self:
            return self.resting_until, self.rest_faults, self.rest_reply
        return run.rest_of_command_line if run else (None, 0, None)

    def _needs_repair(self, fault):
        """Not the one of the command line, which has no connection test that would end the rest."""
        return bool(self) and fault.reply_class is ReplyClass.AUTHENTICATION_REFUSED

    def _rest(self, run, fault):
        """Let the server rest after a fault; until when. Noted once in a run."""
        until, faults, _reply = self._rest_noted(run)
        if self.id in run.faults:
            return until or run.soon()
        run.faults[self.id] = fault
        faults = 1 if self.id in run.healthy else (faults or 0) + 1
        pause = core_schedule.rest(faults, fault.retry_after)
        if self._needs_repair(fault):
            pause = UNTIL_REPAIRED
        elif fault.reply_class is ReplyClass.QUOTA_REACHED:
            pause = max(pause, QUOTA_REST)
        until = (fields.Datetime.now() + pause).replace(microsecond=0)
        self._note_rest(run, until, faults, fault)
        if self and (self._needs_repair(fault) or faults >= FAULTS_TO_TELL):
            run.troubled.add(self.id)
        return until

    def _works(self, run):
        """The first success ends the rest."""
        if self.id in run.healthy:
            return
        run.healthy.add(self.id)
        if self._rest_noted(run)[1]:
            self._note_rest(run, None, 0, None)
            run.recovered.update(self.ids)

    def _note_rest(self, run, until, faults, fault):
        """Beside Odoo's transaction, for two workers may meet the same fault."""
        values = {
            "resting_until": until,
            "rest_faults": faults,
            "rest_reply": fault and fault.to_json(),
        }
        if not self:
            run.rest_of_command_line = tuple(values.values())
        if run.recorder is None:
            self.sudo().write({**values, "resting_until": until or False})
            return
        try:
            run.recorder.note_rest(self.id, values)
        except psycopg2.Error:
            # Somebody holds the server; this run knows by itself, and the next one will find out.
            _logger.info("How server %s fares could not be noted", self.id, exc_info=True)
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
