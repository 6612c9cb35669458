from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    def get(self, key):
        return self.env["ir.config_parameter"].get_param(key)

    def save(self, **values):
        with Form(self.env["res.config.settings"]) as form:
            for name, value in values.items():
                setattr(form, name, value)
        form.record.execute()

    def test_defaults_are_those_of_odoo(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.mail_gateway_loop_minutes, 120)
        self.assertEqual(settings.mail_gateway_loop_threshold, 20)
        self.assertFalse(settings.mail_default_from_filter)
        self.assertFalse(settings.mail_catchall_domain_allowed)

    def test_values_are_stored_normalised(self):
        self.save(
            mail_default_from_filter="Example.com , *.example.com",
            mail_catchall_domain_allowed="Example.com,example.org",
            mail_gateway_loop_minutes=60,
            mail_gateway_loop_threshold=50,
        )
        self.assertEqual(self.get("mail.default.from_filter"), "example.com, *.example.com")
        self.assertEqual(self.get("mail.catchall.domain.allowed"), "example.com,example.org")
        self.assertEqual(self.get("mail.gateway.loop.minutes"), "60")
        self.assertEqual(self.get("mail.gateway.loop.threshold"), "50")
        self.assertTrue(
            self.env["ir.mail_server"]._match_from_filter(
                "ada@shop.example.com", self.env["ir.mail_server"]._get_default_from_filter()
            )
        )

    def test_thresholds_below_one_are_refused(self):
        for name in ("mail_gateway_loop_minutes", "mail_gateway_loop_threshold"):
            for value in (0, -5):
                with (
                    self.subTest(name=name, value=value),
                    self.assertRaisesRegex(ValidationError, "Write a whole number from 1"),
                ):
                    self.save(**{name: value})

    def test_messages_name_the_field_as_the_screen_does(self):
        with self.assertRaises(ValidationError) as caught:
            self.save(mail_gateway_loop_threshold=0)
        self.assertIn("Loop threshold", str(caught.exception))
        self.assertNotIn("mail.gateway", str(caught.exception))
        for value in (",", "exa mple.com"):
            with self.assertRaises(ValidationError) as caught:
                self.save(mail_catchall_domain_allowed=value)
            self.assertIn("Accepted Alias Domains", str(caught.exception))
            self.assertNotIn("mail.catchall", str(caught.exception))

    def test_an_emptied_field_restores_the_default(self):
        self.save(mail_gateway_loop_threshold=50, mail_gateway_loop_minutes=60)
        settings = self.env["res.config.settings"].create(
            {"mail_gateway_loop_threshold": False, "mail_gateway_loop_minutes": None}
        )
        settings.execute()
        self.assertEqual(self.get("mail.gateway.loop.threshold"), "20")
        self.assertEqual(self.get("mail.gateway.loop.minutes"), "120")

    def test_without_developer_mode_an_administrator_gets_everywhere(self):
        administrator = new_test_user(self.env, "administrator", groups="base.group_system")
        env = self.env(user=administrator)
        self.assertFalse(administrator.has_group("base.group_no_one"))
        view = env["res.config.settings"].get_views([(False, "form")])["views"]["form"]
        for xmlid in (
            "email_communication.mail_provider_action",
            "mail.action_view_mail_mail",
            "mail.mail_alias_action",
            "mail.action_email_server_tree",
        ):
            self.assertIn(f'name="{env.ref(xmlid).id}"', view["arch"], xmlid)
        env.company.alias_domain_id = env["mail.alias.domain"].create({"name": "acme.test"})
        action = env["res.config.settings"].create({}).action_open_alias_domain()
        with Form(env[action["res_model"]].browse(action["res_id"])) as form:
            form.bounce_alias, form.catchall_alias = "returns", "replies"
            form.default_from = "hello"
        self.assertEqual(env.company.alias_domain_id.bounce_email, "returns@acme.test")

    def test_nonsense_is_refused_where_parameters_are_edited(self):
        parameters = self.env["ir.config_parameter"]
        for value in ("abc", "0", "-1", "1.5", " ", "²"):
            with (
                self.subTest(value=value),
                self.assertRaisesRegex(
                    ValidationError, "not a possible value of mail.gateway.loop.threshold"
                ),
            ):
                parameters.set_param("mail.gateway.loop.threshold", value)
        with self.assertRaisesRegex(ValidationError, "“nonsense here”.*FROM filter"):
            parameters.create({"key": "mail.default.from_filter", "value": "nonsense here"})
        with self.assertRaisesRegex(ValidationError, "“exa mple.com” is not a domain"):
            self.save(mail_catchall_domain_allowed="example.com, exa mple.com")

    def test_values_that_would_break_the_gateway_are_refused(self):
        parameters = self.env["ir.config_parameter"]
        for value in ("2000000000", "9" * 5000):
            with self.assertRaisesRegex(ValidationError, "from 1 to 525600"):
                parameters.set_param("mail.gateway.loop.minutes", value)
        other = parameters.create({"key": "mail.gateway.loop", "value": "abc"})
        with self.assertRaisesRegex(ValidationError, "“abc” is not a possible value"):
            other.key = "mail.gateway.loop.minutes"

    @mute_logger("odoo.addons.base.models.res_config")
    def test_old_nonsense_does_not_lock_settings(self):
        for value in ("abc", "0", "99999999999"):
            self.env["ir.config_parameter"].search(
                [("key", "=", "mail.gateway.loop.threshold")]
            ).unlink()
            self.env.cr.execute(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)",
                ["mail.gateway.loop.threshold", value],
            )
            self.env.registry.clear_cache()
            self.save(mail_gateway_loop_minutes=60)
            self.assertEqual(self.get("mail.gateway.loop.threshold"), "20")

    def test_emptied_fields_remove_the_parameters(self):
        self.save(mail_default_from_filter="example.com", mail_catchall_domain_allowed="b.example")
        self.save(mail_default_from_filter=False, mail_catchall_domain_allowed=False)
        self.assertFalse(self.get("mail.default.from_filter"))
        self.assertFalse(self.get("mail.catchall.domain.allowed"))
