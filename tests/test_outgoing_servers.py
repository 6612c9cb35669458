from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import OutgoingCase

AN_HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestOutgoingServers(OutgoingCase, TransactionCase):
    """A fault of the server is not the fault of the mail: its mails wait together."""

    def stop_server(self, server=None):
        (server or self.server).smtp_port = 1

    def start_server(self, server=None, peer=None):
        (server or self.server).smtp_port = (peer or self.peer).port

    def test_mails_wait_for_a_server_that_is_down(self):
        self.stop_server()
        message = self.post("ada@one.test", "bob@two.test")
        self.send(message)
        mail = message.notification_ids.mail_mail_id
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.delivery_class, "server_unreachable")
        self.assertEqual(mail.delivery_attempts, 0, "It has lost no try")
        self.assertEqual(set(self.statuses(message).values()), {"ready"})
        self.assertTrue(1 < self.minutes_until_due(mail) < 4)
        self.assertEqual(self.server.waiting_mail_count, 1)
        self.assertGreater(self.server.resting_until, fields.Datetime.now())
        self.server.smtp_port = self.peer.port
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(self.accepted(), {"ada@one.test": 1, "bob@two.test": 1})
        self.assertFalse(self.server.resting_until)
        self.assertFalse(self.server.rest_faults)

    def test_421_ends_the_session_and_the_others_wait(self):
        mails = self.new_mail(email_to="ada@one.test") + self.new_mail(email_to="bob@two.test")
        self.peer.answer("RCPT", "421 4.7.0 Too many connections", times=1)
        self.run_queue(mails)
        self.assertEqual(mails.mapped("state"), ["outgoing"] * 2)
        self.assertFalse(self.peer.received)
        names = [command.name for command in self.peer.commands]
        self.assertEqual(names.count("MAIL"), 1, "The second one is not even tried")
        self.make_due(mails)
        self.run_queue(mails)
        self.assertEqual(mails.mapped("state"), ["sent"] * 2)
        self.assertEqual(set(self.accepted().values()), {1})

    def test_a_resting_server_is_left_alone_by_new_mails(self):
        self.stop_server()
        self.run_queue(self.new_mail(email_to="ada@one.test"))
        rests = self.server.resting_until
        # By SQL: who changes the connection by hand expects it to be tried.
        self.env.cr.execute(
            "UPDATE ir_mail_server SET smtp_port = %s WHERE id = %s",
            [self.peer.port, self.server.id],
        )
        self.server.invalidate_recordset()
        mail = self.new_mail(email_to="bob@two.test")
        self.run_queue(mail)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.scheduled_date, rests)
        self.assertFalse(self.peer.commands)
        mail.send()
        self.assertEqual(mail.state, "sent", "Who asks for it has it tried")

    def test_the_rests_grow_and_administrators_are_told_once(self):
        self.stop_server()
        mails = self.new_mail(email_to="ada@one.test") + self.new_mail(email_to="bob@two.test")
        pauses = []
        for _ in range(4):
            self.make_due(mails)
            self.run_queue(mails)
            pauses.append(self.server.resting_until - fields.Datetime.now())
        self.assertEqual(pauses, sorted(pauses))
        self.assertEqual(len(self.server.activity_ids), 1)
        self.assertIn("cannot send", self.server.activity_ids.summary)
        self.start_server()
        self.make_due(mails)
        self.run_queue(mails)
        self.assertEqual(mails.mapped("state"), ["sent"] * 2)
        self.assertFalse(self.server.activity_ids)

    def test_a_refused_login_waits_for_an_administrator(self):
        self.peer.answer("MAIL", "530 5.7.0 Authentication required")
        mails = self.new_mail(email_to="ada@one.test") + self.new_mail(email_to="bob@two.test")
        self.run_queue(mails)
        self.assertEqual(set(mails.mapped("delivery_class")), {"authentication_refused"})
        self.assertGreater(mails[0].scheduled_date, fields.Datetime.now() + 24 * AN_HOUR)
        self.assertEqual(len(self.server.activity_ids), 1)
        self.assertIn("as soon as", mails[0].delivery_ids.sentence)
        self.peer.reset()
        self.server.test_smtp_connection()
        self.assertFalse(self.server.activity_ids)
        self.assertLessEqual(max(mails.mapped("scheduled_date")), fields.Datetime.now())
        self.run_queue(mails)
        self.assertEqual(set(self.accepted().values()), {1})

    def test_a_token_that_is_not_to_be_had_waits_for_an_administrator(self):
        """The apps of Google and Microsoft raise it before anything is said to the server."""

        def no_token(*args):
            raise UserError("The token could not be renewed")

        mail = self.new_mail(email_to="ada@one.test")
        self.server.smtp_user = "me@acme.test"
        with (
            patch.object(IrMail_Server, "_smtp_login__", no_token),
            patch.object(type(self.server), "_is_of_token", lambda server: True),
        ):
            self.run_queue(mail)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.delivery_class, "authentication_refused")
        self.assertIn("could not be renewed", mail.failure_reason)
        self.assertTrue(self.server.activity_ids)

    def test_what_is_wrong_with_the_choice_fails_as_ever(self):
        self.server.action_archive()
        mail = self.new_mail(email_to="ada@one.test", mail_server_id=self.server.id)
        self.run_queue(mail)
        self.assertEqual(mail.state, "exception")
        self.assertIn("archived", mail.failure_reason)

    def other_server(self, from_filter):
        self.newsletters.write({"active": True, "from_filter": from_filter, "sequence": 20})
        return self.newsletters

    def test_another_server_takes_over(self):
        self.server.from_filter = "acme.test"
        self.other_server("acme.test")
        self.stop_server()
        message = self.post("ada@one.test")
        self.send(message)
        self.assertEqual(len(self.sandbox.smtp2.received), 1)
        [delivery] = self.deliveries(message)
        self.assertEqual(delivery.server_name, "Newsletters")
        self.assertEqual(delivery.took_over_from, "Transactional")
        self.assertIn("“Newsletters” took over", delivery.explanation)
        self.assertEqual(set(self.statuses(message).values()), {"sent"})

    def test_a_neutralised_database_tells_nobody_and_nothing_takes_over(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.server.from_filter = "acme.test"
        self.other_server("acme.test")
        self.peer.answer("MAIL", "530 5.7.0 Authentication required")
        mail = self.new_mail(email_to="ada@one.test")
        self.run_queue(mail)
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(self.sandbox.smtp2.received)
        self.assertFalse(self.server.activity_ids)

    def test_who_may_not_take_over(self):
        self.server.from_filter = "acme.test"
        other = self.other_server("elsewhere.test")
        self.stop_server()
        mails = self.new_mail(email_to="ada@one.test")
        self.run_queue(mails)
        other.from_filter = "acme.test"
        named = self.new_mail(email_to="bob@two.test", mail_server_id=self.server.id)
        self.run_queue(named)
        self.server.others_take_over = False
        switched_off = self.new_mail(email_to="carl@three.test")
        self.run_queue(switched_off)
        self.assertFalse(self.sandbox.smtp2.received)
        self.assertEqual((mails + named + switched_off).mapped("state"), ["outgoing"] * 3)

    def test_other_servers_go_on(self):
        self.server.from_filter = "acme.test"
        self.other_server("news.test")
        self.stop_server()
        waiting = self.new_mail(email_to="ada@one.test")
        going = self.new_mail(email_to="bob@two.test", email_from="me@news.test")
        self.run_queue(waiting + going)
        self.assertEqual((waiting.state, going.state), ("outgoing", "sent"))

    # ------------------------------------------------------------
    # PERSONAL SERVERS
    # ------------------------------------------------------------

    def personal_server(self):
        user = new_test_user(self.env, "owner", groups="base.group_user", name="Owner")
        user.email = "owner@acme.test"
        self.server.write(
            {
                "owner_user_id": user.id,
                "from_filter": "owner@acme.test",
                "smtp_user": "owner@acme.test",  # by which Odoo knows its owner
            }
        )
        self.startPatcher(patch.object(IrMail_Server, "_smtp_login__", lambda *args: None))
        self.env["ir.config_parameter"].set_param("mail.server.personal.limit.minutes", "2")
        return user

    def next_minute(self):
        self.server.owner_limit_time = "2020-01-01 00:00:00"

    def test_a_personal_server_over_its_limit_loses_nobody(self):
        user = self.personal_server()
        self.peer.reset()
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@one.test"} for n in range(5)]
        )
        mail = (
            self.env["mail.mail"]
            .with_user(user)
            .sudo()
            .create(
                {
                    "email_from": "owner@acme.test",
                    "subject": "Hello",
                    "body_html": "<p>Hello</p>",
                    "recipient_ids": partners.ids,
                    "auto_delete": True,
                }
            )
        )
        self.peer.answer("RCPT", "451 4.7.1 Later", match="p0@", times=1)
        for _ in range(5):
            mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
            self.next_minute()
            self.make_due(mails)
            self.run_queue(mails)
        self.assertEqual(self.accepted(), {f"p{n}@one.test": 1 for n in range(5)})
        self.assertFalse(mail.exists())
