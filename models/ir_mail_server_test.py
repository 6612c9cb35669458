from contextlib import contextmanager

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..core.outgoing import probe_words
from ..core.probe import State, Step
from .ir_mail_server_rest import CONNECTION_FIELDS

SHOWN = "email_communication_test_report"
"""Key of the context that the form's button sends: the report is opened, and tests by itself."""
OWN_LOGINS = (False, "login", "certificate", "cli")
"""The others are OAuth logins of other apps, of which Odoo drops the answer."""
MEGABYTE = 1024**2


class IrMailServer(models.Model):
    """The connection test is a report: each step with what came of it, its time, what to do.

    It is kept on the server, with codes instead of words, and worded for whoever reads it.
    """

    _inherit = "ir.mail_server"

    connection_report = fields.Json(
        "Last Connection Test", readonly=True, copy=False, groups="base.group_system"
    )
    connection_steps = fields.Json(compute="_compute_connection_steps", groups="base.group_system")
    connection_headline = fields.Char(
        "Connection", compute="_compute_connection_steps", groups="base.group_system"
    )

    @api.depends("connection_report")
    @api.depends_context("lang", "tz")
    def _compute_connection_steps(self):
        for server in self:
            report = server.connection_report
            server.connection_steps = report and server._worded_report(report)
            server.connection_headline = report and server._report_headline(report)

    def write(self, vals):
        """What was tested under other settings says nothing about these."""
        result = super().write(vals)
        if CONNECTION_FIELDS & vals.keys():
            self.sudo().filtered("connection_report").connection_report = False
        return result

    # ------------------------------------------------------------
    # TESTING
    # ------------------------------------------------------------

    def test_smtp_connection(self, autodetect_max_email_size=False):
        """Whoever calls it gets what Odoo returns or raises; the button opens the report.

        The report begins to test once it is seen: this method itself touches no network then.
        """
        if self.env.context.get(SHOWN) and len(self) == 1 and not autodetect_max_email_size:
            return self._action_test_report(test=True)
        try:
            return super().test_smtp_connection(autodetect_max_email_size)
        except UserError as error:
            if len(self) != 1 or self.smtp_authentication in OWN_LOGINS:
                raise
            if not (sentence := self._oauth_sentence__()):
                raise
            said = f"{error}\n\n{sentence}"
            raise UserError(said) from error

    def test_connection__(self):
        """Test the connection now, keep the report and return it in words; administrators only.

        Nothing is sent. Takes at most 40 seconds, whatever the server does.

        :returns: ``{"works": bool, "headline": str, "steps": [{"kind", "code", "state", "title",
            "verdict", "sentence", "hint", "seconds"}], "offers": [{"port", "encryption",
            "label"}]}``
        """
        self.ensure_one()
        self._check_may_test()
        report = self._probe__()
        values = {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "works": report.works,
            "steps": [step.to_json() for step in report.steps],
            "offers": [[offer.port, offer.encryption] for offer in report.offers],
        }
        with self._unhurried() as server:
            server._keep_report(values, report)
        self.invalidate_recordset()
        return {**self.connection_steps, "headline": self.connection_headline}

    def action_use_port(self, port, encryption):
        """Take over what a report offers. Whether the certificate is checked stays as it is."""
        self.ensure_one()
        self._check_may_test()
        offers = (self.connection_report or {}).get("offers", ())
        if [port, encryption] not in [list(offer) for offer in offers]:
            raise UserError(
                self.env._("The last test does not offer port %(port)s. Test again.", port=port)
            )
        checks = "_strict" if (self.smtp_encryption or "").endswith("_strict") else ""
        self.write({"smtp_port": port, "smtp_encryption": f"{encryption}{checks}"})

    def action_connection_report(self):
        """The report of the last test, without testing again."""
        self.ensure_one()
        return self._action_test_report(test=False)

    def _action_test_report(self, test):
        view = self.env.ref("email_communication.ir_mail_server_view_form_test")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connection Test"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"dialog_size": "large", SHOWN: test},
        }

    @api.model
    def _check_may_test(self):
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators can test mail servers."))

    # ------------------------------------------------------------
    # KEEPING
    # ------------------------------------------------------------

    @contextmanager
    def _unhurried(self):
        """This server to be written on, by whatever transaction can: a run of sending may have
        noted a rest on it during the test, and to test again for that would keep the worker."""
        server = self.sudo()
        try:
            with self.env.cr.savepoint():
                server.lock_for_update()
        except psycopg2.errors.SerializationFailure:
            with self.env.registry.cursor() as cr:
                yield server.with_env(server.env(cr=cr))
        else:
            yield server

    def _keep_report(self, values, report):
        self.connection_report = values
        self._take_size_limit(report.size_limit)
        if report.works:
            self.filtered("resting_until")._resume()

    def _take_size_limit(self, octets):
        """A message above it would be refused: larger attachments are sent as links instead."""
        limit = (octets or 0) / MEGABYTE
        if limit and not 0 < self.max_email_size <= limit:
            self.max_email_size = limit

    def _oauth_sentence__(self):
        """What the provider says about the OAuth login, which Odoo's test does not read."""
        steps = [step for step in self._probe__().steps if step.kind == "login"]
        if not steps or steps[-1].state is not State.FAILED:
            return ""
        return " ".join(probe_words.explain(steps[-1], self.env._))

    # ------------------------------------------------------------
    # IN WORDS
    # ------------------------------------------------------------

    def _worded_report(self, report):
        verdicts = {
            State.OK: self.env._("Fine"),
            State.WARNING: self.env._("Can be improved"),
            State.FAILED: self.env._("Failed"),
            State.SKIPPED: self.env._("Left out"),
        }
        worded = []
        for step in map(Step.from_json, report["steps"]):
            sentence, hint = probe_words.explain(step, self.env._)
            worded.append(
                {
                    "kind": step.kind,
                    "code": step.code,
                    "state": step.state.value,
                    "title": self._step_title(step.kind),
                    "verdict": verdicts[step.state],
                    "sentence": sentence,
                    "hint": hint,
                    "seconds": step.seconds,
                }
            )
        return {
            "works": report["works"],
            "steps": worded,
            "offers": [self._worded_offer(*offer) for offer in report["offers"]],
        }

    def _worded_offer(self, port, encryption):
        encryptions = {"starttls": "TLS (STARTTLS)", "ssl": "SSL/TLS"}
        label = self.env._(
            "Use port %(port)s with %(encryption)s",
            port=port,
            encryption=encryptions.get(encryption, encryption),
        )
        return {"port": port, "encryption": encryption, "label": label}

    def _report_headline(self, report):
        when = format_datetime(self.env, report["at"], dt_format="short")
        if report["works"]:
            return self.env._("Tested on %(when)s: e-mails can be sent.", when=when)
        failed = next(step for step in report["steps"] if step["state"] == State.FAILED.value)
        return self.env._(
            "Tested on %(when)s: no e-mail can be sent. It failed at: %(step)s.",
            when=when,
            step=self._step_title(failed["kind"]),
        )

    @api.model
    def _step_title(self, kind):
        """A kind that only another version knows keeps its name."""
        return self.env._(probe_words.KINDS[kind]) if kind in probe_words.KINDS else kind
