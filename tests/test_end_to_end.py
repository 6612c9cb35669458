import email
import email.policy
import smtplib
from email.message import EmailMessage

from odoo.tests import Form, TransactionCase, new_test_user, tagged

from .common import SandboxCase

CUSTOMER = "customer@customer.test"


@tagged("post_install", "-at_install")
class TestEndToEnd(SandboxCase, TransactionCase):
    """A mail goes out and its answer comes back, over real SMTP, IMAP and DNS."""

    def run_cron(self, xmlid):
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).method_direct_trigger()

    def received_for_customer(self, peer):
        """The queue may also send what was waiting in the database before the test."""
        return [mail for mail in peer.received if CUSTOMER in mail.rcpt_tos]

    def answer_as_customer(self, mail, body):
        """The customer's mail program replies to what arrived, through the world's own server."""
        reply = EmailMessage()
        reply["From"] = f"Carl Customer <{CUSTOMER}>"
        reply["To"] = mail["Reply-To"]
        reply["Subject"] = f"Re: {mail['Subject']}"
        reply["Message-ID"] = "<answer@customer.test>"
        reply["In-Reply-To"] = mail["Message-ID"]
        reply["References"] = mail["Message-ID"]
        reply.set_content(body)
        with smtplib.SMTP(self.sandbox.smtp2.host, self.sandbox.smtp2.port, timeout=10) as client:
            client.send_message(reply)

    def test_the_whole_story(self):
        """An administrator checks the domain and asks which server will send; a user answers a
        customer in the chatter; the customer's answer comes back into it."""
        self.check_the_domain()
        user = new_test_user(
            self.env, "ada", groups="base.group_user,base.group_partner_manager", name="Ada"
        )
        user.email = "ada@acme.test"
        simulation = self.env["ir.mail_server.simulate"].create(
            {"email_from": user.email_formatted}
        )
        self.assertEqual(simulation.mail_server_id, self.transactional)
        customer = self.env["res.partner"].create({"name": "Carl Customer", "email": CUSTOMER})
        message = self.write_to(customer, user)
        received = self.check_what_left(message, simulation)
        mail = self.check_what_arrived(received)
        self.check_the_answer(customer, message, mail)

    def check_the_domain(self):
        with Form(self.env["res.config.settings"]) as settings:
            self.assertEqual(settings.alias_domain_id, self.alias_domain)
        action = settings.record.action_check_alias_domain_dns()
        check = self.env[action["res_model"]].browse(action["res_id"])
        check.action_check()
        verdicts = {item["kind"]: item["severity"] for item in check.findings}
        for kind in ("mx", "spf", "dkim", "dmarc"):
            self.assertEqual(verdicts[kind], "ok", check.findings)
        self.assertEqual(settings.record.alias_domain_dns_status, check.severity)

    def write_to(self, customer, user):
        """The queue sends, not the click."""
        message = customer.with_user(user).message_post(
            body="Our offer: 100 blue widgets – 5 €",
            subject="Offer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=customer.ids,
            force_send=False,
        )
        self.assertEqual(message.sudo().notification_ids.notification_status, "ready")
        self.run_cron("mail.ir_cron_mail_scheduler_action")
        return message

    def check_what_left(self, message, simulation):
        """By the server the FROM filter chose, as simulated, and the chatter says so."""
        [received] = self.received_for_customer(self.sandbox.smtp)
        self.assertFalse(self.received_for_customer(self.sandbox.smtp2))
        self.assertTrue(received.tls)
        self.assertEqual(received.mail_from, "bounce@acme.test")
        self.assertEqual(received.rcpt_tos, (CUSTOMER,))
        notification = message.sudo().notification_ids
        notification.invalidate_recordset()
        self.assertEqual(notification.notification_status, "sent")
        [delivery] = self.env["mail.delivery"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(delivery.server_name, simulation.mail_server_id.name)
        self.assertEqual(delivery.email_from, simulation.header_from)
        self.assertEqual(delivery.envelope_sender, simulation.envelope_sender)
        return received

    def check_what_arrived(self, received):
        """In the customer's mailbox, byte for byte as it was sent."""
        [stored] = self.sandbox.imap.messages(CUSTOMER)
        self.assertTrue(stored.data.endswith(received.data))
        mail = email.message_from_bytes(stored.data, policy=email.policy.default)
        self.assertEqual(mail["From"], "Ada <ada@acme.test>")
        self.assertIn("catchall@acme.test", mail["Reply-To"])
        self.assertIn("100 blue widgets – 5 €", mail.get_body(("plain",)).get_content())
        return mail

    def check_the_answer(self, customer, message, mail):
        """The cron fetches it into the same chatter."""
        self.mailbox.button_confirm_login()
        self.answer_as_customer(mail, "Deal – send them!")
        self.run_cron("mail.ir_cron_mail_gateway_action")
        answer = customer.message_ids.filtered(lambda m: m.message_id == "<answer@customer.test>")
        self.assertEqual(answer.author_id, customer)
        self.assertEqual(answer.parent_id, message)
        self.assertIn("Deal – send them!", answer.body)
        self.assertFalse(self.mailbox.error_message)
        [fetched] = self.sandbox.imap.messages("odoo@acme.test")
        self.assertIn("\\Seen", fetched.flags)

    def test_wrong_password_is_said_and_nothing_is_lost(self):
        self.mailbox.button_confirm_login()
        self.mailbox.password = "wrong"
        self.sandbox.imap.deliver("odoo@acme.test", b"From: a@b.test\r\nSubject: kept\r\n\r\nx\r\n")
        self.run_cron("mail.ir_cron_mail_gateway_action")
        self.assertIn("refused the user name “odoo@acme.test”", self.mailbox.error_message)
        subjects = [
            m.data for m in self.sandbox.imap.messages("odoo@acme.test") if b"kept" in m.data
        ]
        self.assertEqual(len(subjects), 1)
