import email
import email.policy
import time
from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.tests import TransactionCase, tagged

from .common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoingQueue(OutgoingCase, CronMixinCase, TransactionCase):
    """What cannot leave now leaves later, to exactly those who have not had it."""

    def test_a_busy_server_is_asked_again(self):
        mail = self.new_mail(email_to="ada@one.test")
        self.peer.answer("RCPT", "451 4.7.1 Greylisted, try again in 300 seconds", times=1)
        self.run_queue(mail)
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(mail.failure_type)
        self.assertIn("451 4.7.1", mail.failure_reason)
        self.assertGreater(self.minutes_until_due(mail), 4.5, "As long as the server wished")
        [delivery] = mail.delivery_ids
        self.assertEqual((delivery.state, delivery.attempts), ("waiting", 1))
        self.assertEqual(delivery.reply_code, 451)
        self.assertIn("tried again", delivery.sentence)
        self.run_queue(mail)
        self.assertFalse(self.peer.received, "It is not due yet")
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(mail.state, "sent")
        self.assertEqual(self.accepted(), {"ada@one.test": 1})
        delivery.invalidate_recordset()
        self.assertEqual((delivery.state, delivery.attempts), ("accepted", 2))
        self.assertEqual(delivery.reply_text, "2.0.0 Message accepted")
        self.assertEqual([entry["code"] for entry in delivery.story], [451, 250])

    def test_when_its_time_is_up_the_queue_goes_on_at_once_in_another_run(self):
        mail = self.new_mail(email_to="ada@one.test")
        cron = "mail.ir_cron_mail_scheduler_action"
        with self.capture_triggers(cron) as captured:
            mail.with_context(cron_end_time=time.monotonic() - 1).process_email_queue()
        self.assertFalse(self.peer.received)
        self.assertEqual(len(captured.records), 1)
        self.assertLessEqual(captured.records.call_at, fields.Datetime.now())

    def test_the_copy_alone_waits(self):
        mail = self.new_mail(email_to="ada@one.test", email_cc="carl@three.test")
        self.peer.answer("RCPT", "451 4.2.0 Later", match="carl", times=1)
        self.run_queue(mail)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(
            self.states(mail), {"ada@one.test": "accepted", "carl@three.test": "waiting"}
        )
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(mail.state, "sent")
        self.assertEqual(self.accepted(), {"ada@one.test": 1, "carl@three.test": 1})
        first, second = (
            email.message_from_bytes(item.data, policy=email.policy.default)
            for item in self.peer.received
        )
        self.assertEqual((second["To"], second["Cc"]), (first["To"], first["Cc"]))
        kinds = {item.email: item.kind for item in mail.delivery_ids}
        self.assertEqual(kinds, {"ada@one.test": "to", "carl@three.test": "cc"})

    def test_a_refused_recipient_does_not_stop_the_others(self):
        message = self.post("ada@one.test", "bob@two.test", "carl@three.test")
        self.peer.answer("RCPT", "550 5.1.1 No such user", match="ada")
        self.send(message)
        self.assertEqual(self.accepted(), {"bob@two.test": 1, "carl@three.test": 1})
        self.assertEqual(
            self.statuses(message),
            {"ada@one.test": "exception", "bob@two.test": "sent", "carl@three.test": "sent"},
        )
        failed = message.notification_ids.filtered(lambda n: n.notification_status == "exception")
        self.assertEqual(failed.failure_type, "mail_email_invalid")
        self.assertIn("550", failed.failure_reason)
        mail = failed.mail_mail_id
        self.assertEqual(mail.state, "exception", "It is kept for who has not had it")
        mail.send()
        mail.mark_outgoing()
        self.peer.script.clear()
        self.run_queue(mail)
        self.assertEqual(
            self.accepted(), {"ada@one.test": 1, "bob@two.test": 1, "carl@three.test": 1}
        )

    def test_some_wait_and_some_have_it(self):
        message = self.post("ada@one.test", "bob@two.test", "carl@three.test")
        self.peer.answer("RCPT", "450 4.2.1 Busy", match="bob", times=1)
        self.send(message)
        self.assertEqual(
            self.statuses(message),
            {"ada@one.test": "sent", "bob@two.test": "ready", "carl@three.test": "sent"},
        )
        mail = message.notification_ids.mail_mail_id
        self.make_due(mail)
        self.run_queue(mail)
        self.assertFalse(mail.exists(), "Deleted once everybody has it")
        self.assertEqual(set(self.statuses(message).values()), {"sent"})
        self.assertEqual(set(self.accepted().values()), {1})
        self.assertEqual(len(self.deliveries(message)), 3, "They live as long as the message")

    def test_after_the_last_try_it_has_failed(self):
        self.server.write({"retry_minutes": "10", "retry_hours": 1})
        message = self.post("ada@one.test")
        self.peer.answer("RCPT", "451 4.7.1 Later")
        self.send(message)
        mail = message.notification_ids.mail_mail_id
        for _ in range(6):
            self.assertEqual(mail.state, "outgoing")
            self.make_due(mail)
            self.run_queue(mail)
        self.assertEqual(mail.state, "exception")
        self.assertEqual(mail.delivery_attempts, 7)
        [delivery] = mail.delivery_ids
        self.assertEqual(len(delivery.story), 7)
        self.assertIn("7 times", delivery.sentence)
        self.assertEqual(set(self.statuses(message).values()), {"exception"})

    def test_a_lost_line_before_the_message_costs_nothing(self):
        message = self.post("ada@one.test", "bob@two.test", "carl@three.test")
        self.peer.drop("DATA", times=1, match="bob")
        self.send(message)
        self.assertEqual(
            self.accepted(), {"ada@one.test": 1, "bob@two.test": 1, "carl@three.test": 1}
        )

    def test_a_lost_answer_leaves_the_recipient_in_doubt(self):
        message = self.post("ada@one.test", "bob@two.test", "carl@three.test")
        self.peer.drop(".", times=1, match="\nbob@two.test\n", accepted=True)
        self.send(message)
        mail = message.notification_ids.mail_mail_id
        self.assertEqual(mail.state, "outgoing")
        states = self.states(mail)
        self.assertEqual(states.pop("bob@two.test"), "in_doubt")
        self.assertEqual(sorted(states.values()), ["accepted", "waiting"])
        self.make_due(mail)
        self.run_queue(mail)
        accepted = self.accepted()
        self.assertEqual(accepted.pop("bob@two.test"), 2, "The one that may come twice")
        self.assertEqual(set(accepted.values()), {1})

    def test_one_address_gets_one(self):
        partners = self.env["res.partner"].create(
            [{"name": name, "email": "shared@one.test"} for name in ("One", "Two")]
        )
        message = self.post(partners=partners)
        self.send(message)
        self.assertEqual(self.accepted(), {"shared@one.test": 1})
        self.assertEqual(message.notification_ids.mapped("notification_status"), ["sent", "sent"])

    # ------------------------------------------------------------
    # WHO IS TOLD
    # ------------------------------------------------------------

    def notes(self):
        self.record.invalidate_recordset()
        return [note.body for note in self.record.message_ids if not note.partner_ids]

    def test_the_author_is_told_after_four_hours_and_at_the_end(self):
        self.server.write({"retry_minutes": "60", "retry_hours": 6})
        self.peer.answer("RCPT", "451 4.7.1 Later <b>please</b>")
        message = self.post("ada@one.test")
        mail = message.notification_ids.mail_mail_id
        known = len(self.notes())
        start = fields.Datetime.now()
        told = []
        for hour in range(7):
            with freeze_time(start + timedelta(hours=hour, minutes=10 * hour)):
                self.run_queue(mail)
            told.append(len(self.notes()) - known)
        self.assertEqual(mail.state, "exception")
        self.assertEqual(told, [0, 0, 0, 1, 1, 1, 2], "Once when it is late, once at the end")
        self.assertIn("is still waiting to be sent to ada", self.notes()[1])
        self.assertNotIn("<b>", self.notes()[1])
        self.assertIn("was not sent to ada", self.notes()[0])

    def test_the_queue_wakes_for_the_next_try(self):
        self.env["ir.cron.trigger"].search([]).unlink()  # what others have left is as good
        mail = self.new_mail(email_to="ada@one.test")
        self.peer.answer("RCPT", "451 4.7.1 Later", times=1)
        with self.capture_triggers("mail.ir_cron_mail_scheduler_action") as triggers:
            self.run_queue(mail)
            self.run_queue(mail)
        self.assertEqual(triggers.records.mapped("call_at"), [mail.scheduled_date])

    def test_the_oldest_go_first(self):
        self.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"
        self.env["ir.config_parameter"].set_param("mail.mail.queue.batch.size", "2")
        mails = self.env["mail.mail"].union(
            *(self.new_mail(email_to=f"{n}@one.test") for n in range(5))
        )
        sent = []
        for _ in range(3):
            self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()
            sent.append([mail.state for mail in mails].count("sent"))
            self.assertEqual({mail.state for mail in mails[: sent[-1]]}, {"sent"})
        self.assertEqual(sent, [2, 4, 5])
