import email
import email.policy

from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

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
        """Post to the customer as the author and return the notification."""
        message = (
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
        return message.notification_ids

    def test_domain_rule(self):
        notification = self.post()
        self.assertEqual(notification.notification_status, "sent")
        self.assertFalse(notification.delivery_failure)
        self.assertEqual(notification.delivery_server, "Transactional")
        self.assertEqual(notification.delivery_rule, "domain")
        self.assertEqual(
            notification.delivery_explanation,
            "“Transactional” was chosen: its FROM filter lists the domain acme.test.",
        )
        [received] = self.sandbox.smtp.received
        self.assertEqual(notification.delivery_envelope_sender, received.mail_from)
        sent = email.message_from_bytes(received.data, policy=email.policy.default)
        self.assertEqual(notification.delivery_from, sent["From"])
        self.assertEqual(notification.delivery_from, "Ada <ada@acme.test>")

    def test_notification_rule_says_what_replaced_the_author(self):
        self.author.email = "ada@elsewhere.example"
        notification = self.post()
        self.assertEqual(notification.delivery_rule, "notification")
        self.assertEqual(notification.delivery_from, "Ada <notifications@acme.test>")
        self.assertEqual(notification.delivery_envelope_sender, "bounce@acme.test")
        self.assertIn(
            "no FROM filter lists ada@elsewhere.example", notification.delivery_explanation
        )

    def test_server_requested_by_the_mail(self):
        notification = self.post(mail_server_id=self.newsletters.id)
        self.assertEqual(notification.delivery_rule, "requested")
        self.assertEqual(notification.delivery_server, "Newsletters")
        self.assertEqual(len(self.sandbox.smtp2.received), 1)

    def test_subdomain_rule(self):
        self.newsletters.from_filter = "*.acme.test"
        self.author.email = "ada@shop.acme.test"
        notification = self.post()
        self.assertEqual(notification.delivery_rule, "subdomain")
        self.assertEqual(notification.delivery_server, "Newsletters")
        self.assertEqual(notification.delivery_from, "Ada <ada@shop.acme.test>")

    def test_details_outlive_the_server_and_the_mail(self):
        notification = self.post()
        self.assertFalse(notification.mail_mail_id, "The notification mail is deleted once sent")
        self.transactional.unlink()
        self.assertIn("“Transactional” was chosen", notification.delivery_explanation)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_refused_mail_says_which_server_refused(self):
        self.sandbox.smtp.answer("RCPT", "550 5.1.1 No such user here")
        notification = self.post()
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.delivery_server, "Transactional")
        self.assertEqual(notification.delivery_rule, "domain")
        self.assertEqual(notification.mail_mail_id.state, "exception")
        self.assertEqual(notification.mail_mail_id.delivery_from, "Ada <ada@acme.test>")
        self.assertIn("550", notification.delivery_failure)

    def test_unreachable_server_is_named_and_the_mail_kept(self):
        self.transactional.smtp_port = 1
        notification = self.post()
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.delivery_server, "Transactional")
        self.assertFalse(notification.delivery_from, "No From header has travelled")
        self.assertRegex(
            notification.delivery_failure, "“Transactional” could not be reached.*is kept.*Retry"
        )
        self.assertEqual(notification.mail_mail_id.state, "exception")
        self.assertEqual(notification.mail_mail_id.delivery_failure, notification.delivery_failure)

    def test_the_server_is_not_blamed_for_what_it_did_not_do(self):
        self.customer.email = "not an address"
        notification = self.post()
        self.assertEqual(notification.failure_type, "mail_email_invalid")
        self.assertFalse(notification.delivery_failure)
        self.customer.email = "customer@customer.test"
        bounced = self.post()
        bounced.write(
            {
                "notification_status": "bounce",
                "failure_type": "mail_bounce",
                "failure_reason": "x" * 5000,
            }
        )
        self.assertFalse(bounced.delivery_failure)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_long_replies_are_cut(self):
        self.sandbox.smtp.answer("MAIL", "550 " + "no " * 150)
        self.assertLess(len(self.post().delivery_failure), 500)

    def test_the_context_of_a_client_is_not_believed(self):
        message = self.env["mail.message"].create({"body": "secret", "model": "ir.mail_server"})
        self.transactional.smtp_port = 1
        notification = self.post()
        stolen = {"mail_message_id": message.id, "delivery_server": "forged"}
        for forged in (stolen, {"delivery": stolen}):
            notification.notification_status = "exception"
            self.env.flush_all()
            self.env["res.partner"].with_user(self.author).with_context(
                delivery_log=forged, delivery_values=stolen
            ).notify_cancel_by_type("email")
            self.assertEqual(notification.notification_status, "canceled")
            self.assertNotEqual(notification.mail_message_id, message)
            self.assertEqual(notification.delivery_server, "Transactional")
        self.transactional.smtp_port = self.sandbox.smtp.port
        sent = self.post(author=self.author.with_context(delivery_log={"x": 1}))
        self.assertEqual(sent.notification_status, "sent")

    def test_details_are_neither_forged_nor_read_from_outside(self):
        notification = self.post()
        notification.res_partner_id = self.author.partner_id  # who may write on it, then
        notification.with_user(self.author).write({"delivery_server": "forged"})
        self.assertEqual(notification.delivery_server, "Transactional")
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        as_portal = notification.with_user(portal)
        for name in ("delivery_server", "delivery_explanation", "delivery_failure"):
            with self.assertRaises(AccessError):
                as_portal.read([name])

    def test_defaults_of_a_context_are_no_details_either(self):
        """Every employee may notify somebody of a message of somebody else."""
        forger = new_test_user(self.env, "forger", groups="base.group_user")
        notifications = self.env["mail.notification"].with_user(forger)
        forged = notifications.with_context(
            default_delivery_server="forged",
            default_delivery_rule="address",
            default_delivery_from="forged@acme.test",
            default_delivery_envelope_sender="forged@acme.test",
            default_notification_type="inbox",
        ).create(
            {
                "mail_message_id": self.post().mail_message_id.id,
                "res_partner_id": forger.partner_id.id,
            }
        )
        self.assertEqual(forged.notification_type, "inbox", "Other defaults count as ever")
        details = ("server", "rule", "from", "envelope_sender")
        self.assertFalse(any(forged[f"delivery_{name}"] for name in details))

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
        self.assertEqual(mail.delivery_rule, "address")
        self.assertEqual(mail.delivery_from, "news@acme.test")

    def test_the_web_client_of_internal_users_gets_the_details(self):
        notification = self.post()

        def stored(user):
            store = Store().add(
                notification.with_user(user).sudo(),
                notification._to_store_defaults(Store.Target(user)),
            )
            return store.get_result()["mail.notification"][0]

        details = {"delivery_explanation", "delivery_from", "delivery_envelope_sender"}
        self.assertLessEqual(details, stored(self.author).keys())
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        self.assertFalse(details & stored(portal).keys())
