from odoo.tests import TransactionCase, tagged

from .common import OutgoingCase
from .incoming_common import IncomingCase

GONE, FULL = "gone@elsewhere.test", "full@elsewhere.test"


@tagged("post_install", "-at_install")
class TestReportsEndToEnd(OutgoingCase, IncomingCase, TransactionCase):
    """A mail server accepts a message, finds out later that it cannot be delivered, and writes to
    the bounce address; Odoo fetches that from its mailbox."""

    def news(self, message):
        self.env.invalidate_all()
        return {item["email"]: item["state"] for item in message.get_deliveries()}

    def test_a_message_that_comes_back(self):
        self.peer.report(GONE, "550 5.1.1 No such user here")
        self.peer.report(FULL, "452 4.2.2 Mailbox full", action="delayed")
        message = self.post(GONE, FULL, "fine@elsewhere.test")
        self.send(message)
        self.assertEqual(set(self.news(message).values()), {"accepted"})
        self.fetch()
        self.assertEqual(self.spooled().mapped("reason"), ["bounce", "delayed"])
        self.assertEqual(
            self.news(message),
            {GONE: "bounced", FULL: "delayed", "fine@elsewhere.test": "accepted"},
        )
        self.assertEqual(
            self.statuses(message), {GONE: "bounce", FULL: "sent", "fine@elsewhere.test": "sent"}
        )
        counts = {
            partner.email: partner.message_bounce
            for partner in message.notification_ids.res_partner_id
        }
        self.assertEqual(counts, {GONE: 1, FULL: 0, "fine@elsewhere.test": 0})
        self.assertEqual(self.unseen(), 0)
