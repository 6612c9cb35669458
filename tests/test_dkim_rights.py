import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import new_test_user
from odoo.tools.safe_eval import safe_eval

from .dkim_common import DkimCase


@tagged("post_install", "-at_install")
class TestDkimRights(DkimCase, TransactionCase):
    """The private key is readable by nobody, and nobody but the DNS makes a key sign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.manager = new_test_user(cls.env, "mail_manager", groups="base.group_erp_manager")
        cls.employee = new_test_user(cls.env, "employee", groups="base.group_user")
        cls.alias_domain.action_make_dkim_keys()
        cls.key = cls.alias_domain.dkim_key_ids.filtered(lambda key: key.algorithm == "rsa")
        [secret] = cls.key._with_private_parts__()
        cls.secret = secret.private.decode()

    def test_no_field_has_it(self):
        key = self.key.with_user(self.admin)
        self.assertNotIn("private_key", key.fields_get())
        self.assertNotIn("private_key", key._fields)
        everything = key.read()
        self.assertNotIn(self.secret.splitlines()[1], json.dumps(everything, default=str))
        everything = key.sudo().read(list(key._fields))
        self.assertNotIn(self.secret.splitlines()[1], json.dumps(everything, default=str))

    def test_no_question_reaches_it(self):
        keys = self.env["mail.dkim.key"].with_user(self.admin)
        for ask in (
            lambda: keys.search([("private_key", "like", "-----BEGIN%")]),
            lambda: keys.search([("alias_domain_id.dkim_key_ids.private_key", "like", "A%")]),
            lambda: keys.search([], order="private_key"),
            lambda: keys.search_read([], ["private_key"]),
            lambda: keys.formatted_read_group([], ["private_key"], ["private_key:max"]),
            lambda: keys._read_group([], ["private_key"], ["__count"]),
            lambda: keys._read_group([], [], ["private_key:max"]),
            lambda: self.key.with_user(self.admin).export_data(["private_key"])["datas"][0][0].x,
            lambda: self.key.with_user(self.admin).mapped("private_key"),
            lambda: self.key.with_user(self.admin).web_read({"private_key": {}})[0]["private_key"],
        ):
            with self.subTest(ask=ask):
                with self.assertRaises(Exception) as caught:
                    ask()
                self.assertNotIn(self.secret.splitlines()[1], str(caught.exception))

    def test_no_related_field_reaches_it(self):
        with self.assertRaises(Exception) as caught:
            self.env["ir.model.fields"].create(
                {
                    "name": "x_private",
                    "model_id": self.env["ir.model"]._get_id("mail.dkim.key"),
                    "ttype": "char",
                    "related": "alias_domain_id.dkim_key_ids.private_key",
                    "state": "manual",
                }
            )
        self.assertIn("private_key", str(caught.exception))

    def test_no_call_returns_it(self):
        keys = self.env["mail.dkim.key"].with_user(self.admin)
        for name in ("_signing_keys__", "_with_private_parts__", "_why_unusable__", "_take"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                get_public_method(keys, name)
        for code in ("keys._signing_keys__()", "keys._with_private_parts__()"):
            with self.subTest(code=code), self.assertRaises(NameError):
                safe_eval(code, {"keys": self.key})

    def test_the_manager_of_users_and_domains(self):
        self.assert_closed_to(self.manager)

    def test_an_employee(self):
        self.assert_closed_to(self.employee)

    def assert_closed_to(self, user):
        domain, keys = self.alias_domain.with_user(user), self.env["mail.dkim.key"].with_user(user)
        key = self.key.with_user(user)
        for call in (
            lambda: domain.dkim_key_ids,
            lambda: domain.dkim_server_ids,
            lambda: domain.write({"dkim_key_ids": [(0, 0, {"selector": "mine"})]}),
            lambda: domain.write({"dkim_server_ids": [(6, 0, self.newsletters.ids)]}),
            domain.action_make_dkim_keys,
            domain.check_dkim_keys__,
            lambda: keys.search([]),
            lambda: keys.create({"alias_domain_id": domain.id, "selector": "mine"}),
            key.read,
            key.check_dns__,
            key.action_retire,
            key.unlink,
            lambda: key.write({"state": "signing"}),
            lambda: key.message_post(body="Hello"),
        ):
            with self.subTest(call=call), self.assertRaises(AccessError):
                call()

    def test_not_even_administrators_make_a_key_sign(self):
        key = self.key.with_user(self.admin)
        other = self.alias_domain.copy({"name": "other.test"})
        for values in (
            {"state": "signing"},
            {"domain_name": "victim.test"},
            {"public_record": "v=DKIM1; p=AAAA"},
            {"stop_reason": False},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                key.write(values)
            with self.subTest(values=values), self.assertRaises(UserError):
                key.create({"alias_domain_id": self.alias_domain.id, **values})
        for values in ({"selector": "other"}, {"alias_domain_id": other.id}):
            with self.subTest(values=values), self.assertRaises(UserError):
                key.write(values)
        with self.assertRaises(UserError):
            key.copy()

    def test_a_key_in_use_is_not_deleted(self):
        self.sign_with(self.key)
        with self.assertRaises(UserError):
            self.key.with_user(self.admin).unlink()
        self.key.with_user(self.admin).action_retire()
        self.assertEqual(self.key.state, "retiring")
        self.key.with_user(self.admin).unlink()

    def test_selectors_that_are_none(self):
        for selector in (
            "a b",
            "a,b",
            "s1=target.test",
            "s1._domainkey.acme.test",
            "x" * 64,
            "<b>",
        ):
            with self.subTest(selector=selector), self.assertRaises(ValidationError):
                self.env["mail.dkim.key"].create(
                    {"alias_domain_id": self.alias_domain.id, "selector": selector}
                )

    def test_a_second_pair_only_when_the_first_is_in_use(self):
        with self.assertRaises(UserError):
            self.alias_domain.with_user(self.admin).action_make_dkim_keys()
