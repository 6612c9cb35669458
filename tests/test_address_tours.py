from odoo.tests import HttpCase, tagged

from .incoming_common import IncomingTourCase


@tagged("post_install", "-at_install", "ec_browser")
class TestAddressTours(IncomingTourCase, HttpCase):
    """What an administrator sees of former addresses, and of what has to be redirected."""

    def start(self, tour):
        action = self.env.ref("mail.mail_alias_domain_action")
        url = f"/odoo/action-{action.id}/{self.alias_domain.id}"
        self.start_tour(url, tour, login="admin")

    def test_a_former_address_in_use(self):
        self.alias_domain.catchall_alias = "answers"
        topic = self.env["res.partner"].create({"name": "Topic"})
        message = topic.message_post(body="Hello", message_type="comment")
        self.receive(self.raw_mail(to="catchall@acme.test", References=message.message_id))
        self.assertEqual(self.spooled().res_id, topic.id)
        self.start("email_communication_former_address")
        self.assertEqual(self.alias_domain.bounce_email, "returns@acme.test")
        former = self.env["mail.former.address"].search([])
        self.assertEqual(former.mapped("address"), ["catchall@acme.test"])

    def test_the_redirection_table(self):
        self.receive(self.raw_mail())
        self.start("email_communication_redirections")
