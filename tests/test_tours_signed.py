from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .dkim_common import DkimCase

PEERS = "odoo.addons.email_communication.scripts.sandbox"


@tagged("post_install", "-at_install", "ec_browser")
class TestToursSigned(DkimCase, HttpCase):
    """What an administrator sees of a connection test, and of signing."""

    browser_size = "1280x900"

    @classmethod
    def setUpClass(cls):
        # The peer logs, in a thread of its own, what it does not understand
        cls.enterClassContext(mute_logger("mail.log", f"{PEERS}.smtp_protocol"))
        super().setUpClass()
        cls.env.ref("base.user_admin").write({"name": "Ada", "email": "ada@acme.test"})

    def test_connection_report(self):
        server = self.server
        server.write(
            {
                "smtp_host": "https://127.0.0.1",
                "smtp_encryption": "ssl",
                "smtp_user": "odoo@acme.test",
                "smtp_pass": "sandbox",
            }
        )
        action = self.env.ref("base.action_ir_mail_server_list")
        self.start_tour(
            f"/odoo/action-{action.id}/{server.id}",
            "email_communication_test_connection",
            login="admin",
        )
        self.env.invalidate_all()
        self.assertEqual(server.smtp_encryption, "starttls")
        self.assertTrue(server.connection_report["works"])
        self.assertFalse(self.peer.received)

    def test_signing_assistant(self):
        self.server.dkim_sign = False
        action = self.env.ref("mail.mail_alias_domain_action")
        path = f"/odoo/action-{action.id}/{self.alias_domain.id}"
        self.start_tour(path, "email_communication_sign_emails", login="admin")
        self.env.invalidate_all()
        self.assertTrue(self.server.dkim_sign)
        keys = self.alias_domain.dkim_key_ids
        self.assertEqual(set(keys.mapped("state")), {"waiting"})
        self.publish(*keys)
        self.start_tour(path, "email_communication_signing", login="admin")
        self.env.invalidate_all()
        self.assertEqual(set(keys.mapped("state")), {"signing"})
        self.assertEqual(len(self.alias_domain.dkim_key_ids), 4)

    def test_split(self):
        action = self.env.ref("base.action_ir_mail_server_list")
        self.start_tour(f"/odoo/action-{action.id}", "email_communication_split", login="admin")
        mass = self.env["ir.mail_server"].search([("name", "=", "Transactional, mass mailings")])
        self.assertEqual((self.server.sequence, mass.sequence), (1, 2))
