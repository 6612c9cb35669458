from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import SandboxCase


@tagged("post_install", "-at_install")
class TestGiantSender(SandboxCase, TransactionCase):
    """A stranger's From can be as long as he likes: it stops no mail but its own."""

    def queue(self, email_from):
        return self.env["mail.mail"].create(
            {
                "subject": email_from[:20],
                "email_from": email_from,
                "email_to": "customer@customer.test",
                "body_html": "<p>Hello</p>",
            }
        )

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_it_fails_alone_and_says_why(self):
        giants = [
            self.queue("x@" + "a." * 30_000 + "com"),
            self.queue("Ada <x@" + "a." * 55_000 + "com>"),
            self.queue("x" * 60_000 + "@acme.test"),
        ]
        innocent = self.queue("ada@acme.test") + self.queue("bob@acme.test")
        self.env["mail.mail"].process_email_queue()
        self.assertEqual(innocent.mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self.sandbox.smtp.received), 2)
        for giant in giants:
            self.assertEqual(giant.state, "exception")
            self.assertEqual(giant.failure_type, "mail_from_invalid")
            self.assertIn("is not an e-mail address", giant.failure_reason)
            self.assertLess(len(giant.failure_reason), 300)
            sentence = self.env["ir.mail_server"]._sender_rule_sentence(
                "notification", "Transactional", giant.email_from
            )
            self.assertLess(len(sentence), 1000)
