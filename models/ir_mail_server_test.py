from contextlib import contextmanager

import psycopg2
from odoo import api, models
from odoo.exceptions import UserError

from ..core.outgoing import probe_words
from ..core.probe import State
from .ir_mail_server_rest import CONNECTION_FIELDS
from .mail_connection_report import SHOWN

OWN_LOGINS = (False, "login", "certificate", "cli")
"""The others are OAuth logins of other apps, of which Odoo drops the answer."""
MEGABYTE = 1024**2


class IrMailServer(models.Model):
    """The connection test is a report: each step with what came of it, its time, what to do.

    It is kept on the server, with codes instead of words, and worded for whoever reads it.
    """

    _name = "ir.mail_server"
    _inherit = ["ir.mail_server", "mail.connection.report"]

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
        values = self._report_values(report)
        with self._unhurried() as server:
            server._keep_report(values, report)
        self.invalidate_recordset()
        return {**self.connection_steps, "headline": self.connection_headline}

    def action_use_port(self, port, encryption):
        """Take over what a report offers. Whether the certificate is checked stays as it is."""
        self._check_offered(port, encryption)
        checks = "_strict" if (self.smtp_encryption or "").endswith("_strict") else ""
        self.write({"smtp_port": port, "smtp_encryption": f"{encryption}{checks}"})

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

    @api.model
    def _report_view(self):
        return "email_communication.ir_mail_server_view_form_test"

    @api.model
    def _report_words(self):
        return probe_words

    @api.model
    def _headline_works(self, when):
        return self.env._("Tested on %(when)s: e-mails can be sent.", when=when)

    @api.model
    def _headline_fails(self, when, step):
        return self.env._(
            "Tested on %(when)s: no e-mail can be sent. It failed at: %(step)s.",
            when=when,
            step=step,
        )
