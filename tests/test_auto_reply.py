from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .test_loops import LIMIT, LoopCase

STRONG = {"Auto-Submitted": "auto-replied"}
HELD = ("held", "auto_reply")
CREATED = ("done", "created")


@tagged("post_install", "-at_install")
class TestAutoReply(LoopCase, TransactionCase):
    """What a machine answered makes no record, disturbs nobody, and is never answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "ada", groups="base.group_user,base.group_partner_manager", name="Ada"
        )
        cls.user.email = "ada@acme.test"
        cls.customer = cls.env["res.partner"].create(
            {"name": "Carl", "email": "carl@customer.test"}
        )

    def question(self):
        """A message to the customer, written by a user who is notified of answers."""
        return self.customer.with_user(self.user).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )

    def answer(self, message, **headers):
        return self.send(
            sender="carl@customer.test",
            to="catchall@acme.test",
            In_Reply_To=message.message_id,
            **headers,
        )

    # ------------------------------------------------------------
    # ANSWERS TO A MESSAGE
    # ------------------------------------------------------------

    def test_a_note_that_notifies_nobody(self):
        message = self.question()
        follower = self.env["res.partner"].create({"name": "F", "email": "f@customer.test"})
        note = self.env.ref("mail.mt_note")
        self.customer.message_subscribe(
            follower.ids, subtype_ids=(note + self.env.ref("mail.mt_comment")).ids
        )
        row = self.answer(message, **STRONG)
        self.assertEqual((row.state, row.reason), ("done", "reply"))
        self.assertEqual(row.automatic_sign, "Auto-Submitted: auto-replied")
        posted = row.mail_message_id
        self.assertEqual((posted.model, posted.res_id), ("res.partner", self.customer.id))
        self.assertEqual(posted.subtype_id, note)
        self.assertEqual(posted.parent_id, message)
        self.assertEqual(posted.author_id, self.customer)
        self.assertFalse(posted.notification_ids)
        self.assertFalse(self.notices("f@customer.test"))
        self.assertFalse(self.notices("ada@acme.test"))
        # the same from a person notifies both
        row = self.answer(message)
        self.assertEqual(row.mail_message_id.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertIn(follower, row.mail_message_id.notified_partner_ids)

    def test_an_absent_user_does_not_answer_it(self):
        message = self.question()
        self.user.out_of_office_from = "2020-01-01"
        self.user.out_of_office_to = "2100-01-01"
        self.user.out_of_office_message = "<p>I am away</p>"
        self.customer.message_unsubscribe(self.user.partner_id.ids)
        self.answer(message, **STRONG)
        absent = [("message_type", "=", "out_of_office")]
        self.assertFalse(self.env["mail.message"].search(absent))
        self.answer(message)
        self.assertTrue(self.env["mail.message"].search(absent))

    def test_written_to_the_bounce_address(self):
        """Automatic replies go to the Return-Path; they are no bounces."""
        message = self.question()
        row = self.send(
            sender="carl@customer.test",
            to="bounce@acme.test",
            In_Reply_To=message.message_id,
            **STRONG,
        )
        self.assertEqual((row.state, row.reason), ("done", "reply"))
        self.assertNotIn("bounce", message.notification_ids.mapped("notification_status"))

    def test_bounces_come_first(self):
        message = self.question()
        row = self.answer(message, From="MAILER-DAEMON@customer.test", **STRONG)
        self.assertEqual((row.state, row.reason), ("held", "unread_report"))

    def test_the_record_is_gone(self):
        message = self.question()
        message_id = message.message_id
        self.env.cr.execute("UPDATE mail_message SET res_id = 0 WHERE id = %s", [message.id])
        message.invalidate_recordset()
        row = self.send(In_Reply_To=message_id, **STRONG)
        self.assertEqual((row.state, row.reason), HELD)

    def test_an_answer_that_an_alias_of_another_model_shall_take(self):
        """A forwarded one would make a record there: then the alias decides."""
        message = self.question()
        self.alias.copy(
            {"alias_name": "leads", "alias_model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        row = self.send(to="leads@acme.test", In_Reply_To=message.message_id, **STRONG)
        self.assertEqual((row.state, row.reason), HELD)

    # ------------------------------------------------------------
    # ANYTHING ELSE
    # ------------------------------------------------------------

    def test_without_a_message_it_is_held(self):
        row = self.send(**STRONG)
        self.assertEqual((row.state, row.reason), HELD)
        self.assertFalse(self.partners())
        self.assertTrue(row.has_source)
        [alert] = self.alerts()
        self.assertEqual(alert.summary, "Automatic mails: 1 held")
        self.send(**STRONG)
        self.assertEqual(self.alerts().mapped("summary"), ["Automatic mails: 2 held"])
        row.action_process()
        self.assertEqual((row.state, row.reason), CREATED)

    def test_strong_signs_decide_alone(self):
        for header in (
            {"Auto-Submitted": "auto-generated; owner=x"},
            {"X-Autoreply": "yes"},
            {"X-Autorespond": "yes"},
            {"Precedence": "auto_reply"},
            {"X-Apple-Action": "Mail/VACATION"},
            {"X-Auto-Response-Suppress": "All", "X-MS-Exchange-Inbox-Rules-Loop": "a@b.test"},
            {"Return-Path": "<>", "Subject": "Out of Office: Question 1"},
            {"Precedence": "bulk", "Subject": "Abwesenheit: Question 1"},
        ):
            row = self.send(**header)
            self.assertEqual((row.state, row.reason), HELD, header)
            self.assertTrue(row.automatic_sign)

    def test_what_is_no_sign_alone(self):
        for number, header in enumerate(
            (
                {"Auto-Submitted": "no"},
                {"Precedence": "bulk"},
                {"List-Id": "<news.customer.test>"},
                {"X-Auto-Response-Suppress": "All"},
                {"Return-Path": "<>"},
            )
        ):
            row = self.send(sender=f"news{number}@customer.test", **header)
            self.assertEqual((row.state, row.reason), CREATED, header)
            self.assertFalse(row.automatic_sign)

    def test_the_alias_takes_it(self):
        self.alias.alias_auto_reply_policy = "create"
        row = self.send(**STRONG)
        self.assertEqual((row.state, row.reason), CREATED)
        self.assertEqual(row.automatic_sign, "Auto-Submitted: auto-replied")

    def test_the_alias_ignores_it(self):
        self.alias.alias_auto_reply_policy = "ignore"
        row = self.send(**STRONG)
        self.assertEqual((row.state, row.reason), ("ignored", "auto_reply"))
        self.assertFalse(self.alerts())

    def test_only_the_aliases_that_take_it(self):
        self.alias.copy({"alias_name": "others", "alias_auto_reply_policy": "create"})
        row = self.send(to="contacts@acme.test, others@acme.test", **STRONG)
        self.assertEqual((row.state, row.reason), CREATED)
        self.assertEqual(len(self.partners()), 1)

    def test_with_a_model_of_the_mailbox(self):
        raw = self.raw_mail(to="anything@elsewhere.test", **STRONG)
        self.env["mail.thread"].message_process("res.partner", raw)
        row = self.spool.search([], limit=1)
        self.assertEqual((row.state, row.reason), HELD)

    def test_settings_say_what_becomes_of_it(self):
        self.parameters.set_param("email_communication.auto_reply_policy", "create")
        self.assertEqual(self.states(self.send(**STRONG)), [CREATED])
        raw = self.raw_mail(99, to="anything@elsewhere.test", **STRONG)
        self.env["mail.thread"].message_process("res.partner", raw)
        self.assertEqual(self.states(self.spool.search([], limit=1)), [CREATED])
        self.alias.alias_auto_reply_policy = "hold"
        self.assertEqual(self.states(self.send(**STRONG)), [HELD])

    def test_too_many_of_them_are_held_and_nobody_is_told(self):
        self.alias.alias_auto_reply_policy = "create"
        rows = self.send(LIMIT + 2, **STRONG)
        self.assertEqual(self.states(rows)[LIMIT:], [("held", "loop_sender")] * 2)
        self.assertFalse(self.notices())
        self.alias.alias_loop_policy = "bounce"
        self.send(**STRONG)
        self.assertFalse(self.notices())

    # ------------------------------------------------------------
    # NOTHING IS ANSWERED
    # ------------------------------------------------------------

    def test_no_answer_to_what_is_written_to_the_catchall(self):
        row = self.send(to="catchall@acme.test", **STRONG)
        self.assertEqual((row.state, row.reason), HELD)
        self.assertFalse(self.notices())
        self.send(to="catchall@acme.test")
        self.assertEqual(len(self.notices()), 1)
        self.assertIn(b"Auto-Submitted: auto-replied", self.notices()[0].data)

    def test_no_answer_where_the_alias_refuses_the_sender(self):
        self.alias.write({"alias_contact": "partners", "alias_auto_reply_policy": "create"})
        row = self.send(sender="stranger@customer.test", **STRONG)
        self.assertFalse(row.answered)
        self.assertFalse(self.notices("stranger@customer.test"))
        self.send(sender="stranger@customer.test")
        self.assertEqual(len(self.notices("stranger@customer.test")), 1)

    def test_no_bounce_by_hand(self):
        row = self.send(**STRONG)
        with self.assertRaisesRegex(UserError, "a machine"):
            row.action_bounce()
        self.assertEqual(row.state, "held")
