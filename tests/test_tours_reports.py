from contextlib import contextmanager

from odoo.tests import HttpCase, tagged

from .test_provenance import BORDER, SERVER, ProvenanceCase
from .test_tours_outgoing import OutgoingCase


@tagged("post_install", "-at_install", "ec_browser")
class TestToursReports(OutgoingCase, ProvenanceCase, HttpCase):
    """What people see of messages that came back, and of where received ones come from."""

    browser_size = "1280x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").write({"name": "Ada", "email": "me@acme.test"})

    @contextmanager
    def registry_cursor(self):
        """Test mode is on already: an HttpCase has it all the time."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            yield self.env(cr=cr)

    def tour(self, name, path):
        self.env.flush_all()
        self.start_tour(path, f"email_communication_{name}", login="admin")
        self.env.invalidate_all()

    def test_a_message_that_came_back(self):
        self.peer.report("gone@elsewhere.test", "550 5.1.1 No such user here")
        self.peer.report("full@elsewhere.test", "452 4.2.2 Mailbox full", action="delayed")
        addresses = ("gone@elsewhere.test", "full@elsewhere.test", "fine@elsewhere.test")
        partners = self.env["res.partner"].create(
            [{"name": address.partition("@")[0], "email": address} for address in addresses]
        )
        message = self.record.with_user(self.env.ref("base.user_admin")).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partners.ids,
            force_send=False,
        )
        self.send(message.sudo())
        self.fetch()
        self.tour("came_back", f"/odoo/res.partner/{self.record.id}")

    def test_senders(self):
        question = self.record.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        answer = {"to": "catchall@acme.test", "In_Reply_To": question.message_id}
        for number, result in enumerate(("pass", "none", "fail"), start=1):
            self.receive(self.checked(result, number, **answer))
        answer["X_Original_From"] = "dana@elsewhere.test"
        self.receive(self.checked("pass", 4, **answer))
        self.tour("senders", f"/odoo/res.partner/{self.record.id}")

    def test_what_a_mailbox_trusts(self):
        self.mailbox.authserv_id = False
        for number in (1, 2):
            received = f"Received: {BORDER.replace('; now', ' for <contacts@acme.test>; now')}"
            note = f"Authentication-Results: {SERVER}; dmarc=pass header.from=customer.test"
            self.receive(f"{note}\r\n{received}\r\n".encode() + self.raw_mail(number))
        self.tour("trust", f"/odoo/action-mail.action_email_server_tree/{self.mailbox.id}")
