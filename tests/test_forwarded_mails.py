from lxml import html
from odoo.tests import TransactionCase, tagged

from ..models.incoming_step_words import tell
from .incoming_common import IncomingCase

LINK = "https://mail-settings.google.com/mail/vf-%5BANGjdJ8x%5D-abc_1"
CONFIRM = (
    "carl@gmail.com has requested to automatically forward mail to you.\r\n"
    f"Confirmation code: 123456789\r\n\r\n{LINK}\r\n\r\n"
    "To cancel: https://mail-settings.google.com/mail/uf-%5BANGjdJ8x%5D-x\r\n"
)


@tagged("post_install", "-at_install")
class TestForwardedMails(IncomingCase, TransactionCase):
    """Nobody answers a forwarder unknowingly, and whoever sets up a forwarding gets its code."""

    def receive(self, *raws):
        self.deliver(*raws)
        self.fetch()
        return self.spooled()[-len(raws) :]

    def sentences(self, row):
        return [step["sentence"] for step in tell(self.env, row.steps)]

    # ------------------------------------------------------------
    # FORWARDED
    # ------------------------------------------------------------

    def forwarded(self, number=1, **headers):
        return self.raw_mail(
            number,
            sender="group@acme.test",
            **{"X_Original_From": "Dora <dora@customer.test>", **headers},
        )

    def test_a_forwarded_mail_says_by_whom(self):
        row = self.receive(self.forwarded())
        message = row.mail_message_id
        self.assertEqual(message.email_from, '"Carl" <group@acme.test>')
        self.assertIn('Forwarded by "Carl" &lt;group@acme.test&gt;.', message.body)
        self.assertIn("dora@customer.test", message.body)
        self.assertIn("Hello, this is mail 1.", message.body)
        self.assertIn("whom an answer would reach", " ".join(self.sentences(row)))

    def test_the_original_sender_where_the_administrator_allowed_it(self):
        dora = self.env["res.partner"].create({"name": "Dora", "email": "dora@customer.test"})
        self.mailbox.trusts_original_sender = True
        message = self.receive(self.forwarded()).mail_message_id
        self.assertEqual(message.email_from, '"Dora" <dora@customer.test>')
        self.assertEqual(message.author_id, dora)
        self.assertNotIn("Forwarded by", message.body)

    def test_reply_to_is_not_believed(self):
        """The sender writes it, not the forwarder."""
        self.mailbox.trusts_original_sender = True
        raw = self.raw_mail(sender="list@acme.test", Reply_To="dora@customer.test")
        raw = raw.replace(b"From: Carl <", b'From: "Dora via List" <')
        message = self.receive(raw).mail_message_id
        self.assertIn("list@acme.test", message.email_from)
        self.assertIn("Forwarded by", message.body)

    def test_what_others_write_is_escaped(self):
        raw = self.forwarded().replace(b"From: Carl <", b'From: "<b>Carl</b>" <')
        body = self.receive(raw).mail_message_id.body
        self.assertIn("&lt;b&gt;Carl", body)

    def test_a_redirected_or_plain_mail_stays_as_it_is(self):
        redirected, plain = self.receive(
            self.raw_mail(1, Resent_From="group@acme.test", Resent_To="contacts@acme.test"),
            self.raw_mail(2),
        )
        for row in redirected + plain:
            self.assertEqual(row.mail_message_id.email_from, '"Carl" <carl@customer.test>')
            self.assertNotIn("Forwarded by", row.mail_message_id.body)

    # ------------------------------------------------------------
    # CONFIRMATIONS
    # ------------------------------------------------------------

    def confirmation(self, to="catchall@acme.test", number=1, body=CONFIRM, **headers):
        raw = self.raw_mail(number, to=to, sender="forwarding-noreply@google.com", **headers)
        return raw.replace(f"Hello, this is mail {number}.".encode(), body.encode())

    def test_a_confirmation_is_kept_and_nobody_is_answered(self):
        peers = (self.sandbox.smtp, self.sandbox.smtp2)
        for peer in peers:
            peer.reset()
        catchall, alias = self.receive(
            self.confirmation(), self.confirmation(to="contacts@acme.test", number=2)
        )
        for row in catchall + alias:
            self.assertEqual((row.state, row.reason), ("held", "verification"))
            self.assertIn("Google asks whether mail may be", " ".join(self.sentences(row)))
        self.assertFalse(self.partners())
        self.assertFalse([mail for peer in peers for mail in peer.received])
        shown = html.fromstring(catchall.verification_html)
        self.assertIn("123456789", shown.text_content())
        self.assertEqual(shown.xpath("//a/@href"), [LINK])
        told = (catchall + alias).alert_id
        self.assertEqual(told.summary, "A forwarding is to be confirmed")
        self.assertNotIn("123456789", told.note)
        catchall.action_dismiss()
        self.assertTrue(told.active)
        alias.action_dismiss()
        self.assertFalse(told.active)

    def test_a_confirmation_can_be_processed_or_dismissed(self):
        first, second = self.receive(
            self.confirmation(to="contacts@acme.test"), self.confirmation(number=2)
        )
        with self.registry_cursor() as env:
            first.with_env(env).action_process()
        self.env.invalidate_all()
        self.assertEqual((first.state, first.reason), ("done", "created"))
        second.action_dismiss()
        self.assertEqual(second.state, "ignored")

    def test_a_link_that_leads_elsewhere_is_not_shown(self):
        evil = CONFIRM.replace("mail-settings.google.com/mail/vf", "evil.test/mail/vf")
        row = self.receive(self.confirmation(body=evil))
        self.assertEqual(row.reason, "verification")
        self.assertNotIn("evil.test", row.verification_html)
        self.assertNotIn("<a", row.verification_html)

    def test_others_who_write_the_same_are_no_provider(self):
        raw = self.confirmation(to="contacts@acme.test").replace(
            b"forwarding-noreply@google.com", b"forwarding-noreply@google.com.evil.test"
        )
        self.assertEqual(self.receive(raw).reason, "created")
