from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .incoming_common import IncomingTourCase


@tagged("post_install", "-at_install", "ec_browser")
class TestIncomingTours(IncomingTourCase, HttpCase):
    """What an administrator does with a mail that did not arrive, and with a broken mailbox."""

    def test_a_failed_mail_is_repaired(self):
        model = type(self.env["res.partner"])
        broken = patch.object(
            model, "message_new", side_effect=ValueError("The record cannot be made")
        )
        with broken:
            self.receive(self.raw_mail())
        self.start_tour("/odoo/settings", "email_communication_incoming_failed", login="admin")
        self.assertEqual(self.spooled().state, "done")

    def test_an_unrouted_mail_gets_an_alias(self):
        self.receive(self.raw_mail(to="help@acme.test"))
        action = self.env.ref("email_communication.mail_incoming_action")
        self.start_tour(
            f"/odoo/action-{action.id}", "email_communication_incoming_unrouted", login="admin"
        )
        self.assertEqual(self.spooled().state, "done")
        self.assertTrue(self.env["mail.alias"].search([("alias_name", "=", "help")]))

    def test_a_wrong_password_is_noticed(self):
        self.mailbox.password = "wrong"
        self.receive(self.raw_mail())
        self.start_tour("/odoo/settings", "email_communication_incoming_mailbox", login="admin")
        self.assertEqual(self.mailbox.state, "done")
        self.assertEqual(len(self.partners()), 1)
