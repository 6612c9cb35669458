from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_mailbox_reading import ReadingCase


@tagged("post_install", "-at_install", "ec_browser")
class TestMailboxTours(ReadingCase, HttpCase):
    """What an administrator sees of a mailbox: the test, the next mails, folders, the history."""

    browser_size = "1280x900"

    def tour(self, name):
        action = self.env.ref("mail.action_email_server_tree")
        path = f"/odoo/action-{action.id}/{self.mailbox.id}"
        self.start_tour(path, f"email_communication_mailbox_{name}", login="admin")
        self.env.invalidate_all()

    def test_report(self):
        self.deliver(self.raw_mail())
        self.mailbox.write({"state": "draft", "encryption": "ssl"})
        self.tour("report")
        self.assertEqual((self.mailbox.state, self.mailbox.encryption), ("done", "starttls"))
        self.assertEqual(self.unseen(), 1)

    def test_preview(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2, to="nobody@acme.test"))
        self.tour("preview")
        self.assertEqual(self.unseen(), 2)
        self.assertFalse(self.spooled())

    def test_folders(self):
        self.deliver(self.raw_mail(1))
        with mute_logger("odoo.http"):  # what is refused on the way
            self.tour("folders")
        self.assertEqual(self.subjects('"Done in Odoo"'), ["Question 1"])
