from odoo import api, models
from odoo.exceptions import UserError

from ..core.incoming import probe_words
from ..core.incoming.probe import check_mailbox
from ..core.incoming.probe_report import Target
from ..core.probe import Probe
from .mail_connection_report import SHOWN

RECONNECTIONS = {"gmail": "open_google_gmail_uri", "outlook": "open_microsoft_outlook_uri"}
"""What the buttons of Odoo's own addons call, by the type of the mailbox."""


class FetchmailServer(models.Model):
    """Testing a mailbox is a report: each step with what came of it, its time, what to do.

    It is kept on the mailbox, with codes instead of words, and worded for whoever reads it.
    """

    _name = "fetchmail.server"
    _inherit = ["fetchmail.server", "mail.connection.report"]

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
        values = {"connection_report": self._report_values(report)}
        if report.works and self.state == "draft":
            values["state"] = "done"
        self.sudo().write(values)
        self.invalidate_recordset()
        return {**self.connection_steps, "headline": self.connection_headline}

    def action_use_port(self, port, encryption):
        """Take over what a report offers. Whether the certificate is checked stays as it is."""
        self._check_offered(port, encryption)
        strict = "_strict" if self.checks_certificate else ""
        self.write({"port": port, "encryption": f"{encryption}{strict}"})

    def action_reconnect(self):
        """The window in which the provider asks for the permission, which has to be given anew."""
        self.ensure_one()
        self._check_may_test()
        return getattr(self, RECONNECTIONS[self.server_type])()

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

    @api.model
    def _report_view(self):
        return "email_communication.fetchmail_server_view_form_test"

    @api.model
    def _report_words(self):
        return probe_words

    @api.model
    def _headline_works(self, when):
        return self.env._("Tested on %(when)s: e-mails can be fetched.", when=when)

    @api.model
    def _headline_fails(self, when, step):
        return self.env._(
            "Tested on %(when)s: no e-mail can be fetched. It failed at: %(step)s.",
            when=when,
            step=step,
        )

    def _worded_report(self, report):
        worded = super()._worded_report(report)
        is_refused = any(step["code"] == "consent" for step in report["steps"])
        return {**worded, "reconnect": is_refused and self.server_type in RECONNECTIONS}
