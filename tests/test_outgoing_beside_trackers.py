from odoo.tests import TransactionCase, tagged

from .addon_beside import RecordingOutcomes, loaded
from .common import OutgoingCase

ADDRESSES = ("ada@one.test", "bob@two.test", "carl@three.test")


@tagged("post_install", "-at_install")
class TestOutgoingBesideTrackers(OutgoingCase, TransactionCase):
    """An app that records every exception as the failure of a recipient, and every Message-ID as
    sent, is told of final answers alone: who waits is neither."""

    def setUp(self):
        super().setUp()
        RecordingOutcomes.outcomes.clear()
        self.enterContext(loaded(self.env, RecordingOutcomes, before_ours=False))

    def told(self):
        """What it was told since it was asked last."""
        outcomes, RecordingOutcomes.outcomes[:] = list(RecordingOutcomes.outcomes), []
        self.assertEqual(len(outcomes), len(dict(outcomes)), "Once for each")
        return dict(outcomes)

    def send_again(self, message):
        mail = message.notification_ids.mail_mail_id
        self.make_due(mail)
        self.peer.script.clear()
        self.env["ir.mail_server"].search([])._resume()
        self.run_queue(mail)

    def test_a_recipient_who_waits_has_not_failed(self):
        message = self.post(*ADDRESSES)
        self.peer.answer("RCPT", "451 4.7.1 Greylisted", match="bob")
        self.peer.answer("RCPT", "550 5.1.1 No such user", match="carl")
        self.send(message)
        told = self.told()
        self.assertIn("550", told.pop(ADDRESSES[2]), "In the words of the server, as vanilla")
        self.assertEqual(told, {ADDRESSES[0]: "sent"})
        self.assertEqual(self.statuses(message)[ADDRESSES[1]], "ready")
        self.send_again(message)
        self.assertEqual(self.told(), {ADDRESSES[1]: "sent"})

    def test_who_was_not_tried_has_not_failed(self):
        for command, change in (
            ("MAIL", lambda: self.peer.answer("MAIL", "421 4.3.2 Closing", match="")),
            ("RCPT", lambda: self.peer.answer("RCPT", "421 4.3.2 Closing", match="bob")),
            ("DATA", lambda: self.peer.drop("DATA", match="bob")),
            (".", lambda: self.peer.drop(".", match="bob", accepted=False)),
        ):
            with self.subTest(command=command):
                self.peer.reset()
                change()
                message = self.post(*ADDRESSES)
                self.send(message)
                had = set(self.accepted())
                self.assertLess(len(had), 3)
                self.assertEqual(self.told(), dict.fromkeys(had, "sent"))
                self.send_again(message)
                self.assertEqual(self.told(), dict.fromkeys(set(ADDRESSES) - had, "sent"))
                self.assertEqual(self.accepted(), dict.fromkeys(ADDRESSES, 1))

    def test_what_has_failed_for_good_is_told(self):
        self.server.write({"retry_minutes": "10", "retry_hours": 0})
        self.peer.answer("RCPT", "451 4.7.1 Later", match="bob")
        self.send(self.post(*ADDRESSES))
        self.assertIn("451", self.told()[ADDRESSES[1]], "There is no other try")
