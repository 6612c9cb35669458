import json
import ssl
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..scripts.sandbox import ScriptedPeer
from .incoming_common import IncomingCase

SHOWN = {"email_communication_test_report": True}


class MailboxCase(IncomingCase):
    """Mixin: the certificate of the sandbox may be trusted."""

    def setUp(self):
        super().setUp()
        self.peer = self.sandbox.imap

    def trusting(self):
        """As if the authority of the sandbox were one of this machine's."""
        original, ca_file = ssl.create_default_context, str(self.sandbox.ca_file)

        def context(*args, **kwargs):
            made = original(*args, **kwargs)
            made.load_verify_locations(ca_file)
            return made

        return patch.object(ssl, "create_default_context", context)


@tagged("post_install", "-at_install")
class TestMailboxReport(MailboxCase, TransactionCase):
    """Testing a mailbox is a report that is kept; nothing is fetched by it."""

    def report(self, **values):
        self.mailbox.write({"state": "draft", **values})
        return self.mailbox.test_connection__()

    def codes(self, report):
        return {step["kind"]: step["code"] for step in report["steps"]}

    def test_a_mailbox_that_is_well_is_confirmed(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2))
        report = self.report()
        self.assertTrue(report["works"], report)
        self.assertIn("e-mails can be fetched", report["headline"])
        folder = [step for step in report["steps"] if step["kind"] == "folder"][-1]
        self.assertEqual(folder["sentence"], "“INBOX” has 2 messages, 2 of them unread.")
        self.assertEqual(self.mailbox.state, "done")
        self.assertEqual(self.mailbox.connection_steps["steps"], report["steps"])
        self.assertEqual(self.unseen(), 2)
        self.assertFalse(self.spooled())

    def test_by_pop3(self):
        self.deliver(self.raw_mail(1))
        report = self.report(server_type="pop", port=self.peer.pop3_port)
        self.assertTrue(report["works"], report)
        self.assertEqual(self.codes(report)["messages"], "messages")
        self.assertEqual(len(self.peer.messages(self.address)), 1)

    def test_a_wrong_password_is_told_and_not_confirmed(self):
        report = self.report(password="hush-hush-7")
        self.assertFalse(report["works"])
        self.assertEqual(self.codes(report)["login"], "login_refused")
        self.assertIn("It failed at: Login", self.mailbox.connection_headline)
        self.assertEqual(self.mailbox.state, "draft")
        self.assertNotIn("hush-hush-7", json.dumps(self.mailbox.connection_report))

    def test_a_better_choice_is_one_click(self):
        report = self.report()
        offer = report["offers"][0]
        self.assertEqual((offer["port"], offer["encryption"]), (self.peer.port, "starttls"))
        self.mailbox.action_use_port(offer["port"], offer["encryption"])
        self.assertEqual(self.mailbox.encryption, "starttls")
        self.assertTrue(self.mailbox.test_connection__()["works"])
        with self.assertRaises(UserError):
            self.mailbox.action_use_port(1, "ssl")

    def test_the_button_opens_the_report_and_asks_nobody(self):
        self.mailbox.write({"state": "draft", "port": 1})
        action = self.mailbox.with_context(**SHOWN).button_confirm_login()
        self.assertEqual(action["res_id"], self.mailbox.id)
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        self.assertIn("connection_report", view.arch)
        self.assertFalse(self.mailbox.connection_report)

    def test_everybody_else_gets_what_odoo_gives(self):
        self.mailbox.state = "draft"
        self.assertIs(self.mailbox.button_confirm_login(), True)
        self.assertEqual(self.mailbox.state, "done")

    def test_only_administrators_and_no_server_action(self):
        employee = new_test_user(self.env, "mailbox_employee", groups="base.group_user")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.mailbox.with_user(employee).test_connection__()
        with self.assertRaises(NameError), mute_logger("odoo.tools.safe_eval"):
            safe_eval("mailbox.test_connection__()", {"mailbox": self.mailbox})

    def test_a_withdrawn_consent_offers_to_connect_again(self):
        self.mailbox.write({"state": "draft"})

        def refused(_mailbox, _connection):
            raise ValueError("An error occurred when fetching the access token. invalid_grant")

        opened = {"type": "ir.actions.act_url", "url": "https://accounts.test/"}
        with (
            patch.object(type(self.mailbox), "_imap_login__", refused),
            patch.dict(
                "odoo.addons.email_communication.models.fetchmail_server_test.RECONNECTIONS",
                {"imap": "open_gmail"},
            ),
            patch.object(type(self.mailbox), "open_gmail", lambda _box: opened, create=True),
        ):
            report = self.mailbox.test_connection__()
            self.assertEqual(self.codes(report)["login"], "consent")
            self.assertTrue(report["reconnect"])
            self.assertEqual(self.mailbox.action_reconnect(), opened)

    def test_a_mailbox_that_is_being_fetched(self):
        with (
            patch.object(
                type(self.mailbox), "try_lock_for_update", lambda box, **_kw: box.browse()
            ),
            self.assertRaisesRegex(UserError, "being fetched right now"),
        ):
            self.mailbox.test_connection__()


@tagged("post_install", "-at_install")
class TestMailboxEncryption(MailboxCase, TransactionCase):
    """None, STARTTLS or SSL/TLS, each with or without a look at the certificate."""

    def fetched(self, encryption, server_type="imap", host="localhost"):
        is_ssl, peer = encryption.startswith("ssl"), self.peer
        ports = (
            (peer.ssl_port, peer.port)
            if server_type == "imap"
            else (peer.pop3s_port, peer.pop3_port)
        )
        self.mailbox.write(
            {
                "server": host,
                "server_type": server_type,
                "encryption": encryption,
                "port": ports[0] if is_ssl else ports[1],
            }
        )
        self.deliver(self.raw_mail(len(self.partners())))
        before = len(self.partners())
        self.fetch()
        return len(self.partners()) - before

    def test_every_encryption(self):
        for server_type in ("imap", "pop"):
            for encryption in ("none", "starttls", "starttls_strict", "ssl", "ssl_strict"):
                with self.subTest(encryption, server_type=server_type), self.trusting():
                    self.assertEqual(self.fetched(encryption, server_type), 1)
                    self.assertEqual(self.mailbox.is_ssl, encryption.startswith("ssl"))

    def test_a_certificate_that_nobody_trusts(self):
        for encryption in ("starttls_strict", "ssl_strict"):
            with self.subTest(encryption):
                self.mailbox.write({"failures": 0, "trouble": False})
                self.assertEqual(self.fetched(encryption), 0)
                self.assertEqual(self.mailbox.trouble, "tls")
                self.assertIn("certificate", self.mailbox.error_message)
        for encryption in ("starttls", "ssl"):
            self.assertGreaterEqual(self.fetched(encryption), 1)

    def test_existing_mailboxes_keep_theirs(self):
        self.mailbox.is_ssl = True
        self.assertEqual(self.mailbox.encryption, "ssl")
        self.mailbox.is_ssl = False
        self.assertEqual(self.mailbox.encryption, "none")
        new = self.env["fetchmail.server"].create({"name": "New", "encryption": "ssl_strict"})
        self.assertTrue(new.is_ssl)
        new.is_ssl = False
        self.assertEqual(new.encryption, "none")
        self.assertEqual(self.mailbox.copy().encryption, "none")

    def test_the_form_knows_the_usual_ports(self):
        with Form(self.env["fetchmail.server"]) as form:
            form.name, form.server, form.user, form.password = "New", "mail.test", "me", "pw"
            for encryption, port in (("ssl_strict", 993), ("starttls", 143), ("none", 143)):
                form.encryption = encryption
                self.assertEqual(form.port, port)
            form.encryption = "ssl"
        self.assertTrue(form.record.is_ssl)

    def test_a_server_that_does_not_encrypt(self):
        """Nothing is said in the open that was to be encrypted."""
        lines = []

        def answer(line):
            lines.append(line)
            tag, _, command = line.partition(" ")
            done = f"{tag} OK done\r\n".encode()
            return b"* CAPABILITY IMAP4REV1\r\n" + done if command == "CAPABILITY" else done

        with ScriptedPeer(b"* OK ready\r\n", answer) as peer:
            self.mailbox.write({"port": peer.port, "encryption": "starttls"})
            self.fetch()
        self.assertTrue(self.mailbox.error_message)
        self.assertFalse([line for line in lines if "LOGIN" in line])
