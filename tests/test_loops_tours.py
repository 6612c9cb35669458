from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_loops import LIMIT, LoopCase


@tagged("post_install", "-at_install", "ec_browser")
class TestLoopsTours(LoopCase, HttpCase):
    """A sender that wrote too often: what an administrator sees of it, and does."""

    browser_size = "1280x900"

    def test_a_held_sender_is_released(self):
        rows = self.send(LIMIT + 2)
        self.start_tour("/odoo/settings", "email_communication_loops", login="admin")
        self.env.invalidate_all()
        self.assertEqual(set(rows.mapped("state")), {"done"})
        self.assertEqual(len(self.partners()), LIMIT + 2)

    def test_a_threshold_is_tried_and_a_sender_allowed(self):
        self.send(LIMIT + 2)
        with mute_logger("odoo.http"):  # an entry is refused
            self.start_tour("/odoo/settings", "email_communication_loops_settings", login="admin")
        self.assertTrue(
            self.env["mail.gateway.allowed"].search([("pattern", "=", "*.customer.test")])
        )
        self.assertEqual(self.parameters.get_param("mail.gateway.loop.threshold"), str(LIMIT))
