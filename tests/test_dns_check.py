from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged, users

from ..models.mail_alias_domain import NAMESERVER_PARAMETER
from .common import DnsCase


@tagged("post_install", "-at_install")
class TestDnsCheck(DnsCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, "user_internal", groups="base.group_user")

    def check(self, name, selectors="odoo"):
        check = self.env["mail.alias.domain.check"].create(
            {"domain_name": name, "dkim_selectors": selectors}
        )
        check.action_check()
        return check

    def verdicts(self, check):
        return {(f.record_type, f.severity) for f in check.finding_ids}

    def test_a_domain_in_order(self):
        alias_domain = self.env["mail.alias.domain"].create(
            {"name": "acme.test", "dkim_selectors": "odoo"}
        )
        action = alias_domain.action_check_dns()
        check = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            self.verdicts(check), {("MX", "ok"), ("SPF", "ok"), ("DKIM", "ok"), ("DMARC", "ok")}
        )
        self.assertEqual(alias_domain.dns_status, "ok")
        self.assertTrue(alias_domain.dns_checked_at)
        self.assertEqual(alias_domain.dns_report["domain"], "acme.test")

    def test_a_verdict_does_not_outlive_what_it_was_about(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        alias_domain.action_check_dns()
        self.assertTrue(alias_domain.dns_status)
        alias_domain.name = "broken.test"
        self.assertFalse(alias_domain.dns_status or alias_domain.dns_checked_at)

    def test_a_domain_with_problems(self):
        check = self.check("broken.test")
        self.assertEqual(check.severity, "error")
        spf = check.finding_ids.filtered(lambda f: f.record_type == "SPF")
        self.assertIn("2 SPF records", spf.explanation)
        self.assertEqual(len(spf.found.splitlines()), 2)
        for finding in check.finding_ids:
            self.assertTrue(finding.explanation.endswith("."), finding.explanation)
            self.assertNotIn("{", finding.explanation)

    def test_could_not_tell_is_not_wrong(self):
        check = self.check("servfail.test")
        self.assertEqual(check.severity, "unknown")
        self.assertEqual({f.severity for f in check.finding_ids}, {"unknown"})
        self.assertIn("SERVFAIL", check.finding_ids[0].explanation)

    def test_dns_down(self):
        self.env["ir.config_parameter"].set_param(NAMESERVER_PARAMETER, "127.0.0.1:1")
        self.assertEqual(self.check("acme.test").severity, "unknown")

    def test_a_domain_that_does_not_exist(self):
        check = self.check("missing.test")
        self.assertEqual(check.severity, "error")
        self.assertIn("does not exist", check.finding_ids.explanation)

    def test_names_that_are_no_domains(self):
        for name in ("", "exa mple", "a..b", "x" * 64 + ".test", "127.0.0.1", "<b>.test"):
            with self.subTest(name=name):
                check = self.check(name)
                self.assertEqual(check.severity, "error")
                self.assertIn("is not a domain name", check.finding_ids.explanation)

    def test_name_servers_that_are_none(self):
        self.env["ir.config_parameter"].set_param(NAMESERVER_PARAMETER, "dns.example")
        with self.assertRaisesRegex(UserError, "dns.example is not an IP address"):
            self.check("acme.test")

    def test_the_answers_are_shown_in_the_wizard(self):
        with Form(self.env["mail.alias.domain.check"]) as form:
            form.domain_name = "acme.test"
        form.record.action_check()
        self.assertEqual(len(form.record.finding_ids), 4)
        form.record.action_check()
        self.assertEqual(len(form.record.finding_ids), 4)

    @users("user_internal")
    def test_only_for_administrators(self):
        with self.assertRaises(AccessError):
            self.env["mail.alias.domain.check"].create({"domain_name": "acme.test"})
        with self.assertRaises(AccessError):
            self.env["mail.alias.domain"].sudo().create({"name": "acme.test"}).sudo(
                False
            ).action_check_dns()
