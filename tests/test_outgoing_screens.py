import json

from odoo.addons.mail.tools.discuss import Store
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import OutgoingCase

UNKNOWN = "550 5.1.1 No such user <b>here</b>"
LATER = "451 4.7.1 Greylisted, try again in 300 seconds"


@tagged("post_install", "-at_install")
class TestOutgoingScreens(OutgoingCase, TransactionCase):
    """What chatter, list of e-mails and outgoing server say of mails that could not leave."""

    def lines(self, message):
        message.invalidate_recordset()
        return {line["email"]: line for line in message.get_deliveries()}

    # ------------------------------------------------------------
    # CHATTER
    # ------------------------------------------------------------

    def test_one_line_for_each_recipient(self):
        self.peer.answer("RCPT", LATER, match="ada")
        self.peer.answer("RCPT", UNKNOWN, match="bob")
        message = self.post("ada@one.test", "bob@two.test", "carl@three.test", "no address")
        self.send(message)
        lines = message.get_deliveries()
        self.assertEqual(
            sorted((line["email"], line["state"]) for line in lines),
            [
                ("ada@one.test", "waiting"),
                ("bob@two.test", "refused"),
                ("carl@three.test", "accepted"),
                ("no address", "invalid"),
            ],
        )
        for line in lines:
            self.assertEqual(
                bool(line["explanation"]), line["state"] != "invalid", "Nothing was chosen for it"
            )

    def test_an_address_without_contact_has_one_line(self):
        message = self.record.message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            outgoing_email_to="ada@one.test, bob@two.test",
            force_send=False,
        )
        self.peer.answer("RCPT", UNKNOWN, match="bob")
        self.send(message)
        self.assertEqual(
            [(line["email"], line["state"]) for line in message.get_deliveries()],
            [("ada@one.test", "accepted"), ("bob@two.test", "refused")],
        )

    def test_after_a_correction_the_new_address_waits(self):
        self.peer.answer("RCPT", UNKNOWN, match="adda")
        message = self.post("adda@one.test")
        self.send(message)
        self.deliveries(message).action_correct_and_send("ada@one.test")
        lines = self.lines(message)
        self.assertEqual(
            {email: line["state"] for email, line in lines.items()},
            {"adda@one.test": "cancelled", "ada@one.test": "waiting"},
        )
        self.assertFalse(lines["adda@one.test"]["actions"], "Nobody wants to send there any more")
        self.run_queue(message.notification_ids.mail_mail_id)
        self.assertEqual(self.lines(message)["ada@one.test"]["state"], "accepted")

    def test_after_retry_it_says_that_it_is_due(self):
        self.peer.answer("RCPT", LATER, times=1)
        message = self.post("ada@one.test")
        self.send(message)
        self.assertIn("tried again at", self.lines(message)["ada@one.test"]["sentence"])
        self.deliveries(message).action_retry()
        self.assertIn("as soon as possible", self.lines(message)["ada@one.test"]["sentence"])

    def test_buttons_are_for_whoever_may_use_them(self):
        reader = new_test_user(self.env, "reader", groups="base.group_user")
        author = new_test_user(
            self.env, "writer", groups="base.group_user,base.group_partner_manager"
        )
        self.peer.answer("RCPT", UNKNOWN)
        message = self.post("ada@one.test")
        self.send(message)
        message.author_id = author.partner_id
        [line] = message.with_user(reader).get_deliveries()
        self.assertEqual((line["state"], line["actions"]), ("refused", []))
        [line] = message.with_user(author).get_deliveries()
        self.assertIn("action_correct_and_send", line["actions"])

    def test_the_chatter_carries_nothing_of_it(self):
        message = self.post("ada@one.test")
        self.send(message)
        self.assertNotIn("deliver", json.dumps(Store().add(message).get_result(), default=str))

    def test_what_came_back_later_is_not_called_accepted_alone(self):
        message = self.post("ada@one.test", "bob@two.test")
        self.send(message)
        self.assertIn("has accepted", self.lines(message)["ada@one.test"]["sentence"])
        for notification in message.notification_ids:
            if notification.res_partner_id.email == "ada@one.test":
                notification.write(
                    {
                        "notification_status": "bounce",
                        "failure_type": "mail_bounce",
                        "failure_reason": "550 5.1.1 <ada@one.test>\nunknown" + " more" * 500,
                    }
                )
        lines = self.lines(message)
        bounced = lines["ada@one.test"]
        self.assertEqual(
            (bounced["state"], lines["bob@two.test"]["state"]), ("bounced", "accepted")
        )
        self.assertIn("came back later", bounced["sentence"])
        self.assertIn("550 5.1.1 <ada@one.test> unknown", bounced["sentence"])
        self.assertLess(len(bounced["sentence"]), 500)
        self.assertTrue(bounced["next_step"])
        self.assertIn("came back", message.delivery_problems)
        self.assertNotIn("bob@two.test", message.delivery_problems)
        [delivery] = self.deliveries(message).filtered("bounce_id")
        self.assertEqual((delivery.email, delivery.state), ("ada@one.test", "accepted"))

    def test_failed_messages_say_why(self):
        self.peer.answer("RCPT", UNKNOWN, match="ada")
        message = self.post("ada@one.test", "bob@two.test")
        self.send(message)
        self.assertEqual(
            message.delivery_problems,
            "ada@one.test: The address of the recipient does not exist. "
            "Correct the address and send again.",
        )
        action = message.action_open_failures()
        self.assertEqual(self.env["mail.message"].search(action["domain"]), message)
        self.peer.script.clear()
        message.action_retry_deliveries()
        self.run_queue(message.notification_ids.mail_mail_id)
        self.assertEqual(self.accepted(), {"ada@one.test": 1, "bob@two.test": 1})

    # ------------------------------------------------------------
    # LIST OF E-MAILS
    # ------------------------------------------------------------

    def test_causes_say_whether_trying_again_helps(self):
        self.peer.answer("RCPT", LATER, match="ada")
        self.peer.answer("RCPT", UNKNOWN, match="bob")
        mails = self.new_mail(email_to="ada@one.test") + self.new_mail(email_to="bob@two.test")
        self.run_queue(mails)
        titles = dict(mails._fields["delivery_class"]._description_selection(self.env))
        waiting, failed = mails
        self.assertIn(": trying again helps", titles[waiting.delivery_class])
        self.assertIn("once the address is corrected", titles[failed.delivery_class])

    def test_groups_say_the_next_try_and_the_oldest_age(self):
        self.peer.answer("RCPT", LATER)
        mails = self.new_mail(email_to="ada@one.test") + self.new_mail(email_to="bob@two.test")
        self.run_queue(mails)
        mails[0].delivery_since = "2020-01-01 00:00:00"
        [group] = self.env["mail.mail"].formatted_read_group(
            [("id", "in", mails.ids)],
            ["delivery_class"],
            ["__count", "delivery_age:max", "delivery_next_in:min"],
        )
        self.assertEqual(group["__count"], 2)
        self.assertAlmostEqual(group["delivery_age:max"], mails[0].delivery_age, 2)
        self.assertGreater(group["delivery_age:max"], 24 * 365)
        self.assertAlmostEqual(
            group["delivery_next_in:min"], min(mails.mapped("delivery_next_in")), 2
        )
        self.assertGreater(group["delivery_next_in:min"], 4 / 60)

    def test_what_waits_for_a_repair_has_no_time(self):
        """It is put off for as long as nobody has repaired the server."""
        self.peer.answer("MAIL", "535 5.7.8 Bad credentials")
        mail = self.new_mail(email_to="ada@one.test")
        self.run_queue(mail)
        self.assertGreater(self.minutes_until_due(mail), 24 * 60)
        self.assertFalse(mail.delivery_next_in)
        [group] = self.env["mail.mail"].formatted_read_group(
            [("id", "in", mail.ids)], ["delivery_class"], ["delivery_next_in:min"]
        )
        self.assertFalse(group["delivery_next_in:min"])
        self.assertIn("as soon as Test Connection succeeds", self.server.rest_sentence)

    def test_cancelling_many_leaves_what_is_sent(self):
        self.peer.answer("RCPT", LATER, match="ada")
        message = self.post("ada@one.test")
        sent = self.new_mail(email_to="bob@two.test")
        waiting = message.notification_ids.mail_mail_id
        self.run_queue(waiting + sent)
        (waiting + sent).action_cancel_selected()
        self.assertEqual((waiting.state, sent.state), ("cancel", "sent"))
        self.assertEqual(self.statuses(message), {"ada@one.test": "canceled"})
        self.assertEqual(self.lines(message)["ada@one.test"]["state"], "cancelled")

    # ------------------------------------------------------------
    # DELIVERY AND SERVER
    # ------------------------------------------------------------

    def test_the_story_is_text(self):
        self.peer.answer("RCPT", UNKNOWN)
        mail = self.new_mail(email_to="ada@one.test")
        self.run_queue(mail)
        told = mail.delivery_ids.story_html
        self.assertIn("“Transactional”", told)
        self.assertIn("550 5.1.1 No such user &lt;b&gt;here", told)
        self.assertNotIn("<b>here", told)

    def test_servers_are_found_by_their_mails(self):
        servers = self.env["ir.mail_server"]
        self.peer.answer("RCPT", LATER, match="ada")
        self.peer.answer("RCPT", UNKNOWN, match="bob")
        waiting, failed = mails = self.new_mail(email_to="ada@one.test") + self.new_mail(
            email_to="bob@two.test"
        )
        for name in ("waiting_mail_count", "failed_mail_count"):
            self.assertNotIn(self.server, servers.search([(name, ">", 0)]))
            self.assertIn(self.server, servers.search([(name, "=", 0)]))
        self.run_queue(mails)
        for name in ("waiting_mail_count", "failed_mail_count"):
            self.assertEqual(self.server[name], 1)
            self.assertEqual(servers.search([(name, ">", 0)]), self.server)
            self.assertNotIn(self.server, servers.search([(name, "=", 0)]))
        for action, mail in (
            (self.server.action_waiting_mails(), waiting),
            (self.server.action_failed_mails(), failed),
        ):
            self.assertIn(mail, self.env["mail.mail"].search(action["domain"]))
