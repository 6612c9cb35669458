from odoo.tests import TransactionCase, tagged

from .common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoingMailing(OutgoingCase, TransactionCase):
    """The traces of a mailing tell the same as its deliveries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "mailing.mailing" not in cls.env:
            cls.skipTest(cls, "Mass mailing is not installed")
        mailing_list = cls.env["mailing.list"].create({"name": "Readers"})
        cls.env["mailing.contact"].create(
            [
                {
                    "name": name,
                    "email": f"{name}@one.test",
                    "list_ids": mailing_list.ids,
                }
                for name in ("ada", "bob", "carl")
            ]
        )
        cls.mailing = cls.env["mailing.mailing"].create(
            {
                "name": "News",
                "subject": "News",
                "body_html": "<p>News</p>",
                "email_from": "news@acme.test",
                "reply_to": "news@acme.test",
                "mailing_type": "mail",
                "mailing_model_id": cls.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": mailing_list.ids,
            }
        )

    def traces(self):
        self.env.invalidate_all()
        return {item.email: item.trace_status for item in self.mailing.mailing_trace_ids}

    def mails(self):
        return self.env["mail.mail"].search([("mailing_id", "=", self.mailing.id)])

    def test_traces_wait_with_their_mails(self):
        self.peer.answer("RCPT", "451 4.7.1 Later", match="ada", times=1)
        self.peer.answer("RCPT", "550 5.1.1 No such user", match="bob")
        self.mailing.action_send_mail()
        self.run_queue(self.mails())
        self.assertEqual(
            self.traces(),
            {"ada@one.test": "outgoing", "bob@one.test": "error", "carl@one.test": "sent"},
        )
        refused = self.mailing.mailing_trace_ids.filtered(lambda t: t.trace_status == "error")
        self.assertEqual(refused.failure_type, "mail_email_invalid")
        waiting = self.mails().filtered(lambda mail: mail.state == "outgoing")
        self.make_due(waiting)
        self.run_queue(waiting)
        self.assertEqual(self.traces()["ada@one.test"], "sent")

    def test_traces_wait_for_a_server_that_is_down(self):
        self.server.smtp_port = 1
        self.mailing.action_send_mail()
        self.run_queue(self.mails())
        self.assertEqual(set(self.traces().values()), {"outgoing"})

    def test_the_test_mailing_tells_what_is_true(self):
        self.peer.answer("RCPT", "451 4.7.1 Greylisted", match="tester")
        test = self.env["mailing.mailing.test"].create(
            {"email_to": "tester@one.test\nfriend@one.test", "mass_mailing_id": self.mailing.id}
        )
        test.send_mail_test()
        said = self.mailing.message_ids[0].body
        self.assertIn("successfully sent to friend@one.test", said)
        self.assertIn("could not be sent to tester@one.test", said)
        self.assertIn("451", said)
