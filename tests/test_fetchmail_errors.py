from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import SandboxCase


@tagged("post_install", "-at_install")
class TestFetchmailErrors(SandboxCase, TransactionCase):
    """A mailbox that cannot be opened says why, when it is tested and when the cron finds out."""

    def confirm(self, **values):
        self.mailbox.write({"state": "draft", **values})
        with (
            mute_logger("odoo.addons.mail.models.fetchmail"),
            self.assertRaises(UserError) as caught,
        ):
            self.mailbox.button_confirm_login()
        return str(caught.exception)

    def test_wrong_password(self):
        self.assertRegex(
            self.confirm(password="wrong"), "refused the user name “odoo@acme.test”.*Test & Confirm"
        )

    def test_wrong_password_by_pop3(self):
        pop3 = self.sandbox.describe()["pop3"]
        if pop3 is None:
            self.fail("The sandbox has no POP3 server. Install dovecot-pop3d.")
        sentence = self.confirm(server_type="pop", port=pop3["port"], password="wrong")
        self.assertIn("refused the user name “odoo@acme.test”", sentence)

    def test_no_server_on_the_port(self):
        self.assertIn("No mail server answers on port 1 of 127.0.0.1", self.confirm(port=1))

    def test_encryption_where_there_is_none(self):
        self.assertIn("The port may not expect SSL/TLS", self.confirm(is_ssl=True))

    def test_the_cron_keeps_the_sentence_for_the_form(self):
        self.mailbox.button_confirm_login()
        self.mailbox.port = 1
        with self.enter_registry_test_mode():
            self.env.ref("mail.ir_cron_mail_gateway_action").method_direct_trigger()
        self.assertIn("No mail server answers on port 1", self.mailbox.error_message)
        self.assertIn("press Reset Confirmation, correct them", self.mailbox.error_message)
        self.assertTrue(self.mailbox.error_date)
        self.mailbox.port = self.sandbox.imap.port
        with self.enter_registry_test_mode():
            self.env.ref("mail.ir_cron_mail_gateway_action").method_direct_trigger()
        self.assertFalse(self.mailbox.error_date)
