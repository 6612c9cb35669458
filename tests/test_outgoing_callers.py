from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.mail.models.mail_mail import MailMail
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import OutgoingCase

VANILLA_LOGGER = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestOutgoingCallers(OutgoingCase, TransactionCase):
    """Who calls decides what happens with what cannot leave."""

    def send_and_raise(self, mail):
        """Without the savepoint of `assertRaises`, which would take the outcome back."""
        try:
            mail.send(raise_exception=True)
        except MailDeliveryException:
            return
        self.fail("The exception did not come")

    @mute_logger(VANILLA_LOGGER)
    def test_who_asks_for_the_exception_gets_it(self):
        for command, answer in (("RCPT", "451 4.7.1 Later"), ("MAIL", "421 4.3.2 Down")):
            self.peer.reset()
            self.peer.answer(command, answer)
            mail = self.new_mail(email_to="ada@one.test")
            self.send_and_raise(mail)
            self.assertEqual(mail.state, "exception")
            self.assertFalse(mail.scheduled_date)
            self.assertFalse(self.server.resting_until)
        self.server.smtp_port = 1
        self.send_and_raise(self.new_mail(email_to="ada@one.test"))

    def test_posting_never_fails_because_a_server_does(self):
        self.server.smtp_port = 1
        message = self.record.message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.env["res.partner"].create({"name": "A", "email": "a@one.test"}).ids,
        )
        self.assertEqual(message.notification_ids.notification_status, "ready")
        self.assertEqual(message.notification_ids.mail_mail_id.state, "outgoing")

    def test_a_retry_by_hand_asks_those_who_refused(self):
        mail = self.new_mail(email_to="ada@one.test", email_cc="bob@two.test")
        self.peer.answer("RCPT", "550 5.7.1 Blocked by policy", match="bob", times=1)
        self.run_queue(mail)
        self.assertEqual(mail.state, "exception")
        self.assertIn("bob@two.test", mail.failure_reason)
        self.assertNotIn("ada@one.test", mail.failure_reason, "Only who is left")
        mail.action_retry()
        self.run_queue(mail)
        self.assertEqual(mail.state, "sent")
        self.assertEqual(self.accepted(), {"ada@one.test": 1, "bob@two.test": 1})

    def test_a_retry_by_hand_of_what_waits(self):
        mail = self.new_mail(email_to="ada@one.test")
        self.peer.answer("RCPT", "451 4.7.1 Later", times=1)
        self.run_queue(mail)
        mail.action_retry()
        self.assertFalse(mail.scheduled_date)
        self.run_queue(mail)
        self.assertEqual(mail.state, "sent")

    def test_cancel(self):
        mail = self.new_mail(email_to="ada@one.test")
        self.peer.answer("RCPT", "451 4.7.1 Later", times=1)
        self.run_queue(mail)
        mail.cancel()
        self.assertEqual(self.states(mail), {"ada@one.test": "cancelled"})
        self.make_due(mail)
        self.run_queue(mail)
        self.assertFalse(self.peer.received)

    def test_deleted_mails_leave_nobody_waiting(self):
        mail = self.new_mail(email_to="ada@one.test")
        self.peer.answer("RCPT", "451 4.7.1 Later", times=1)
        self.run_queue(mail)
        delivery = mail.delivery_ids
        mail.is_notification = True  # the message stays
        mail.unlink()
        self.assertEqual(delivery.state, "cancelled")

    # ------------------------------------------------------------
    # CHATTER
    # ------------------------------------------------------------

    def refused(self):
        user = new_test_user(
            self.env, "ada", groups="base.group_user,base.group_partner_manager", name="Ada"
        )
        user.email = "ada@acme.test"
        self.peer.reset()  # Odoo has told the old address
        partners = self.env["res.partner"].create(
            [{"name": name, "email": f"{name}@one.test"} for name in ("bob", "carl")]
        )
        self.peer.answer("RCPT", "550 5.1.1 No such user", match="bob", times=1)
        message = self.record.with_user(user).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partners.ids,
        )
        return user, message

    def test_the_chatter_tells_each_recipient(self):
        user, message = self.refused()
        lines = {line["email"]: line for line in message.with_user(user).get_deliveries()}
        self.assertEqual(lines["bob@one.test"]["state"], "refused")
        self.assertEqual(
            lines["bob@one.test"]["sentence"], "The address of the recipient does not exist."
        )
        self.assertIn("action_correct_and_send", lines["bob@one.test"]["actions"])
        self.assertEqual(lines["carl@one.test"]["state"], "accepted")
        self.assertFalse(lines["carl@one.test"]["actions"])
        other = new_test_user(self.env, "other", groups="base.group_user")
        theirs = message.with_user(other).get_deliveries()
        self.assertFalse(any(line["actions"] for line in theirs if line["state"] == "accepted"))

    def test_correct_the_address_and_send(self):
        user, message = self.refused()
        delivery = self.deliveries(message).filtered(lambda item: item.state == "refused")
        with self.assertRaises(UserError):
            delivery.with_user(user).action_correct_and_send("nobody")
        sent_to = delivery.with_user(user).action_correct_and_send("bob@right.test")
        self.assertEqual(sent_to, "bob@right.test")
        mail = delivery.mail_mail_id
        self.run_queue(mail)
        self.assertEqual(self.accepted(), {"carl@one.test": 1, "bob@right.test": 1})
        self.assertEqual(set(self.statuses(message).values()), {"sent"})
        self.assertFalse(mail.exists())

    def test_retry_and_cancel_of_one_recipient(self):
        user, message = self.refused()
        delivery = self.deliveries(message).filtered(lambda item: item.state == "refused")
        mail = delivery.mail_mail_id
        delivery.with_user(user).action_retry()
        self.assertEqual(delivery.state, "waiting")
        self.peer.answer("RCPT", "450 4.2.1 Busy", match="bob", times=1)
        self.run_queue(mail)
        delivery.with_user(user).action_cancel()
        self.assertEqual(mail.state, "sent", "Everybody else has it")
        self.assertEqual(self.statuses(message)["bob@one.test"], "canceled")
        self.assertEqual(self.accepted(), {"carl@one.test": 1})

    def test_who_may_not_act(self):
        _user, message = self.refused()
        delivery = self.deliveries(message).filtered(lambda item: item.state == "refused")
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        for call in (
            lambda item: item.action_retry(),
            lambda item: item.action_cancel(),
            lambda item: item.action_correct_and_send("x@y.test"),
        ):
            with self.assertRaises(AccessError):
                call(delivery.with_user(portal))

    # ------------------------------------------------------------
    # BUILDING
    # ------------------------------------------------------------

    @mute_logger(VANILLA_LOGGER)
    def test_a_mail_that_cannot_be_built_is_tried_twice(self):
        mail = self.new_mail(email_to="ada@one.test", body_html="<p>poison</p>")
        healthy = self.new_mail(email_to="bob@two.test")
        original = MailMail._prepare_outgoing_body

        def raises(self):
            if "poison" in self.body_html:
                raise ValueError("This body cannot be built")
            return original(self)

        with patch.object(MailMail, "_prepare_outgoing_body", raises):
            self.run_queue(mail + healthy)
            self.assertEqual((mail.state, healthy.state), ("outgoing", "sent"))
            self.assertIn("cannot be built", mail.failure_reason)
            self.make_due(mail)
            self.run_queue(mail)
        self.assertEqual(mail.state, "exception")
        self.assertIn("cannot be built", mail.failure_reason)
        mail.mark_outgoing()
        self.run_queue(mail)
        self.assertEqual(mail.state, "sent")

    def test_what_other_apps_write_into_the_body_does_not_pile_up(self):
        mail = self.new_mail(email_to="ada@one.test")
        registry_class = type(mail)
        original = registry_class._send

        def adds_a_block(mails, *args, **kwargs):
            for item in mails:
                item.body_html = f"<p>Followers</p>{item.body_html}"
            return original(mails, *args, **kwargs)

        self.peer.answer("RCPT", "451 4.7.1 Later", times=2)
        with patch.object(registry_class, "_send", adds_a_block):
            for _ in range(3):
                self.make_due(mail)
                self.run_queue(mail)
        self.assertEqual(mail.state, "sent")
        self.assertEqual(self.peer.received[0].data.count(b"<p>Followers</p>"), 1)

    def test_a_bounce_is_not_written_over(self):
        message = self.post("ada@one.test", "bob@two.test")
        self.peer.answer("RCPT", "450 4.2.1 Busy", match="bob", times=1)
        self.send(message)
        bounced = message.notification_ids.filtered(
            lambda item: item.res_partner_id.email == "ada@one.test"
        )
        mail = message.notification_ids.mail_mail_id
        bounced.write({"notification_status": "bounce", "failure_type": "mail_bounce"})
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(self.statuses(message), {"ada@one.test": "bounce", "bob@two.test": "sent"})
