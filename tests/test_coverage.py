from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..models.ir_mail_server_coverage import HOLD_PARAMETER
from .common import OutgoingCase


@tagged("post_install", "-at_install")
class TestCoverage(OutgoingCase, TransactionCase):
    """What no server covers is told before it happens, and held where somebody wants that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.newsletters.action_unarchive()
        cls.server.from_filter = "acme.test"
        cls.newsletters.from_filter = "news@acme.test"

    # ------------------------------------------------------------
    # SENDERS IN USE
    # ------------------------------------------------------------

    def uncovered(self, kind):
        rows = self.env["ir.mail_server"]._uncovered_senders()
        return {row["senders"]: row for row in rows if row["kind"] == kind}

    def test_users_that_no_server_may_send_as(self):
        new_test_user(self.env, "ada", email="ada@elsewhere.test", groups="base.group_user")
        new_test_user(self.env, "bob", email="bob@acme.test", groups="base.group_user")
        row = self.uncovered("Users")["ada@elsewhere.test"]
        self.assertIn("lists the notification address, which takes its place", row["sentence"])
        self.assertFalse([senders for senders in self.uncovered("Users") if "bob" in senders])

    def test_many_of_one_domain_are_one_line(self):
        for number in range(5):
            new_test_user(
                self.env,
                f"user{number}",
                email=f"user{number}@elsewhere.test",
                groups="base.group_user",
            )
        [row] = [row for row in self.uncovered("Users").values() if "user0@" in row["senders"]]
        self.assertEqual(row["count"], 5)
        self.assertTrue(row["senders"].endswith(", …"))

    def test_templates_with_a_sender_of_their_own(self):
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.template"].create(
            [
                {"name": "Fixed", "model_id": model, "email_from": "Team <team@elsewhere.test>"},
                {"name": "Other", "model_id": model, "email_from": "{{ object.email }}"},
            ]
        )
        templates = self.uncovered("Templates")
        self.assertIn("team@elsewhere.test", templates)
        self.assertFalse([senders for senders in templates if "{" in senders])

    def test_the_notification_address_itself(self):
        self.server.from_filter = "beta.test"
        row = self.uncovered("Default From")[self.env.company.default_from_email]
        self.assertIn("chosen as the first in the list, although", row["sentence"])

    def test_a_server_for_everybody_covers_all(self):
        self.newsletters.from_filter = False
        new_test_user(self.env, "ada", email="ada@elsewhere.test", groups="base.group_user")
        self.server.from_filter = "beta.test"
        self.env.company.alias_domain_id = False
        self.assertFalse(self.uncovered("Users"))

    def test_the_simulator_shows_them(self):
        new_test_user(self.env, "ada", email="<b>ada</b>@elsewhere.test", groups="base.group_user")
        new_test_user(self.env, "eve", email="eve@elsewhere.test", groups="base.group_user")
        simulation = self.env["ir.mail_server.simulate"].create({})
        self.assertIn("eve@elsewhere.test", simulation.coverage_html)
        self.assertNotIn("<b>ada", simulation.coverage_html)

    # ------------------------------------------------------------
    # FILTERS THAT NEVER DECIDE
    # ------------------------------------------------------------

    def test_another_server_comes_first(self):
        self.newsletters.from_filter = "acme.test, beta.test"
        self.assertFalse(self.server.coverage_note)
        self.assertIn(
            "“Transactional” comes first and lists acme.test as well",
            self.newsletters.coverage_note,
        )
        self.newsletters.from_filter = self.server.from_filter = False
        self.assertIn("has no FROM filter either", self.newsletters.coverage_note)

    def test_a_server_that_is_named_is_no_mistake(self):
        self.newsletters.from_filter = "acme.test"
        self.env["mail.template"].create(
            {
                "name": "Newsletter",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "mail_server_id": self.newsletters.id,
            }
        )
        self.assertFalse(self.newsletters.coverage_note)
        self.assertIn("Newsletter (Email Template)", self.newsletters.purpose_note)

    # ------------------------------------------------------------
    # HOLDING
    # ------------------------------------------------------------

    def test_held_with_the_reason(self):
        self.env["ir.config_parameter"].set_param(HOLD_PARAMETER, "True")
        mail = self.new_mail(email_from="Ada <ada@elsewhere.test>", email_to="bob@one.test")
        fine = self.new_mail(email_to="carl@one.test")
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            (mail + fine).send()
        self.assertEqual((mail.state, fine.state), ("exception", "sent"))
        self.assertIn("no outgoing server may send as ada@elsewhere.test", mail.failure_reason)
        self.assertEqual(self.accepted(), {"carl@one.test": 1})
        self.server.from_filter = "acme.test, elsewhere.test"
        mail.mark_outgoing()
        mail.send()
        self.assertEqual(mail.state, "sent")

    def test_as_in_odoo_unless_somebody_wants_it(self):
        mail = self.new_mail(email_from="Ada <ada@elsewhere.test>", email_to="bob@one.test")
        mail.send()
        self.assertEqual(mail.state, "sent")
        self.assertIn(b"notifications@acme.test", self.peer.received[0].data)

    # ------------------------------------------------------------
    # PURPOSES
    # ------------------------------------------------------------

    def test_what_uses_a_server(self):
        self.assertEqual(self.server.purpose_note, "E-mails of acme.test")
        self.server.from_filter = False
        self.assertIn("everybody whom no other server lists", self.server.purpose_note)
        self.server.owner_user_id = self.env.user
        self.assertIn("Personal server of", self.server.purpose_note)

    def split(self, **values):
        return self.env["ir.mail_server.split"].create(values).action_split()

    def test_the_split(self):
        self.split(transactional_server_id=self.server.id, mass_server_id=self.newsletters.id)
        self.assertEqual((self.server.sequence, self.newsletters.sequence), (1, 2))
        if "mailing.mailing" in self.env:
            server_id = self.env["mailing.mailing"]._get_default_mail_server_id()
            self.assertEqual(server_id, self.newsletters.id)
            self.assertIn("Email Marketing uses it", self.newsletters.purpose_note)

    def test_the_split_makes_the_second_server(self):
        action = self.split(transactional_server_id=self.server.id)
        mass = self.env["ir.mail_server"].browse(action["res_id"])
        self.assertNotEqual(mass, self.server)
        self.assertEqual((mass.smtp_host, mass.sequence), (self.server.smtp_host, 2))

    def test_splits_that_cannot_be(self):
        with self.assertRaises(UserError):
            self.split(transactional_server_id=self.server.id, mass_server_id=self.server.id)
        self.newsletters.owner_user_id = self.env.user
        with self.assertRaises(UserError):
            self.split(transactional_server_id=self.server.id, mass_server_id=self.newsletters.id)

    def test_the_split_is_for_administrators(self):
        manager = new_test_user(self.env, "manager", groups="base.group_erp_manager")
        with self.assertRaises(AccessError):
            self.env["ir.mail_server.split"].with_user(manager).create(
                {"transactional_server_id": self.server.id}
            )
