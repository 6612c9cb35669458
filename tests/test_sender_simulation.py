from lxml import html
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged, users
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestSenderSimulation(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = cls.env["ir.mail_server"]
        cls.servers.search([]).action_archive()
        cls.env.company.alias_domain_id = cls.env["mail.alias.domain"].create({"name": "acme.test"})
        cls.transactional, cls.newsletters = cls.servers.create(
            [
                {"name": "Transactional", "smtp_host": "a", "from_filter": "acme.test"},
                {"name": "News <b>", "smtp_host": "b", "from_filter": "news@acme.test"},
            ]
        )
        new_test_user(cls.env, "user_system", groups="base.group_system")
        new_test_user(cls.env, "user_internal", groups="base.group_user")

    def simulate(self, email_from, **values):
        return self.env["ir.mail_server.simulate"].create({"email_from": email_from, **values})

    def steps(self, simulation):
        """[(title, detail, verdict)] as shown."""
        rows = html.fromstring(str(simulation.steps_html)).iterfind(".//tr")
        return [tuple(" ".join(cell.text_content().split()) for cell in row[1:]) for row in rows]

    def test_sender_listed_by_its_domain(self):
        simulation = self.simulate("Ada <ada@acme.test>")
        self.assertEqual(simulation.mail_server_id, self.transactional)
        self.assertEqual(
            simulation.explanation,
            "“Transactional” was chosen: its FROM filter lists the domain acme.test.",
        )
        self.assertEqual(simulation.header_from, "Ada <ada@acme.test>")
        self.assertEqual(simulation.envelope_sender, "bounce@acme.test")
        verdicts = [verdict for _title, _detail, verdict in self.steps(simulation)]
        self.assertEqual(verdicts, ["No match", "Chosen", *["Not asked"] * 5])

    def test_names_from_outside_are_escaped(self):
        simulation = self.simulate("news@acme.test")
        self.assertEqual(self.steps(simulation)[0][1], "“News <b>” lists news@acme.test.")

    def test_unlisted_sender_is_replaced_by_the_notification_address(self):
        simulation = self.simulate("Carl <carl@elsewhere.example>")
        self.assertEqual(simulation.mail_server_id, self.transactional)
        self.assertEqual(simulation.header_from, "Carl <notifications@acme.test>")
        self.assertEqual(simulation.envelope_sender, "bounce@acme.test")
        self.assertIn("notification address", simulation.explanation)

    def test_a_sender_without_address(self):
        simulation = self.simulate(False)
        self.assertEqual(simulation.mail_server_id, self.transactional)
        self.assertEqual(simulation.header_from, "notifications@acme.test")

    def test_nonsense_is_told_apart(self):
        simulation = self.simulate("ada at acme.test")
        self.assertFalse(simulation.mail_server_id)
        self.assertIn("“ada at acme.test” is not an e-mail address", simulation.explanation)
        self.assertFalse(simulation.steps_html)

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_no_server_at_all(self):
        (self.transactional + self.newsletters).action_archive()
        simulation = self.simulate("ada@acme.test")
        self.assertFalse(simulation.mail_server_id)
        self.assertIn("The server of the command line", simulation.explanation)
        self.assertEqual(self.steps(simulation)[-1][2], "Chosen")

    def test_personal_server_only_for_its_owner(self):
        owner = self.env.ref("base.user_admin")
        owner.email = "admin@personal.example"
        personal = self.servers.create(
            {
                "name": "Personal",
                "smtp_host": "c",
                "from_filter": "admin@personal.example",
                "owner_user_id": owner.id,
            }
        )
        mine = self.simulate("admin@personal.example", user_id=owner.id)
        self.assertEqual(mine.mail_server_id, personal)
        other = self.simulate("admin@personal.example", user_id=self.env.user.id)
        self.assertEqual(other.mail_server_id, self.transactional)

    @users("user_system")
    def test_the_form_answers_while_typing(self):
        with Form(self.env["ir.mail_server.simulate"]) as form:
            form.email_from = "news@acme.test"
            self.assertEqual(form.mail_server_id, self.newsletters)
            form.email_from = "ada@acme.test"
            self.assertEqual(form.mail_server_id, self.transactional)

    @users("user_internal")
    def test_only_for_administrators(self):
        with self.assertRaises(AccessError):
            self.env["ir.mail_server.simulate"].create({})
