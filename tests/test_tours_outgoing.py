from odoo.tests import HttpCase, tagged

from .common import OutgoingCase

GREYLISTED = "451 4.7.1 Greylisted, try again in 300 seconds"
UNKNOWN = "550 5.1.1 No such user here"


@tagged("post_install", "-at_install", "ec_browser")
class TestToursOutgoing(OutgoingCase, HttpCase):
    """What people see of mails that could not leave, and what they do about it."""

    browser_size = "1280x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").write({"name": "Ada", "email": "me@acme.test"})
        cls.author = cls.env.ref("base.user_admin").partner_id

    def post(self, *addresses, record=None, **values):
        record = record or self.record
        partners = self.env["res.partner"].create(
            [{"name": address.partition("@")[0], "email": address} for address in addresses]
        )
        message = record.with_user(self.env.ref("base.user_admin")).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partners.ids,
            force_send=False,
            **values,
        )
        return message.sudo()

    def tour(self, name, path=None, **kwargs):
        self.env.flush_all()
        path = path or f"/odoo/res.partner/{self.record.id}"
        self.start_tour(path, f"email_communication_{name}", login="admin", **kwargs)
        self.env.invalidate_all()

    def test_a_waiting_mail(self):
        self.peer.answer("RCPT", GREYLISTED, times=1)
        message = self.post("ada@one.test")
        self.send(message)
        mail = message.notification_ids.mail_mail_id
        self.assertGreater(self.minutes_until_due(mail), 4)
        self.tour("waiting")
        self.assertFalse(mail.scheduled_date, "Retry makes it due")
        self.run_queue(mail)
        self.assertEqual(self.accepted(), {"ada@one.test": 1})
        self.tour("waiting_is_over")

    def test_a_refused_recipient_is_corrected(self):
        self.peer.answer("RCPT", UNKNOWN, match="adda")
        message = self.post("adda@one.test", "bob@two.test")
        self.send(message)
        self.assertEqual(self.accepted(), {"bob@two.test": 1})
        self.tour("correct")
        self.run_queue(message.notification_ids.mail_mail_id)
        self.assertEqual(self.accepted(), {"bob@two.test": 1, "ada@one.test": 1})
        self.tour("corrected")

    def test_nothing_was_sent(self):
        self.send(self.post("not an address"))
        self.tour("invalid")
        self.assertFalse(self.peer.received)

    def test_the_failure_menu(self):
        self.peer.answer("RCPT", UNKNOWN)
        for name in ("First topic", "Second topic"):
            record = self.env["res.partner"].create({"name": name})
            self.send(self.post(f"{name.partition(' ')[0]}@one.test", record=record))
        self.tour("failures", "/odoo/discuss")

    def test_a_resting_server(self):
        self.newsletters.action_unarchive()
        self.peer.answer("CONNECT", "421 4.3.2 Too busy, come back later")
        mails = self.new_mail(email_to="ada@one.test") + self.new_mail(email_to="bob@two.test")
        self.run_queue(mails)
        action = self.env.ref("base.action_ir_mail_server_list")
        self.tour("resting", f"/odoo/action-{action.id}")
        self.assertEqual(set(mails.mapped("state")), {"cancel"})

    def test_the_list_of_emails(self):
        self.peer.answer("RCPT", UNKNOWN)
        self.run_queue(self.new_mail(email_to="adda@one.test"))
        self.tour("emails", "/odoo/settings")
