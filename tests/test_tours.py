from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import SandboxCase


@tagged("post_install", "-at_install", "ec_browser")
class TestTours(SandboxCase, HttpCase):
    """What an administrator and a user click, in a real browser, on real mail peers."""

    browser_size = "1280x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").write({"name": "Ada", "email": "ada@acme.test"})

    def test_settings(self):
        self.start_tour("/odoo/settings", "email_communication_settings", login="admin")
        self.assertEqual(
            self.env["ir.config_parameter"].get_param("mail.gateway.loop.threshold"), "25"
        )

    def test_chatter(self):
        customer = self.env["res.partner"].create(
            {"name": "Carl Customer", "email": "customer@customer.test"}
        )
        customer.message_subscribe(customer.ids)
        self.start_tour(
            f"/odoo/res.partner/{customer.id}", "email_communication_chatter", login="admin"
        )
        [received] = self.sandbox.smtp.received
        self.assertEqual(received.rcpt_tos, ("customer@customer.test",))

    @mute_logger("odoo.http")  # what is no domain is refused, in words
    def test_dns_check(self):
        action = self.env.ref("email_communication.mail_alias_domain_check_action")
        self.start_tour(f"/odoo/action-{action.id}", "email_communication_dns_check", login="admin")
        checks = self.env["mail.alias.domain.check"].search([("domain_name", "=", "broken.test")])
        self.assertEqual(set(checks.mapped("severity")), {"error"})
