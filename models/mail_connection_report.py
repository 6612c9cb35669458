from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..core.probe import State, Step

SHOWN = "email_communication_test_report"
"""Key of the context that the form's button sends: the report is opened, and tests by itself."""
ENCRYPTIONS = {"starttls": "TLS (STARTTLS)", "ssl": "SSL/TLS"}


class MailConnectionReport(models.AbstractModel):
    """What came of a connection test, step by step, of an outgoing server or a mailbox.

    It is kept with codes instead of words, and worded for whoever reads it.
    """

    _name = "mail.connection.report"
    _description = "Connection Report"

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
        for record in self:
            report = record.connection_report
            record.connection_steps = report and record._worded_report(report)
            record.connection_headline = report and record._report_headline(report)

    # ------------------------------------------------------------
    # WHAT A MODEL SAYS ITSELF
    # ------------------------------------------------------------

    @api.model
    def _report_view(self):
        """The external identifier of the form that shows the report."""
        raise NotImplementedError

    @api.model
    def _report_words(self):
        """The module of `core` that has the sentences: `KINDS` and `explain`."""
        raise NotImplementedError

    @api.model
    def _headline_works(self, when):
        raise NotImplementedError

    @api.model
    def _headline_fails(self, when, step):
        raise NotImplementedError

    # ------------------------------------------------------------
    # TESTING
    # ------------------------------------------------------------

    def action_connection_report(self):
        """The report of the last test, without testing again."""
        self.ensure_one()
        return self._action_test_report(test=False)

    def _action_test_report(self, test):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connection Test"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref(self._report_view()).id, "form")],
            "target": "new",
            "context": {"dialog_size": "large", SHOWN: test},
        }

    @api.model
    def _check_may_test(self):
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators can test mail servers."))

    def _check_offered(self, port, encryption):
        """Only what the last test has found to work is taken over."""
        self.ensure_one()
        self._check_may_test()
        offers = (self.connection_report or {}).get("offers", ())
        if [port, encryption] not in [list(offer) for offer in offers]:
            raise UserError(
                self.env._("The last test does not offer port %(port)s. Test again.", port=port)
            )

    @api.model
    def _report_values(self, report):
        return {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "works": report.works,
            "steps": [step.to_json() for step in report.steps],
            "offers": [[offer.port, offer.encryption] for offer in report.offers],
        }

    # ------------------------------------------------------------
    # IN WORDS
    # ------------------------------------------------------------

    def _worded_report(self, report):
        return {
            "works": report["works"],
            "steps": [self._worded_step(Step.from_json(step)) for step in report["steps"]],
            "offers": [self._worded_offer(*offer) for offer in report["offers"]],
        }

    def _worded_step(self, step):
        verdicts = {
            State.OK: self.env._("Fine"),
            State.WARNING: self.env._("Can be improved"),
            State.FAILED: self.env._("Failed"),
            State.SKIPPED: self.env._("Left out"),
        }
        sentence, hint = self._report_words().explain(step, self.env._)
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
        label = self.env._(
            "Use port %(port)s with %(encryption)s",
            port=port,
            encryption=ENCRYPTIONS.get(encryption, encryption),
        )
        return {"port": port, "encryption": encryption, "label": label}

    def _report_headline(self, report):
        when = format_datetime(self.env, report["at"], dt_format="short")
        if report["works"]:
            return self._headline_works(when)
        failed = next(step for step in report["steps"] if step["state"] == State.FAILED.value)
        return self._headline_fails(when, self._step_title(failed["kind"]))

    @api.model
    def _step_title(self, kind):
        """A kind that only another version knows keeps its name."""
        kinds = self._report_words().KINDS
        return self.env._(kinds[kind]) if kind in kinds else kind
