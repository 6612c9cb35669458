from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged

PARAMETER = "mail.catchall.domain.allowed"


@tagged("post_install", "-at_install")
class TestAcceptedDomains(TransactionCase):
    """Settings say what the list of accepted domains does, and aliases where they answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]
        cls.env["mail.alias"].search([]).alias_incoming_local = False
        cls.domain = cls.env["mail.alias.domain"].create({"name": "acme.test"})
        cls.alias = cls.env["mail.alias"].create(
            {
                "alias_name": "contacts",
                "alias_domain_id": cls.domain.id,
                "alias_model_id": cls.env["ir.model"]._get_id("res.partner"),
            }
        )

    def effect(self, listed):
        settings = self.env["res.config.settings"].new({"mail_catchall_domain_allowed": listed})
        return settings.mail_catchall_domain_effect

    def test_without_an_alias_that_goes_by_its_local_part(self):
        self.assertIn("has no effect", self.effect("db.example"))
        self.assertEqual(self.alias.answers_at, "contacts@acme.test")

    def test_an_empty_list_means_any_domain(self):
        self.alias.alias_incoming_local = True
        self.parameters.set_param(PARAMETER, False)
        self.assertIn("Mail to any domain reaches “contacts”", self.effect(False))
        self.assertEqual(self.alias.answers_at, "“contacts@” at any domain.")

    def test_the_alias_domains_and_their_former_names_are_always_included(self):
        self.alias.alias_incoming_local = True
        self.domain.name = "acme.example"
        self.assertRegex(
            self.effect("DB.example, db.example"),
            r"“contacts” answer at db\.example, acme\.example,.*acme\.test\.",
        )
        self.parameters.set_param(PARAMETER, "db.example")
        answers_at = self.alias.answers_at.split(", ")
        for name in ("acme.example", "acme.test", "db.example"):
            self.assertIn(f"contacts@{name}", answers_at)

    def test_a_domain_twice_is_kept_once(self):
        with Form(self.env["res.config.settings"]) as form:
            form.mail_catchall_domain_allowed = "db.example, DB.example,other.example"
        form.record.execute()
        self.assertEqual(self.parameters.get_param(PARAMETER), "db.example,other.example")

    def test_nonsense_is_refused(self):
        for value in ("db.example, foo bar", "x@db.example", "*.example", ",", "*"):
            settings = {"mail_catchall_domain_allowed": value}
            with self.assertRaises(ValidationError):
                self.env["res.config.settings"].create(settings).execute()

    def test_an_alias_without_a_name_or_a_domain(self):
        self.alias.alias_name = False
        self.assertIn("no name", self.alias.answers_at)
        self.alias.write({"alias_name": "contacts", "alias_domain_id": False})
        self.assertIn("no domain", self.alias.answers_at)
