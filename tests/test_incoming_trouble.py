import imaplib
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..core.incoming.imap import ImapFolder
from ..models.fetchmail_adapter import SpoolingConnection, wrap
from ..scripts.sandbox import ImapPeer
from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestIncomingTrouble(IncomingCase, TransactionCase):
    """A mailbox that cannot be fetched is noticed, rests, and does not keep the others."""

    def run_cron(self):
        with (
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.mail.models.fetchmail"),
        ):
            self.env.ref("mail.ir_cron_mail_gateway_action").method_direct_trigger()
        self.env.invalidate_all()

    def alerts(self):
        name = self.mailbox.name
        return self.env["mail.activity"].search([("summary", "like", f"“{name}” cannot")])

    def test_the_cause_is_typed_and_told_once(self):
        self.mailbox.password = "wrong"
        for failure in range(1, 4):
            self.assertFalse(self.alerts())
            self.run_cron()
            self.assertEqual(self.mailbox.failures, failure)
        self.assertEqual(self.mailbox.trouble, "login_refused")
        self.assertIn("refused the user name “odoo@acme.test”", self.mailbox.error_message)
        self.assertEqual(len(self.alerts()), 1)
        self.assertIn("refused the user name", self.alerts().note)
        self.assertGreater(self.mailbox.next_try, fields.Datetime.now())
        self.run_cron()
        self.assertEqual(self.mailbox.failures, 3, "It rests")
        later = fields.Datetime.now() + timedelta(hours=2)
        with patch.object(fields.Datetime, "now", lambda *args: later):
            self.run_cron()
        self.assertEqual(self.mailbox.failures, 4)
        self.assertEqual(len(self.alerts()), 1)
        self.mailbox.password = "sandbox"
        alert = self.alerts()
        self.run_cron()
        self.assertFalse(self.mailbox.error_date or self.mailbox.trouble or self.mailbox.failures)
        self.assertTrue(self.mailbox.last_success)
        self.assertFalse(alert.active)

    def test_odoo_gives_up_and_somebody_is_told(self):
        self.mailbox.port = 1
        self.run_cron()
        self.mailbox.error_date -= timedelta(days=6)
        with mute_logger("odoo.addons.base.models.ir_cron"):
            self.run_cron()
        self.assertEqual(self.mailbox.state, "draft")
        self.assertIn("stopped fetching it after five days", self.alerts().note)

    def test_the_connection_raises_what_odoo_raises(self):
        with self.assertRaises(ConnectionRefusedError):
            self.mailbox.port = 1
            self.mailbox._connect__()
        with self.assertRaises(imaplib.IMAP4.error):
            self.mailbox.write({"port": self.sandbox.imap.port, "password": "wrong"})
            self.mailbox._connect__()

    def test_a_mailbox_that_breaks_in_the_end_does_not_keep_the_others(self):
        peer = self.enterContext(ImapPeer({"two@acme.test": "pw"}))
        second = self.mailbox.copy(
            {"name": "Second", "port": peer.port, "user": "two@acme.test", "password": "pw"}
        )
        second.write({"state": "done", "priority": 9})
        self.deliver(self.raw_mail(1))
        peer.deliver("two@acme.test", self.raw_mail(2))

        def logout(connection):
            raise imaplib.IMAP4.error("BAD LOGOUT")

        with patch.object(imaplib.IMAP4, "logout", logout):
            self.run_cron()
        self.assertEqual(len(self.partners()), 2)

    def test_a_lost_connection_keeps_what_came(self):
        """The first batch is kept and processed, the rest is still there."""
        self.deliver(
            *(self.raw_mail(number, sender=f"c{number}@customer.test") for number in range(53))
        )
        original, calls = ImapFolder.fetch, []

        def fetch(folder, uids):
            calls.append(uids)
            if len(calls) == 2:
                raise imaplib.IMAP4.abort("socket error: EOF")
            return original(folder, uids)

        with patch.object(ImapFolder, "fetch", fetch):
            self.fetch()
        self.assertEqual(len(self.spooled()), 50)
        self.assertEqual(self.unseen(), 3)
        self.assertEqual(len(self.partners()), 50)
        self.fetch()
        self.assertEqual(len(self.partners()), 53)

    def test_round_trips_are_few_and_no_flag_is_set_before_the_mail_is_kept(self):
        self.deliver(*(self.raw_mail(number) for number in range(5)))
        commands = []
        original = imaplib.IMAP4._command

        def command(connection, name, *args):
            commands.append(" ".join(map(str, (name, *args))))
            return original(connection, name, *args)

        with patch.object(imaplib.IMAP4, "_command", command):
            self.fetch()
        batch = [line for line in commands if "FETCH" in line or "STORE" in line]
        self.assertEqual(len(batch), 3, batch)
        self.assertFalse([line for line in commands if "RFC822)" in line or "CLOSE" in line])

    def test_an_oversize_mail_is_named_and_left(self):
        self.env["ir.config_parameter"].set_param("email_communication.incoming_max_megabytes", "1")
        big = self.raw_mail(1) + b"x" * 2_000_000
        self.deliver(big, self.raw_mail(2))
        self.fetch()
        rows = self.spooled()
        self.assertEqual(rows.mapped("subject"), ["Question 1", "Question 2"])
        self.assertEqual(
            [(row.state, row.reason) for row in rows],
            [("failed", "too_large"), ("done", "created")],
        )
        self.assertGreater(rows[0].size, 2_000_000)
        self.assertEqual(self.unseen(), 1)
        self.fetch()
        self.assertEqual(len(self.spooled()), 2)
        self.env["ir.config_parameter"].set_param(
            "email_communication.incoming_max_megabytes", "10"
        )
        self.fetch()
        self.assertEqual(self.unseen(), 0)
        self.assertEqual(len(self.partners()), 2)
        self.assertEqual(len(self.spooled()), 2)

    def test_a_renumbered_mailbox_brings_nothing_twice(self):
        raw = self.raw_mail()
        self.deliver(raw)
        self.fetch()
        self.spooled().uidvalidity = "1"
        peer = self.sandbox.imap
        with peer._client(self.address) as client:
            client.select("INBOX")
            client.store("1:*", "-FLAGS", "\\Seen")
        self.fetch()
        self.assertEqual(len(self.spooled()), 1)
        self.assertEqual(self.unseen(), 0)

    def test_other_connections_pass_through(self):
        """Other addons bring their own, with the four methods of Odoo's."""

        class Graph:
            def check_unread_messages(self):
                return 0

        graph = Graph()
        self.assertIs(wrap(self.mailbox, graph), graph)

    def test_by_pop3(self):
        pop3 = self.sandbox.describe()["pop3"]
        self.mailbox.write({"server_type": "pop", "port": pop3["port"]})
        self.deliver(self.raw_mail(1), self.raw_mail(2))
        self.fetch()
        self.assertEqual(len(self.partners()), 2)
        self.assertTrue(all(row.uid for row in self.spooled()))
        self.assertFalse(self.sandbox.imap.messages(self.address))

    def test_progress_is_what_this_run_could_have_taken(self):
        self.deliver(*(self.raw_mail(number) for number in range(3)))
        with self.registry_cursor() as env:
            mailbox = self.mailbox.with_env(env).with_context(fetchmail_cron_running=True)
            connection = mailbox._connect__()
            self.assertIsInstance(connection, SpoolingConnection)
            self.assertEqual(connection.check_unread_messages(), 3)
            connection.disconnect()
