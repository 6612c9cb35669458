import time

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import new_test_user
from odoo.tools import html2plaintext, mute_logger

from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestMailboxPreview(IncomingCase, TransactionCase):
    """What would happen to the next mails; nothing is taken, written or sent by it."""

    def preview(self):
        action = self.mailbox.action_preview__()
        return self.env[action["res_model"]].browse(action["res_id"])

    def sent(self):
        return [*self.sandbox.smtp.received, *self.sandbox.smtp2.received]

    def check_nothing_happened(self, unseen):
        self.assertFalse(self.spooled() or self.partners())
        self.assertEqual(self.unseen(), unseen)
        self.assertFalse(self.env["fetchmail.run"].search([("mailbox_id", "=", self.mailbox.id)]))

    def test_the_next_mails(self):
        before = len(self.sent())
        self.deliver(
            self.raw_mail(1),
            self.raw_mail(2, to="nobody@acme.test"),
            self.raw_mail(3, Subject="<script>alert(1)</script>"),
        )
        preview = self.preview()
        text = html2plaintext(preview.html)
        self.assertEqual(preview.number, 3)
        self.assertIn("Question 1", text)
        self.assertIn('data-verdict="accepted"', preview.html)
        self.assertIn('data-verdict="refused"', preview.html)
        self.assertNotIn("<script>", preview.html)
        self.check_nothing_happened(unseen=3)
        self.assertEqual(len(self.sent()), before)
        self.fetch()
        self.assertEqual(len(self.spooled()), 3)

    def test_by_pop3(self):
        self.mailbox.write({"server_type": "pop", "port": self.sandbox.imap.pop3_port})
        self.deliver(self.raw_mail(1))
        self.assertEqual(self.preview().number, 1)
        self.check_nothing_happened(unseen=1)

    def test_what_was_fetched_is_not_next(self):
        self.deliver(self.raw_mail(1))
        self.mailbox.memory = "new"
        self.assertIn("nothing to be fetched", self.preview().html)
        self.fetch()
        self.deliver(self.raw_mail(2))
        preview = self.preview()
        self.assertEqual(preview.number, 1)
        self.assertIn("Question 2", preview.html)

    def test_twenty_mails_are_enough(self):
        self.deliver(
            *(self.raw_mail(number, sender=f"c{number}@customer.test") for number in range(25))
        )
        begin = time.monotonic()
        self.assertEqual(self.preview().number, 20)
        self.assertLess(time.monotonic() - begin, 30)
        self.check_nothing_happened(unseen=25)

    def test_a_mail_that_is_too_large(self):
        self.env["ir.config_parameter"].set_param("email_communication.incoming_max_megabytes", "1")
        self.deliver(self.raw_mail(1) + b"x" * 2_000_000)
        self.assertIn("larger than what is fetched", self.preview().html)

    def test_a_mailbox_that_cannot_be_opened(self):
        self.mailbox.password = "wrong"
        with self.assertRaisesRegex(UserError, "refused the user name"):
            self.mailbox.action_preview__()
        self.assertFalse(self.mailbox.failures)

    def test_only_administrators(self):
        employee = new_test_user(self.env, "preview_employee", groups="base.group_user")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.mailbox.with_user(employee).action_preview__()


@tagged("post_install", "-at_install")
class TestMailboxServes(IncomingCase, TransactionCase):
    """Who brings mail for whom, as it is seen; and copies of databases keep away."""

    def test_addresses_and_domains(self):
        other = self.env["mail.alias.domain"].create({"name": "unheard.test"})
        self.deliver(
            self.raw_mail(1),
            self.raw_mail(2, to="Sales <sales@acme.test>, other@elsewhere.test"),
            self.raw_mail(3),
        )
        self.fetch()
        self.assertEqual(self.mailbox.serves, "contacts@acme.test, sales@acme.test")
        self.assertEqual(self.alias_domain.served_by, "Mailbox of acme.test")
        self.assertEqual(other.served_by, "Nothing has come in")

    def test_a_neutralized_copy_fetches_nothing(self):
        self.deliver(self.raw_mail(1))
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.assertIsNone(self.fetch())
        self.assertFalse(self.spooled())
        self.assertEqual(self.unseen(), 1)
        with self.assertRaisesRegex(UserError, "neutralized copy"):
            self.mailbox.fetch_mail()
        self.mailbox.password = "wrong"
        for _run in range(4):
            self.fetch()
        self.assertFalse(self.mailbox.failures)
