import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged, users
from odoo.tools import mute_logger
from odoo.tools.translate import code_translations

from ..core.findings.codes import CODES
from ..models.mail_alias_domain_check import NAMESERVER_PARAMETER
from .common import DnsCase


@tagged("post_install", "-at_install")
class TestDnsCheck(DnsCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).action_archive()
        new_test_user(cls.env, "user_internal", groups="base.group_user")
        new_test_user(cls.env, "user_manager", groups="base.group_erp_manager")
        new_test_user(cls.env, "user_system", groups="base.group_system")

    def check(self, name, selectors="odoo"):
        check = self.env["mail.alias.domain.check"].create(
            {"domain_name": name, "dkim_selectors": selectors}
        )
        check.action_check()
        return check

    def finding(self, check, kind):
        [finding] = [item for item in check.findings if item["kind"] == kind]
        return finding

    def test_a_domain_in_order(self):
        alias_domain = self.env["mail.alias.domain"].create(
            {"name": "acme.test", "dkim_selectors": "odoo"}
        )
        action = alias_domain.action_check_dns()
        check = self.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(check.severity, "The window opens before the DNS is asked")
        check.action_check()
        for kind in ("mx", "spf", "dkim", "dmarc"):
            self.assertEqual(self.finding(check, kind)["severity"], "ok")
        self.assertEqual(alias_domain.dns_check_id, check)
        self.assertIn(alias_domain.dns_status, ("ok", "info"))
        self.assertEqual(alias_domain.dns_checked_at, check.asked_at)
        self.assertGreater(alias_domain.dns_next_check, fields.Datetime.now())

    def test_a_verdict_does_not_outlive_what_it_was_about(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        alias_domain.check_dns()
        self.assertTrue(alias_domain.dns_status)
        alias_domain.name = "broken.test"
        self.assertFalse(alias_domain.dns_status or alias_domain.dns_checked_at)

    def test_a_domain_with_problems(self):
        check = self.check("broken.test")
        self.assertEqual(check.severity, "error")
        spf = self.finding(check, "spf")
        self.assertIn("2 SPF records", spf["sentence"])
        self.assertEqual(len(spf["found"]), 2)
        self.assertTrue(spf["expected"].startswith("v=spf1 "), "One merged record is proposed")
        self.assertIn(f'"{spf["expected"]}"', check.zone_snippet)
        self.assertEqual(check.findings[0]["severity"], "error", "What is wrong comes first")
        for finding in check.findings:
            self.assertTrue(finding["sentence"].endswith("."), finding["sentence"])
            self.assertNotIn("{", finding["sentence"])

    def test_could_not_tell_is_not_wrong(self):
        check = self.check("servfail.test")
        self.assertEqual(check.severity, "unknown")
        self.assertIn("SERVFAIL", self.finding(check, "spf")["sentence"])

    def test_dns_down(self):
        self.env["ir.config_parameter"].set_param(NAMESERVER_PARAMETER, "127.0.0.1:1")
        self.assertEqual(self.check("acme.test").severity, "unknown")

    def test_a_domain_that_does_not_exist(self):
        check = self.check("missing.test")
        self.assertEqual(check.severity, "error")
        self.assertIn("does not exist", check.findings[0]["sentence"])

    def test_names_that_are_no_domains(self):
        for name in (False, "", "exa mple", "a..b", "x" * 64 + ".test", "127.0.0.1", "<b>.test"):
            with self.subTest(name=name):
                check = self.check(name)
                self.assertEqual(check.severity, "error")
                self.assertIn("is not a domain name", check.findings[0]["sentence"])

    def test_name_servers_that_are_none(self):
        self.env["ir.config_parameter"].set_param(NAMESERVER_PARAMETER, "dns.example")
        with self.assertRaisesRegex(UserError, "dns.example is not an IP address"):
            self.check("acme.test")

    @users("user_system")
    def test_a_domain_not_set_up_in_odoo(self):
        with Form(self.env["mail.alias.domain.check"]) as form:
            form.domain_name = "acme.test"
        form.record.action_check()
        self.assertTrue(form.record.findings)
        self.assertFalse(self.env["mail.alias.domain"].search([("name", "=", "acme.test")]))

    def test_only_for_administrators(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        alias_domain.check_dns()
        for login in ("user_internal", "user_manager"):
            user = self.env["res.users"].search([("login", "=", login)])
            with self.subTest(login=login), mute_logger("odoo.addons.base.models.ir_model"):
                as_user = alias_domain.with_user(user)
                for method in ("action_check_dns", "check_dns", "get_dns_reports"):
                    with self.assertRaises(AccessError):
                        getattr(as_user, method)()
                with self.assertRaises(AccessError):
                    as_user.env["mail.alias.domain.check"].create({"domain_name": "acme.test"})

    def test_reports_are_json(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        self.assertEqual(alias_domain.get_dns_reports(), [])
        [report] = json.loads(json.dumps(alias_domain.check_dns()))
        self.assertEqual((report["id"], report["domain"]), (alias_domain.id, "acme.test"))
        messages = {finding["code"]: finding["message"] for finding in report["findings"]}
        self.assertIn("look-ups", messages["spf_ok"])
        self.assertEqual(alias_domain.get_dns_reports(), [report])

    def test_findings_are_worded_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        check = self.check("bare.test").with_context(lang="fr_FR")
        french = {CODES["spf_missing"].sentence: "Le domaine n'a pas d'enregistrement SPF."}
        with patch.object(code_translations, "get_python_translations", lambda *args: french):
            self.assertEqual(self.finding(check, "spf")["sentence"], *french.values())

    def test_checking_again_keeps_what_was_found_before(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "broken.test"})
        alias_domain.check_dns()
        first, first_report = alias_domain.dns_check_id, alias_domain.dns_check_id.report
        action = first.action_check()
        self.assertNotEqual(action["res_id"], first.id)
        self.assertEqual(alias_domain.dns_check_id.id, action["res_id"])
        self.assertEqual(first.report, first_report)

    def test_selectors_may_be_full_names(self):
        check = self.check("acme.test", selectors="odoo._domainkey.acme.test, x._domainkey.b.test")
        self.assertEqual(self.finding(check, "dkim")["severity"], "ok")
        with self.assertRaisesRegex(ValidationError, "“a b”"):
            self.env["mail.alias.domain"].create({"name": "a.test", "dkim_selectors": "a b"})

    def test_old_checks_are_deleted(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        alias_domain.check_dns()
        kept, other = alias_domain.dns_check_id, self.check("acme.test")
        old = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        self.env.cr.execute(
            "UPDATE mail_alias_domain_check SET create_date = %s WHERE id IN %s",
            [old, (kept.id, other.id)],
        )
        (kept + other).invalidate_recordset()
        self.env["mail.alias.domain.check"]._gc_checks()
        self.assertEqual((kept + other).exists(), kept)
