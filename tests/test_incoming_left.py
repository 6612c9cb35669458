import base64
import tempfile
from pathlib import Path
from unittest.mock import patch

import psycopg2
import requests
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..core.incoming.imap import ImapFolder
from ..models.fetchmail_folder import ASKED_MAX
from ..models.mail_incoming import MailIncoming as Spool
from ..scripts.sandbox import ScriptedPeer
from ..scripts.sandbox.certificate import obtain_certificate
from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestIncomingLeft(IncomingCase, TransactionCase):
    """What cannot be taken from a mailbox stays there, is found, and is not asked for for ever."""

    def alerts(self):
        return self.env["mail.activity"].search([("automated", "=", True)])

    def refusing(self, raw_part=b"Question 2"):
        """The database takes all mails but one."""
        original = Spool._values_of

        def values_of(model, raw):
            if raw_part in raw:
                raise psycopg2.DataError("No row for this one")
            return original(model, raw)

        return patch.object(Spool, "_values_of", values_of)

    @mute_logger("odoo.addons.email_communication.models.fetchmail_adapter")
    def test_a_mail_that_cannot_be_kept_is_listed_and_told(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2))
        asked = []
        original = ImapFolder.fetch

        def fetch(folder, uids):
            asked.append(list(uids))
            return original(folder, uids)

        with self.refusing(), patch.object(ImapFolder, "fetch", fetch):
            self.fetch()
            self.assertFalse(self.alerts(), "It may be a passing trouble")
            for _run in range(ASKED_MAX + 2):
                self.fetch()
        self.assertEqual(len(asked), ASKED_MAX)
        self.assertEqual(self.spooled().mapped("subject"), ["Question 1"])
        self.assertIn("1 emails could not be taken", self.mailbox.left_message)
        self.assertIn("No row for this one", self.mailbox.left_message)
        self.assertEqual(self.unseen(), 1)
        alert = self.alerts()
        self.assertEqual(len(alert), 1)
        self.fetch()
        self.assertEqual(self.unseen(), 1, "Nobody has asked for it since")
        self.mailbox.action_ask_again()
        self.assertFalse(self.mailbox.left_message or alert.active)
        self.fetch()
        self.assertEqual(self.unseen(), 0)
        self.assertEqual(len(self.partners()), 2)

    def test_a_mail_that_the_server_does_not_give(self):
        """It is not forgotten because one answer cannot be read."""
        self.deliver(self.raw_mail(1), self.raw_mail(2))
        original = ImapFolder.fetch

        def fetch(folder, uids):
            raws = original(folder, uids)
            return {uid: raw for uid, raw in raws.items() if b"Question 2" not in raw}

        with patch.object(ImapFolder, "fetch", fetch):
            self.fetch()
        self.assertEqual(len(self.partners()), 1)
        self.assertIn("the server does not give", self.mailbox.left_message)
        self.assertEqual(self.unseen(), 1)
        self.fetch()
        self.assertEqual(len(self.partners()), 2)
        self.assertFalse(self.mailbox.left_message)

    def test_what_somebody_else_took_needs_no_decision(self):
        self.env["ir.config_parameter"].set_param("email_communication.incoming_max_megabytes", "1")
        self.deliver(self.raw_mail(1) + b"x" * 2_000_000)
        self.fetch()
        alert = self.alerts()
        with self.sandbox.imap._client(self.address) as client:
            client.select("INBOX")
            client.store("1:*", "+FLAGS", "\\Seen")
        self.fetch()
        self.assertEqual((self.spooled().state, self.spooled().reason), ("ignored", "gone"))
        self.assertFalse(alert.active)


@tagged("post_install", "-at_install")
class TestIncomingOauth(IncomingCase, TransactionCase):
    """Logins without a password, as the addons of the large providers make them: over TLS, with
    a token, and with a folder selected by the login already."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        certificate = obtain_certificate(Path(folder))
        self.raw, self.seen, self.token = self.raw_mail(), False, "good"
        self.peer = self.enterContext(
            ScriptedPeer(b"* OK ready\r\n", self.answer, tls=certificate.server_context())
        )
        self.mailbox.write({"port": self.peer.port, "is_ssl": True})
        login = lambda _mailbox, connection: self.login(connection)  # noqa: E731
        self.enterContext(patch.object(type(self.mailbox), "_imap_login__", login))

    def login(self, connection):
        if isinstance(self.token, Exception):
            raise self.token
        sent = f"user=odoo@acme.test\1auth=Bearer {self.token}\1\1"
        connection.authenticate("XOAUTH2", lambda _answer: sent)
        connection.select("INBOX")

    def answer(self, line):
        tag, _, command = line.partition(" ")
        done, name = f"{tag} OK done\r\n".encode(), command.upper()
        if name.startswith("AUTHENTICATE"):
            self.tag = tag
            return b"+ \r\n"
        if not command:
            is_good = b"Bearer good" in base64.b64decode(line)
            said = "OK welcome" if is_good else "NO [AUTHENTICATIONFAILED] Invalid credentials"
            return f"{self.tag} {said}\r\n".encode()
        if name == "CAPABILITY":
            return b"* CAPABILITY IMAP4REV1 AUTH=XOAUTH2\r\n" + done
        if name.startswith("SELECT"):
            return b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" + done
        if name.startswith("UID SEARCH"):
            return (b"* SEARCH\r\n" if self.seen else b"* SEARCH 5\r\n") + done
        if "SIZE" in name:
            return b"* 1 FETCH (UID 5 RFC822.SIZE 100)\r\n" + done
        if name.startswith("UID FETCH"):
            return b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%s)\r\n" % (len(self.raw), self.raw) + done
        self.seen = self.seen or name.startswith("UID STORE")
        return done

    def test_a_mail_is_kept_and_acknowledged(self):
        self.fetch()
        self.assertEqual(len(self.partners()), 1)
        self.assertTrue(self.seen)
        self.assertEqual(self.spooled().uid, "5")

    def test_a_refused_token_is_no_wrong_password(self):
        self.token = "old"
        without = patch.object(type(self.mailbox), "_signs_in_with_password", lambda _box: False)
        with without:
            self.fetch()
        self.assertEqual(self.mailbox.trouble, "consent")
        self.assertIn("Connect the account again", self.mailbox.error_message)

    def test_no_token_is_told_when_its_service_is_down(self):
        self.token = requests.exceptions.ConnectionError(
            "Max retries exceeded with url: /gmail_access_token?refresh_token=SECRET&db_uuid=1"
        )
        self.fetch()
        self.assertTrue(self.mailbox.error_message)
        self.assertNotIn("SECRET", self.mailbox.error_message)
