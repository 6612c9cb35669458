import subprocess
import sys
from pathlib import Path

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.mail_thread import REFUSE_PARAMETER

SCRIPT = Path(__file__).parents[1] / "static/scripts/email-communication-mailgate.py"
SECONDS = 60


@tagged("post_install", "-at_install")
class TestIncomingMailgate(HttpCase):
    """The script beside Odoo's never makes a mail server bounce what it should try again."""

    def run_script(self, raw, *options):
        command = [sys.executable, SCRIPT, "-d", self.env.cr.dbname, "-u", "2", *options]
        with (
            # Odoo's mailgate speaks what Odoo calls deprecated.
            mute_logger("odoo.addons.rpc.controllers.xmlrpc"),
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.PIPE
            ) as process,
            self.allow_requests(all_requests=True),
        ):
            _out, said = process.communicate(raw, SECONDS)
        self.env.invalidate_all()
        return process.returncode, said.decode()

    def raw(self, to):
        return (
            f"From: carl@customer.test\r\nTo: {to}\r\nSubject: By script\r\n"
            f"Message-Id: <{to}.script>\r\n\r\nGrüße".encode("latin-1")
        )

    def row(self):
        return self.env["mail.incoming"].search([("subject", "=", "By script")])

    @property
    def odoo(self):
        return ("--port", str(self.http_port()), "-p", "admin")

    def test_what_is_kept_is_success(self):
        status, said = self.run_script(self.raw("nobody@elsewhere.test"), *self.odoo)
        self.assertEqual((status, said), (0, ""))
        self.assertEqual(self.row().state, "unrouted")
        self.assertEqual(self.row()._raw(), self.raw("nobody@elsewhere.test"))

    def test_what_cannot_be_kept_is_tried_again(self):
        status, said = self.run_script(self.raw("x@acme.test"), "--port", "1", "-p", "secret")
        self.assertEqual(status, 75)
        self.assertNotIn("secret", said)
        with mute_logger("odoo.addons.base.models.res_users", "odoo.http"):
            status, said = self.run_script(
                self.raw("x@acme.test"), "--port", str(self.http_port()), "-p", "wrong"
            )
        self.assertEqual(status, 75)

    def test_an_unknown_address_is_refused_where_that_is_wanted(self):
        self.env["ir.config_parameter"].set_param(REFUSE_PARAMETER, True)
        with mute_logger("odoo.http"):
            status, said = self.run_script(self.raw("nobody@elsewhere.test"), *self.odoo)
        self.assertEqual(status, 67, said)

    def test_unknown_options(self):
        self.assertEqual(self.run_script(b"", "--what")[0], 64)
