from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.incoming import probe_words
from ..core.incoming.probe import check_mailbox
from ..core.incoming.probe_report import Target
from ..core.probe import Probe, State, Step
from .ir_mail_server_test import SHOWN

RECONNECTIONS = {"gmail": "open_google_gmail_uri", "outlook": "open_microsoft_outlook_uri"}
"""What the buttons of Odoo's own addons call, by the type of the mailbox."""


class FetchmailServer(models.Model):
    """Testing a mailbox is a report: each step with what came of it, its time, what to do.

    It is kept on the mailbox, with codes instead of words, and worded for whoever reads it.
    """

    _inherit = "fetchmail.server"

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
        for mailbox in self:
            report = mailbox.connection_report
            mailbox.connection_steps = report and mailbox._worded_report(report)
            mailbox.connection_headline = report and mailbox._report_headline(report)

    # ------------------------------------------------------------
    # TESTING
    # ------------------------------------------------------------

    def button_confirm_login(self):
        """Whoever calls it gets what Odoo returns or raises; the button opens the report.

        The report begins to test once it is seen: this method itself touches no network then.
        """
        if self.env.context.get(SHOWN) and len(self) == 1:
            return self._action_test_report(test=True)
        return super().button_confirm_login()

    def test_connection__(self):
        """Test the mailbox now, keep the report and return it in words; administrators only.

        No message is fetched and no flag is set. Takes at most 40 seconds, whatever the server
        does. A mailbox that works is confirmed.

        :returns: ``{"works": bool, "headline": str, "steps": [{"kind", "code", "state", "title",
            "verdict", "sentence", "hint", "seconds"}], "offers": [{"port", "encryption",
            "label"}], "reconnect": bool}``
        """
        self.ensure_one()
        self._check_may_test()
        # A run of fetching holds the row until it ends; to wait for it would keep the worker.
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "“%(mailbox)s” is being fetched right now. Test it when that has ended.",
                    mailbox=self.name,
                )
            )
        report = self._probe__()
        values = {
            "connection_report": {
                "at": fields.Datetime.to_string(fields.Datetime.now()),
                "works": report.works,
                "steps": [step.to_json() for step in report.steps],
                "offers": [[offer.port, offer.encryption] for offer in report.offers],
            }
        }
        if report.works and self.state == "draft":
            values["state"] = "done"
        self.sudo().write(values)
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
        strict = "_strict" if self.checks_certificate else ""
        self.write({"port": port, "encryption": f"{encryption}{strict}"})

    def action_reconnect(self):
        """The window in which the provider asks for the permission, which has to be given anew."""
        self.ensure_one()
        self._check_may_test()
        return getattr(self, RECONNECTIONS[self.server_type])()

    def action_connection_report(self):
        """The report of the last test, without testing again."""
        self.ensure_one()
        return self._action_test_report(test=False)

    def _action_test_report(self, test):
        view = self.env.ref("email_communication.fetchmail_server_view_form_test")
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
    # HOW IT IS REACHED
    # ------------------------------------------------------------

    def _probe__(self, probe=None):
        mailbox = self.sudo()
        probe = probe or Probe(outcomes=probe_words.OUTCOMES)
        return check_mailbox(mailbox._probe_target(), mailbox._log_in_to_test__, probe)

    def _probe_target(self):
        kind, _separator, strict = self.encryption.partition("_")
        return Target(
            self._get_connection_type(),
            self.server,
            int(self.port),
            self.user or "",
            kind,
            bool(strict),
            self._tls_context,
            tuple(self._folder_names()),
            has_password=self._signs_in_with_password(),
            secrets=self._secrets(),
        )

    def _secrets(self):
        """The password, and the tokens of other addons."""
        names = ("password", *(name for name in self._fields if name.endswith("_token")))
        return tuple(filter(None, (self[name] for name in names)))

    def _log_in_to_test__(self, connection):
        with self.env.cr.savepoint():  # addons write down the token that they get
            self._log_in__(connection)

    # ------------------------------------------------------------
    # IN WORDS
    # ------------------------------------------------------------

    def _worded_report(self, report):
        steps = [Step.from_json(step) for step in report["steps"]]
        is_refused = any(step.code == "consent" for step in steps)
        return {
            "works": report["works"],
            "steps": [self._worded_step(step) for step in steps],
            "offers": [self._worded_offer(*offer) for offer in report["offers"]],
            "reconnect": is_refused and self.server_type in RECONNECTIONS,
        }

    def _worded_step(self, step):
        verdicts = {
            State.OK: self.env._("Fine"),
            State.WARNING: self.env._("Can be improved"),
            State.FAILED: self.env._("Failed"),
            State.SKIPPED: self.env._("Left out"),
        }
        sentence, hint = probe_words.explain(step, self.env._)
        return {
            "kind": step.kind,
            "code": step.code,
            "state": step.state.value,
            "title": self._step_title(step.kind),
            "verdict": verdicts[step.state],
            "sentence": sentence,
            "hint": hint,
            "seconds": step.seconds,
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
        at = fields.Datetime.context_timestamp(self, fields.Datetime.to_datetime(report["at"]))
        when = at.strftime("%Y-%m-%d %H:%M")
        if report["works"]:
            return self.env._("Tested on %(when)s: e-mails can be fetched.", when=when)
        failed = next(step for step in report["steps"] if step["state"] == State.FAILED.value)
        return self.env._(
            "Tested on %(when)s: no e-mail can be fetched. It failed at: %(step)s.",
            when=when,
            step=self._step_title(failed["kind"]),
        )

    @api.model
    def _step_title(self, kind):
        """A kind that only another version knows keeps its name."""
        return self.env._(probe_words.KINDS[kind]) if kind in probe_words.KINDS else kind
