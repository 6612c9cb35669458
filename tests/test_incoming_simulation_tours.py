from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .incoming_common import IncomingCase


@tagged("post_install", "-at_install", "ec_browser")
class TestIncomingSimulationTours(IncomingCase, HttpCase):
    """What an administrator sees of the way of a mail, before it comes and afterwards."""

    browser_size = "1280x900"

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.http", "odoo.addons.mail.models.mail_thread"))

    def test_what_would_happen_to_a_mail(self):
        incoming, partners = self.env["mail.incoming"], self.env["res.partner"]
        before = incoming.search_count([]), partners.search_count([])
        self.start_tour("/odoo/settings", "email_communication_incoming_simulation", login="admin")
        self.assertEqual((incoming.search_count([]), partners.search_count([])), before)

    def test_how_a_message_came_in(self):
        self.env["mail.thread"].message_process(None, self.raw_mail())
        partner = self.partners()
        self.start_tour(
            f"/odoo/res.partner/{partner.id}",
            "email_communication_incoming_chatter",
            login="admin",
        )
        self.assertEqual(len(self.partners()), 1)
