import email
import email.policy

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.sender_choice import CHOICE_NOTES
from ..models.sending_run import OWN_CURSOR, QUEUE, RUN
from .common import SandboxCase


@tagged("post_install", "-at_install")
class TestDeliveryDetails(SandboxCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Carl Customer", "email": "customer@customer.test"}
        )
        cls.author = new_test_user(
            cls.env, "author", groups="base.group_user,base.group_partner_manager"
        )
        cls.author.write({"name": "Ada", "email": "ada@acme.test"})

    def setUp(self):
        super().setUp()
        self.sandbox.smtp.reset()
        self.sandbox.smtp2.reset()

    def post(self, author=None, **values):
        """Post to the customer as the author; the delivery."""
        self.message = (
            self.customer.with_user(author or self.author)
            .message_post(
                body="Hello",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.customer.ids,
                **values,
            )
            .sudo()
        )
        return self.env["mail.delivery"].search([("mail_message_id", "=", self.message.id)])

    def test_domain_rule(self):
        delivery = self.post()
        self.assertEqual(self.message.notification_ids.notification_status, "sent")
        self.assertEqual(delivery.state, "accepted")
        self.assertEqual(delivery.sentence, "“Transactional” has accepted the message.")
        self.assertEqual(delivery.server_name, "Transactional")
        self.assertEqual(delivery.sender_rule, "domain")
        self.assertEqual(
            delivery.explanation,
            "“Transactional” was chosen: its FROM filter lists the domain acme.test.",
        )
        [received] = self.sandbox.smtp.received
        self.assertEqual(delivery.envelope_sender, received.mail_from)
        sent = email.message_from_bytes(received.data, policy=email.policy.default)
        self.assertEqual(delivery.email_from, sent["From"])
        self.assertEqual(delivery.email_from, "Ada <ada@acme.test>")

    def test_notification_rule_says_what_replaced_the_author(self):
        self.author.email = "ada@elsewhere.example"
        delivery = self.post()
        self.assertEqual(delivery.sender_rule, "notification")
        self.assertEqual(delivery.email_from, "Ada <notifications@acme.test>")
        self.assertEqual(delivery.envelope_sender, "bounce@acme.test")
        self.assertIn("no FROM filter lists ada@elsewhere.example", delivery.explanation)

    def test_server_requested_by_the_mail(self):
        delivery = self.post(mail_server_id=self.newsletters.id)
        self.assertEqual(delivery.sender_rule, "requested")
        self.assertEqual(delivery.server_name, "Newsletters")
        self.assertEqual(len(self.sandbox.smtp2.received), 1)

    def test_subdomain_rule(self):
        self.newsletters.from_filter = "*.acme.test"
        self.author.email = "ada@shop.acme.test"
        delivery = self.post()
        self.assertEqual(delivery.sender_rule, "subdomain")
        self.assertEqual(delivery.server_name, "Newsletters")
        self.assertEqual(delivery.email_from, "Ada <ada@shop.acme.test>")

    def test_details_outlive_the_server_and_the_mail(self):
        delivery = self.post()
        self.assertFalse(delivery.mail_mail_id, "The notification mail is deleted once sent")
        self.transactional.unlink()
        self.assertIn("“Transactional” was chosen", delivery.explanation)
        self.assertFalse(delivery.mail_server_id)

    def test_refused_mail_says_which_server_refused(self):
        self.sandbox.smtp.answer("RCPT", "550 5.1.1 No such user here")
        delivery = self.post()
        notification = self.message.notification_ids
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(delivery.server_name, "Transactional")
        self.assertEqual(delivery.sender_rule, "domain")
        self.assertEqual(notification.mail_mail_id.state, "exception")
        self.assertEqual(delivery.email_from, "Ada <ada@acme.test>")
        self.assertEqual(delivery.reply_code, 550)
        self.assertEqual(delivery.sentence, "The address of the recipient does not exist.")
        self.assertEqual(delivery.next_step, "Correct the address and send again.")

    def test_unreachable_server_is_named_and_the_mail_kept(self):
        self.transactional.smtp_port = 1
        self.assertFalse(self.post(), "Nobody was asked to take it")
        notification = self.message.notification_ids
        self.assertEqual(notification.notification_status, "ready")
        mail = notification.mail_mail_id
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.delivery_server_id, self.transactional)
        [line] = self.message.with_user(self.author).get_deliveries()
        self.assertEqual(line["state"], "waiting")
        self.assertRegex(line["sentence"], "cannot be reached.*tried again at")

    def test_the_server_is_not_blamed_for_what_it_did_not_do(self):
        self.customer.email = "not an address"
        self.assertFalse(self.post(), "No server was chosen to send nothing")
        self.assertEqual(self.message.notification_ids.failure_type, "mail_email_invalid")
        [line] = self.message.with_user(self.author).get_deliveries()
        self.assertEqual(line["state"], "invalid")
        self.assertIn("Nothing was sent", line["sentence"])
        self.assertFalse(line["explanation"])

    def test_long_replies_are_cut(self):
        self.sandbox.smtp.answer("MAIL", "550 " + "no " * 3000)
        delivery = self.post()
        self.assertLess(len(delivery.reply_text), 2100)
        self.assertLess(len(delivery.sentence), 500)

    def test_the_context_of_a_client_is_not_believed(self):
        for name in (RUN, OWN_CURSOR, QUEUE, CHOICE_NOTES):
            author = self.author.with_context(**{name: {"recorder": 1}})
            self.assertEqual(self.post(author=author).state, "accepted")

    def test_details_are_neither_forged_nor_read_from_outside(self):
        delivery = self.post()
        for values in ({"server_name": "forged"}, {"state": "refused"}):
            with self.assertRaises(AccessError):
                delivery.with_user(self.author).write(values)
        with self.assertRaises(AccessError):
            delivery.with_user(self.author).create({"email": "a@b.test", "state": "accepted"})
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            delivery.with_user(portal).read(["server_name"])
        with self.assertRaises(AccessError):
            self.message.with_user(portal).get_deliveries()

    def test_who_may_not_read_the_message_does_not_see_its_deliveries(self):
        delivery = self.post()
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        secret = self.env["ir.mail_server"].browse(self.transactional.id)
        self.message.write({"model": "ir.mail_server", "res_id": secret.id})
        self.env.invalidate_all()
        of_message = [("mail_message_id_int", "=", self.message.id)]
        self.assertFalse(self.env["mail.delivery"].with_user(stranger).search(of_message))
        self.assertFalse(self.env["mail.delivery"].with_user(stranger).search_count(of_message))
        with self.assertRaises(AccessError):
            delivery.with_user(stranger).read(["email"])
        self.assertEqual(
            self.env["mail.delivery"].with_user(self.author).search(of_message), delivery
        )
        administrator = new_test_user(self.env, "adm", groups="base.group_system")
        self.assertTrue(delivery.with_user(administrator).read(["email"]))

    def test_mail_without_notification(self):
        mail = self.env["mail.mail"].create(
            {
                "email_from": "news@acme.test",
                "email_to": "customer@customer.test",
                "subject": "News",
                "body_html": "<p>News</p>",
                "auto_delete": False,
            }
        )
        mail.send()
        self.assertEqual(mail.state, "sent")
        self.assertEqual(mail.delivery_server, "Newsletters")
        self.assertEqual(mail.delivery_ids.sender_rule, "address")
        self.assertEqual(mail.delivery_ids.email_from, "news@acme.test")
