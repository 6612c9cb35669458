import json
import socket
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..core.outgoing import probe_words
from ..core.probe import Probe
from .common import SandboxCase

PEERS = "odoo.addons.email_communication.scripts.sandbox"
SHOWN = {"email_communication_test_report": True}
SECRET = "hush-hush-7"


@tagged("post_install", "-at_install")
class TestConnectionReport(SandboxCase, TransactionCase):
    """Test Connection is a report that is kept, and nothing is delivered."""

    @classmethod
    def setUpClass(cls):
        # The peer logs, in a thread of its own, what it does not understand
        cls.enterClassContext(mute_logger("mail.log", f"{PEERS}.smtp_protocol"))
        super().setUpClass()
        cls.server, cls.peer = cls.transactional, cls.sandbox.smtp
        cls.server.write({"smtp_user": "odoo@acme.test", "smtp_pass": "sandbox"})

    def setUp(self):
        super().setUp()
        self.peer.reset()

    def report(self, **values):
        self.server.write(values)
        return self.server.test_connection__()

    def codes(self, report):
        return [step["code"] for step in report["steps"]]

    def test_a_server_that_is_well(self):
        report = self.report()
        self.assertTrue(report["works"])
        self.assertIn("e-mails can be sent", report["headline"])
        titles = [step["title"] for step in report["steps"]]
        for title in ("Name of the server", "Connection", "Greeting", "Encryption", "Certificate"):
            self.assertIn(title, titles)
        for title in ("Login", "Sender", "Recipient", "Message", "Size limit"):
            self.assertIn(title, titles)
        self.assertFalse(self.peer.received)
        self.assertEqual(self.server.connection_steps["steps"], report["steps"])

    def test_the_size_limit_is_taken_on_the_way(self):
        self.server.max_email_size = 0
        self.report()
        self.assertEqual(self.server.max_email_size, 25)
        self.server.max_email_size = 10
        self.report()
        self.assertEqual(self.server.max_email_size, 10, "What somebody chose below it stays")
        self.server.max_email_size = 100
        self.report()
        self.assertEqual(self.server.max_email_size, 25, "More than it takes would be refused")

    def test_the_button_opens_the_report_and_asks_nobody(self):
        action = self.server.with_context(**SHOWN).test_smtp_connection()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("ir.mail_server", self.server.id)
        )
        self.assertFalse(self.peer.commands)
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        self.assertIn("connection_report", view.arch)

    def test_everybody_else_gets_what_odoo_says(self):
        action = self.server.test_smtp_connection()
        self.assertEqual(action["tag"], "display_notification")
        self.server.smtp_port = 1
        with mute_logger("odoo.addons.base.models.ir_mail_server"), self.assertRaises(UserError):
            self.server.test_smtp_connection()

    def test_a_server_without_login(self):
        report = self.report(smtp_user=False, smtp_pass=False)
        self.assertTrue(report["works"])
        login = next(step for step in report["steps"] if step["kind"] == "login")
        self.assertEqual((login["code"], login["verdict"]), ("no_login", "Left out"))

    def test_a_failure_is_kept_and_said_in_words(self):
        self.peer.answer("MAIL", "553 5.7.1 Sender \u202erefused")
        report = self.report()
        self.assertFalse(report["works"])
        self.assertIn("no e-mail can be sent. It failed at: Sender", report["headline"])
        self.assertIn("553 5.7.1", report["steps"][-1]["sentence"])
        self.assertIn("FROM filter", report["steps"][-1]["hint"])
        self.assertNotIn("\u202e", json.dumps(report, ensure_ascii=False))
        self.assertIn("Sender", self.server.connection_headline)

    def test_other_settings_were_not_tested(self):
        self.report()
        self.server.from_filter = "acme.test"
        self.assertTrue(self.server.connection_headline)
        self.server.smtp_port = 1
        self.assertFalse(self.server.connection_headline)

    def test_an_oauth_login_is_read(self):
        """Odoo's app of Google ignores the answer, so its own test finds nothing wrong."""
        if "google_gmail_access_token" not in self.server._fields:
            self.skipTest("Google Gmail is not installed")
        self.server.write({"smtp_user": "odoo@acme.test", "smtp_pass": False})
        self.server.write(
            {
                "smtp_authentication": "gmail",
                "google_gmail_refresh_token": "refresh",
                "google_gmail_access_token": SECRET,
                "google_gmail_access_token_expiration": 2**31 - 1,
            }
        )
        self.peer.answer("AUTH", f"535 5.7.8 Not accepted: {SECRET}")
        self.assertTrue(self.server.test_smtp_connection())
        report = self.server.test_connection__()
        login = report["steps"][-1]
        self.assertEqual((login["kind"], login["state"]), ("login", "failed"))
        self.assertIn("535 5.7.8", login["sentence"])
        self.assertNotIn(SECRET, json.dumps(self.server.connection_report))

    def test_no_secret_is_kept(self):
        self.peer.answer("AUTH", f"535 5.7.8 No: {SECRET}")
        report = self.report(smtp_pass=SECRET)
        self.assertFalse(report["works"])
        self.assertNotIn(SECRET, json.dumps([report, self.server.connection_report]))

    def test_a_rest_ends_once_it_works(self):
        self.peer.answer("MAIL", "553 5.7.1 Sender refused", times=1)
        self.server.write({"rest_faults": 3, "resting_until": "2099-01-01 00:00:00"})
        self.report()
        self.assertTrue(self.server.resting_until)
        self.report()
        self.assertFalse(self.server.resting_until)

    def test_hosts_that_are_none(self):
        for host, said in {
            "https://smtp.acme.test": "Write “smtp.acme.test” as the server",
            "smtp.acme.test:587": "Write “smtp.acme.test” as the server",
            "smtp acme.test": "has spaces in it",
            "smtp..acme.test": "two dots in a row",
        }.items():
            with self.subTest(host=host):
                report = self.report(smtp_host=host)
                step = report["steps"][-1]
                self.assertIn(said, f"{step['sentence']} {step['hint']}")
                self.assertEqual(step["kind"], "name")

    def test_ports_that_are_none(self):
        for port in (0, -1, 70000):
            with self.subTest(port=port):
                self.assertFalse(self.report(smtp_port=port)["works"])

    def test_port_25_is_blocked_and_another_one_is_taken(self):
        def connect(address, port, seconds):
            if port != 587:
                raise TimeoutError
            return socket.create_connection((self.peer.host, self.peer.port), seconds)

        test = type(self.server)._probe__
        probe = Probe(outcomes=probe_words.OUTCOMES, connect=connect)
        with patch.object(type(self.server), "_probe__", lambda server: test(server, probe)):
            report = self.report(smtp_port=25, smtp_encryption="starttls_strict")
        self.assertIn("Port 25 is blocked on the way", report["steps"][-1]["sentence"])
        offer = report["offers"][0]
        self.assertEqual(offer["label"], "Use port 587 with TLS (STARTTLS)")
        self.server.action_use_port(offer["port"], offer["encryption"])
        self.assertEqual(
            (self.server.smtp_port, self.server.smtp_encryption), (587, "starttls_strict")
        )

    def test_only_what_was_offered_is_taken(self):
        self.report()
        with self.assertRaises(UserError):
            self.server.action_use_port(25, "none")

    def test_an_impossible_certificate(self):
        self.server.write(
            {
                "smtp_ssl_certificate": "Tm8gY2VydGlmaWNhdGU=",
                "smtp_ssl_private_key": "Tm8ga2V5",
                "smtp_authentication": "certificate",
            }
        )
        with self.assertRaises(UserError) as caught:
            self.server.test_connection__()
        self.assertIn("cannot be used", str(caught.exception))

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_nobody_but_administrators(self):
        manager = new_test_user(self.env, "mail_manager", groups="base.group_erp_manager")
        self.peer.reset()
        self.env["ir.model.access"].create(
            {
                "name": "mail managers",
                "model_id": self.env["ir.model"]._get_id("ir.mail_server"),
                "group_id": self.env.ref("base.group_erp_manager").id,
                **dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True),
            }
        )
        server = self.server.with_user(manager)
        for call in (
            server.test_connection__,
            lambda: server.action_use_port(587, "starttls"),
            lambda: server.read(["connection_report"]),
            lambda: server.read(["connection_steps"]),
            lambda: server.write({"connection_report": {"offers": [[587, "starttls"]]}}),
            lambda: server.search([("connection_report", "!=", False)]),
        ):
            with self.subTest(call=call), self.assertRaises(AccessError):
                call()
        self.assertFalse(self.peer.commands)

    def test_no_server_action_reaches_it(self):
        with self.assertRaises(NameError):
            safe_eval("server.test_connection__()", {"server": self.server}, mode="exec")
        action = safe_eval(
            "server.with_context(email_communication_test_report=True).test_smtp_connection()",
            {"server": self.server},
        )
        self.assertEqual(action["type"], "ir.actions.act_window")
        self.assertFalse(self.peer.commands)

    # ------------------------------------------------------------
    # PORTS
    # ------------------------------------------------------------

    def test_an_encryption_brings_its_port(self):
        form = Form(self.env["ir.mail_server"])
        form.name, form.smtp_host = "New", "mail.nobody.test"
        for encryption, port in {
            "starttls": 587,
            "starttls_strict": 587,
            "ssl": 465,
            "ssl_strict": 465,
            "none": 25,
        }.items():
            form.smtp_encryption = encryption
            self.assertEqual(form.smtp_port, port, encryption)

    def test_a_port_that_was_typed_stays(self):
        form = Form(self.env["ir.mail_server"])
        form.name, form.smtp_host, form.smtp_port = "New", "mail.nobody.test", 2525
        for encryption in ("starttls", "ssl_strict", "none"):
            form.smtp_encryption = encryption
            self.assertEqual(form.smtp_port, 2525, encryption)

    def test_a_relay_on_port_25_may_validate(self):
        self.server.write({"smtp_port": 25, "smtp_encryption": "starttls", "smtp_user": False})
        with Form(self.server) as form:
            form.smtp_encryption = "starttls_strict"
            self.assertEqual(form.smtp_port, 25)
