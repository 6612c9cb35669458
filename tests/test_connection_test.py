from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import SandboxCase

PEERS = "odoo.addons.email_communication.scripts.sandbox"


@tagged("post_install", "-at_install")
class TestConnectionTest(SandboxCase, TransactionCase):
    """Test Connection of an outgoing server says in words what is wrong, and what to do."""

    @classmethod
    def setUpClass(cls):
        # The peer logs, in a thread of its own, what it does not understand
        cls.enterClassContext(mute_logger("mail.log", f"{PEERS}.smtp_protocol"))
        super().setUpClass()

    def failure(self, **values):
        self.transactional.write(values)
        with (
            mute_logger("odoo.addons.base.models.ir_mail_server"),
            self.assertRaises(UserError) as caught,
        ):
            self.transactional.test_smtp_connection()
        return str(caught.exception)

    def test_a_server_that_is_well(self):
        self.assertTrue(self.transactional.test_smtp_connection())

    def test_the_wrong_port(self):
        said = self.failure(smtp_port=1)
        self.assertIn("Nothing answers at the port of the mail server", said)
        self.assertIn("Check the port, and whether the mail server is running.", said)

    def test_port_25(self):
        with patch("smtplib.socket.create_connection", side_effect=ConnectionRefusedError(111)):
            said = self.failure(smtp_port=25)
        self.assertIn("block port 25. Try 587", said)

    def test_the_wrong_encryption(self):
        said = self.failure(smtp_encryption="ssl")
        self.assertIn("No encrypted connection to the mail server came about", said)
        self.assertIn("usually SSL/TLS on port 465", said)

    def test_a_certificate_of_somebody_else(self):
        said = self.failure(smtp_encryption="starttls_strict")
        self.assertIn("The certificate of the mail server is not valid", said)

    def test_a_sender_that_is_refused(self):
        self.sandbox.smtp.answer("MAIL", "553 5.7.1 Sender address \u202edesufer rejected", times=1)
        said = self.failure()
        self.assertIn("553 5.7.1", said)
        self.assertIn("FROM filter", said)
        self.assertNotIn("\u202e", said)

    def test_a_recipient_that_is_refused(self):
        self.sandbox.smtp.answer("RCPT", "554 5.7.1 Relay access denied", times=1)
        self.assertIn("does not relay to that domain for us", self.failure())

    def test_a_name_that_no_server_can_have(self):
        self.assertIn(
            "“smtp..acme.test” is not a domain name: it has two dots in a row",
            self.failure(smtp_host="smtp..acme.test"),
        )

    def test_what_odoo_says_stays(self):
        self.assertTrue(self.failure(smtp_port=1).startswith("Connection Test Failed!"))
