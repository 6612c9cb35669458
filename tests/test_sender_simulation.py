from lxml import html
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged, users
from odoo.tools import mute_logger

from . import addon_beside


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
        rows = html.fromstring(str(simulation.steps_html)).iterfind(".//tbody/tr")
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

    def test_every_typo_gets_a_sentence(self):
        for text in [
            "garbage",
            "@acme.test",
            "ada@",
            "ada@@acme.test",
            "ada@acme..test",
            "https://acme.test/contact",
            "acme.test",
            "ada@[192.0.2.1]",
            "x@" + "a." * 30_000 + "com",
            "\u202eada@acme.test",
            "<script>@acme.test",
        ]:
            with self.subTest(text=text[:40]):
                simulation = self.simulate(text)
                self.assertFalse(simulation.is_sender_readable)
                self.assertIn("is not an e-mail address", simulation.explanation)
                self.assertLess(len(simulation.explanation), 500)
                self.assertNotIn("\u202e", simulation.explanation)
                self.assertFalse(simulation.mail_server_id)

    def test_it_reads_a_sender_as_sending_does(self):
        for text, header_from, read in [
            ("Ada ada@acme.test", "Ada <ada@acme.test>", "Odoo reads the sender ada@acme.test"),
            ("a;b@acme.test", "b@acme.test", "Odoo reads the sender b@acme.test"),
            ("ada@acme.test, bob@acme.test", "ada@acme.test", "Odoo reads the sender ada@"),
            ("mailto:ada@acme.test?subject=Hello", "ada@acme.test", "Odoo reads the sender ada@"),
            (" ADA@Acme.test ", "ada@acme.test", ""),
        ]:
            with self.subTest(text=text):
                simulation = self.simulate(text)
                self.assertTrue(simulation.is_sender_readable)
                self.assertEqual(simulation.header_from, header_from)
                self.assertEqual(simulation.mail_server_id, self.transactional)
                self.assertIn(read, simulation.warning or "")
                self.assertEqual(bool(read), bool(simulation.warning))

    def test_it_says_when_bounces_will_not_come_back(self):
        simulation = self.simulate("news@acme.test")
        self.assertEqual(simulation.mail_server_id, self.newsletters)
        self.assertEqual(simulation.envelope_sender, "news@acme.test")
        self.assertIn("No red envelope".lower(), simulation.warning.lower())
        self.assertIn("bounce@acme.test", simulation.warning)
        self.newsletters.from_filter = "news@acme.test, bounce@acme.test"
        self.assertFalse(self.simulate("news@acme.test").warning)
        self.assertFalse(self.simulate("ada@acme.test").warning)

    def test_what_cannot_be_sent_is_said(self):
        self.newsletters.name = addon_beside.SPECIAL
        with addon_beside.loaded(self.env, addon_beside.MisspellingTheFrom, before_ours=True):
            simulation = self.simulate("ada@acme.test")
            self.assertEqual(simulation.mail_server_id, self.newsletters)
        self.assertIn("This will fail: “nobody at home”", simulation.warning)
        self.assertFalse(simulation.envelope_sender)

    def test_what_another_addon_decides(self):
        self.newsletters.name = addon_beside.SPECIAL
        with addon_beside.loaded(self.env, addon_beside.Forcing, before_ours=True):
            simulation = self.simulate("ada@acme.test")
            self.assertEqual(simulation.mail_server_id, self.newsletters)
            self.assertIn("Another app decided", simulation.explanation)
            verdicts = [verdict for _title, _detail, verdict in self.steps(simulation)]
            self.assertEqual(verdicts, ["No match", "Overruled", *["Not asked"] * 5, "Chosen"])

    def test_personal_servers_switched_off(self):
        owner = self.env.ref("base.user_admin")
        self.servers.create(
            {
                "name": "Personal",
                "smtp_host": "c",
                "from_filter": "admin@personal.example",
                "owner_user_id": owner.id,
            }
        )
        self.env["ir.config_parameter"].set_param("mail.disable_personal_mail_servers", "True")
        simulation = self.simulate("admin@personal.example", user_id=owner.id)
        self.assertEqual(simulation.mail_server_id, self.transactional)

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
