from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DnsCase


@tagged("post_install", "-at_install")
class TestAliasDomainRights(DnsCase, HttpCase):
    """The chatter of an alias domain and its checks are for administrators.

    The alias domain itself stays readable to every employee, and in the hands of those who
    manage access rights, as in Odoo.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": "broken.test"})
        cls.alias_domain.check_dns()
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.colleague = new_test_user(cls.env, "colleague", groups="base.group_user")
        cls.outsider = new_test_user(
            cls.env, "outsider", groups="base.group_user", company_id=elsewhere.id
        )
        cls.manager = new_test_user(cls.env, "manager", groups="base.group_erp_manager")
        cls.portal = new_test_user(cls.env, "portal", groups="base.group_portal")
        cls.administrator = new_test_user(cls.env, "administrator", groups="base.group_system")
        cls.others = cls.colleague + cls.outsider + cls.manager + cls.portal
        cls.attachment = cls.env["ir.attachment"].create(
            {
                "name": "zone.txt",
                "raw": b"the zone",
                "res_model": "mail.alias.domain",
                "res_id": cls.alias_domain.id,
            }
        )
        cls.message = cls.alias_domain.message_post(
            body="The key was stolen",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=cls.attachment.ids,
        )
        cls.activity = cls.alias_domain.activity_schedule(
            "mail.mail_activity_data_warning", user_id=cls.administrator.id
        )
        cls.of_chatter = [("model", "=", "mail.alias.domain")]
        cls.of_document = [("res_model", "=", "mail.alias.domain")]

    def denied(self, call, *args, **kwargs):
        with (
            mute_logger("odoo.addons.base.models.ir_model", "odoo.orm.models"),
            self.assertRaises(AccessError),
        ):
            call(*args, **kwargs)

    def as_others(self):
        for user in self.others:
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                yield user, self.env(user=user)

    def test_messages_are_found_and_read_by_administrators_only(self):
        for user, env in self.as_others():
            self.assertFalse(env["mail.message"].search(self.of_chatter))
            self.assertFalse(env["mail.message"].search([("body", "ilike", "was stolen")]))
            self.denied(self.message.with_user(user).read, ["body"])
            self.denied(self.message.with_user(user).write, {"body": "forged"})
            self.denied(self.message.with_user(user).unlink)
        env = self.env(user=self.administrator)
        self.assertIn(self.message, env["mail.message"].search(self.of_chatter))
        self.assertIn("stolen", self.message.with_user(self.administrator).body)

    def test_nobody_else_posts(self):
        for user, _env in self.as_others():
            self.denied(self.alias_domain.with_user(user).message_post, body="Hello")
        self.alias_domain.with_user(self.administrator).message_post(body="Hello")

    def test_activities_are_for_administrators_and_whom_they_name(self):
        for user, env in self.as_others():
            if user == self.portal:
                self.denied(env["mail.activity"].search, self.of_document)
            else:
                self.assertFalse(env["mail.activity"].search(self.of_document))
            self.denied(self.activity.with_user(user).read, ["note"])
        mine = self.activity.copy({"user_id": self.colleague.id})
        self.assertEqual(
            self.env(user=self.colleague)["mail.activity"].search(self.of_document), mine
        )

    def test_attachments_go_with_the_chatter(self):
        for user, env in self.as_others():
            self.denied(self.attachment.with_user(user).read, ["raw"])
            if user != self.portal:  # portal users may not read attachments at all
                self.assertFalse(env["ir.attachment"].search(self.of_document))
                self.assertFalse(env["ir.attachment"].search([("name", "=", "zone.txt")]))
        env = self.env(user=self.administrator)
        self.assertEqual(env["ir.attachment"].search(self.of_document), self.attachment)

    def test_nobody_else_follows(self):
        for user, _env in self.as_others():
            partner = user.partner_id
            self.alias_domain.with_user(user).message_subscribe(partner.ids)
            self.alias_domain.invalidate_recordset()
            self.assertNotIn(partner, self.alias_domain.message_partner_ids)
        partner = self.administrator.partner_id
        self.alias_domain.with_user(self.administrator).message_subscribe(partner.ids)
        self.assertIn(partner, self.alias_domain.message_partner_ids)

    def test_who_manages_access_rights_keeps_alias_domains_as_in_odoo(self):
        alias_domains = self.env(user=self.manager)["mail.alias.domain"]
        alias_domain = alias_domains.create({"name": "managed.test"})
        self.assertFalse(alias_domain.sudo().message_partner_ids)
        alias_domain.name = "renamed.test"
        alias_domain.unlink()
        self.alias_domain.with_user(self.manager).name = "acme.test"
        self.assertFalse(self.alias_domain.dns_check_id)

    def test_fields_of_the_chatter_and_of_the_checks(self):
        administrators = self.alias_domain.with_user(self.administrator).fields_get()
        self.assertLessEqual({"message_ids", "activity_ids", "dns_status"}, set(administrators))
        for user, env in self.as_others():
            if user == self.portal:
                continue  # portal users may not read alias domains
            seen = env["mail.alias.domain"].fields_get()
            self.assertFalse(
                [name for name in seen if name.startswith(("message", "activity", "dns", "dkim"))]
            )
            for name in ("message_ids", "message_follower_ids", "activity_ids", "dns_check_ids"):
                self.denied(self.alias_domain.with_user(user).read, [name])
            guess = [("message_ids.body", "ilike", "stolen")]
            self.denied(env["mail.alias.domain"].search, guess)

    def test_checks_are_for_administrators(self):
        check = self.alias_domain.dns_check_id
        for user, env in self.as_others():
            self.denied(env["mail.alias.domain.check"].search, [])
            self.denied(check.with_user(user).read, ["domain_name"])

    def test_the_web_client_gets_nothing_either(self):
        thread = {"thread_model": "mail.alias.domain", "thread_id": self.alias_domain.id}
        wanted = {**thread, "request_list": ["followers", "activities", "attachments"]}
        calls = {
            "/mail/thread/messages": (thread, "was stolen"),
            "/mail/data": ({"fetch_params": [["mail.thread", wanted]]}, "zone.txt"),
        }
        for user in (self.colleague, self.administrator):
            self.authenticate(user.login, user.login)
            for route, (params, secret) in calls.items():
                with self.subTest(user=user.login, route=route):
                    said = self.url_open(route, json={"params": params}).text
                    self.assertEqual(secret in said, user == self.administrator, said)
