from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

ADDON = "email_communication"
MAGIC = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}


@tagged("post_install", "-at_install")
class TestRights(TransactionCase):
    """Whoever could read a model of Odoo as a whole still can."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operators = cls.env["res.groups"].create({"name": "Mail operators"})
        cls.env["ir.model.access"].create(
            [
                {
                    "name": f"{model} of mail operators",
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "group_id": cls.operators.id,
                    **{f"perm_{mode}": True for mode in ("read", "write", "create", "unlink")},
                }
                for model in ("ir.mail_server", "fetchmail.server")
            ]
        )
        cls.users = {
            kind: new_test_user(cls.env, f"rights_{kind}", groups=f"base.group_{kind}")
            for kind in ("portal", "user", "system")
        }
        cls.users["operator"] = new_test_user(cls.env, "rights_operator", groups="base.group_user")
        cls.users["operator"].group_ids += cls.operators
        cls.make_records()

    @classmethod
    def make_records(cls):
        cls.env["mail.alias.domain"].create({"name": "acme.test"})
        cls.env["ir.mail_server"].create(
            {"name": "Out", "smtp_host": "smtp.gmail.com", "smtp_encryption": "starttls"}
        )
        cls.env["fetchmail.server"].create(
            {"name": "In", "server": "imap.gmail.com", "user": "ada", "password": "secret"}
        )
        customer = cls.env["res.partner"].create({"name": "Carl", "email": "carl@example.com"})
        customer.message_post(body="Hello", partner_ids=customer.ids, subtype_xmlid="mail.mt_note")

    def extended_models(self):
        """The models of Odoo, and of other apps, that have fields of ours."""
        return [
            model
            for model in self.env.values()
            if model._original_module != ADDON
            and not (model._abstract or model._transient)
            and any(ADDON in field._modules for field in model._fields.values())
        ]

    def is_ours(self, model, name):
        return set(model._fields[name]._modules) == {ADDON}

    def test_models_are_read_as_without_the_addon(self):
        """Whole, where the fields of others can be read whole; ours are no obstacle."""
        tried = set()
        for model in self.extended_models():
            for kind, user in self.users.items():
                as_user = model.with_user(user)
                if as_user.has_access("read"):
                    with self.subTest(model=model._name, kind=kind):
                        if self.read_whole(as_user):
                            tried.add((model._name, kind))
        self.assertLessEqual(
            {
                ("mail.alias.domain", "user"),
                ("mail.alias.domain", "operator"),
                ("mail.alias.domain", "system"),
                ("fetchmail.server", "system"),
            },
            tried,
        )

    def read_whole(self, as_user):
        """Whether others' fields allow it; then reading without a list of fields works too."""
        self.env.invalidate_all()
        records = as_user.search([], limit=20)
        offered = list(as_user.fields_get())
        for name in offered:
            if self.is_ours(as_user, name):
                records.read([name])
        try:
            vanilla = records.read([name for name in offered if not self.is_ours(as_user, name)])
        except AccessError:
            return False
        whole = records.read()
        for values, expected in zip(whole, vanilla, strict=True):
            self.assertEqual({name: values[name] for name in expected}, expected)
        self.assertEqual(as_user.search_read([], limit=20), whole)
        return bool(records)

    def test_every_employee_is_offered_what_odoo_offers_of_alias_domains(self):
        model = self.env["mail.alias.domain"].with_user(self.users["user"])
        odoo = {name for name, field in model._fields.items() if "mail" in field._modules[:1]}
        self.assertIn("bounce_email", odoo)
        offered = {name for name in model.fields_get() if not self.is_ours(model, name)}
        self.assertEqual(offered, {name for name in odoo if not model._is_of_chatter(name)} | MAGIC)

    def test_nobody_got_or_lost_rights_on_models_of_others(self):
        ours = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "in", ("ir.model.access", "ir.rule"))]
        )
        for row in ours:
            model = self.env[row.model].browse(row.res_id).model_id.model
            self.assertEqual(self.env[model]._original_module, ADDON, row.name)

    def test_fields_of_ours_are_not_read_by_who_may_not(self):
        alias_domain = self.env["mail.alias.domain"].search([], limit=1)
        for kind in ("user", "operator"):
            as_user = alias_domain.with_user(self.users[kind])
            for name in ("dns_status", "dns_alert_user_ids", "message_ids"):
                with (
                    self.subTest(kind=kind, name=name),
                    mute_logger("odoo.orm.models"),
                    self.assertRaises(AccessError),
                ):
                    as_user.read([name])
