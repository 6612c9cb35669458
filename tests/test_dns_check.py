import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
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

    def test_names_that_are_no_domains_are_refused(self):
        for name in (False, "", "..", "not a domain", "a..b", "x" * 64 + ".test", "127.0.0.1"):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(ValidationError, "is not a domain name"),
            ):
                self.check(name)
        check = self.check("acme.test")
        with self.assertRaisesRegex(ValidationError, "is not a domain name"):
            check.domain_name = "<b>.test"

    def test_what_is_pasted_is_reduced_to_its_domain(self):
        for text in (
            "https://acme.test/contact",
            "ada@acme.test",
            "Ada <ada@ACME.test>",
            "@acme.test",
        ):
            with self.subTest(text=text):
                values = {"domain_name": text}
                self.assertEqual(
                    self.env["mail.alias.domain.check"].create(values).domain_name, "acme.test"
                )
        alias_domains = self.env["mail.alias.domain"]
        self.assertEqual(alias_domains.create({"name": "http://shop.test/"}).name, "shop.test")

    def test_alias_domains_that_no_dns_can_hold_are_refused(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        for name in ("x" * 64 + ".test", "a." * 126 + "test", "-a.test", "127.0.0.1"):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(ValidationError, "is not a domain"),
            ):
                alias_domain.name = name
        alias_domain.name = "localhost"

    def test_an_alias_domain_of_old_that_is_no_domain(self):
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        self.env.cr.execute(
            "UPDATE mail_alias_domain SET name = %s WHERE id = %s",
            ["x" * 64 + ".test", alias_domain.id],
        )
        alias_domain.invalidate_recordset()
        [report] = alias_domain.check_dns()
        self.assertEqual(report["severity"], "error")
        self.assertIn("is not a domain name", report["findings"][0]["message"])

    def test_name_servers_that_are_none_are_refused(self):
        parameters = self.env["ir.config_parameter"]
        for value in ("dns.example", "dns.example:53", "127.0.0.1:1, dns.example"):
            with self.subTest(value=value), self.assertRaises(ValidationError) as caught:
                parameters.set_param(NAMESERVER_PARAMETER, value)
            self.assertIn("is not an IP address", str(caught.exception))
            self.assertIn("write the IP address of that host", str(caught.exception))
        for value in ("", " ", ",", " , "):
            with self.subTest(value=value), self.assertRaisesRegex(ValidationError, "is blank"):
                parameters.set_param(NAMESERVER_PARAMETER, value)

    def test_name_servers_of_old_that_are_none_leave_unknown(self):
        """Never is another one asked than somebody meant, nor is yesterday's verdict kept."""
        alias_domain = self.env["mail.alias.domain"].create({"name": "acme.test"})
        alias_domain.check_dns()
        for value in ("dns.example", " ", ""):
            with self.subTest(value=value):
                self.env.cr.execute(
                    "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
                    [value, NAMESERVER_PARAMETER],
                )
                self.env.registry.clear_cache("stable")
                self.env.invalidate_all()
                [report] = alias_domain.check_dns()
                self.assertEqual(report["severity"], "unknown")
                self.assertEqual(alias_domain.dns_status, "unknown")
                self.assertIn("Nothing was asked", report["findings"][0]["message"])
                self.assertEqual(self.check("acme.test").severity, "unknown")

    def test_the_order_is_by_what_matters(self):
        wrong = ("error", "unknown", "warning")
        for name in ("acme.test", "broken.test", "bare.test"):
            findings = self.check(name).findings
            groups = [
                0 if item["severity"] in wrong else 1 if item["severity"] == "ok" else 2
                for item in findings
            ]
            self.assertEqual(groups, sorted(groups), "Notes stand below")
            order = ["domain", "mx", "spf", "dkim", "dmarc", "alignment"]
            for group in set(groups):
                kinds = [
                    order.index(item["kind"])
                    for item, of_item in zip(findings, groups, strict=True)
                    if of_item == group and item["kind"] in order
                ]
                self.assertEqual(kinds, sorted(kinds))

    def test_the_headline_says_what_is_wrong(self):
        headline = self.check("broken.test").headline
        self.assertRegex(headline, "To be repaired: .*SPF")
        self.assertRegex(headline, "To be improved: .*DMARC")
        self.assertIn("It could not be told: MX", self.check("servfail.test").headline)
        self.assertEqual(self.check("acme.test").headline, "Nothing has to be done.")

    def test_selectors_that_are_tested_and_where_they_come_from(self):
        self.env["ir.mail_server"].create(
            [
                {
                    "name": "Everyday mail",
                    "smtp_host": "smtp.gmail.com",
                    "from_filter": "acme.test",
                },
                {
                    "name": "In bulk",
                    "smtp_host": "email-smtp.eu-west-1.amazonaws.com",
                    "from_filter": "acme.test",
                },
            ]
        )
        alias_domain = self.env["mail.alias.domain"].create(
            {"name": "acme.test", "dkim_selectors": "odoo"}
        )
        check = alias_domain._new_check()
        for said in (alias_domain.dkim_selectors_tested, check.dkim_selectors_tested):
            self.assertIn("odoo (named here)", said)
            self.assertIn("google (“Everyday mail”)", said)
            self.assertIn("Not known: those of “In bulk”", said)
        nobody = self.env["mail.alias.domain"].create({"name": "nobody.test"})
        self.assertIn("no DKIM key is tested", nobody.dkim_selectors_tested)

    def test_an_opened_check_is_checked_again_on_its_page(self):
        check = self.env["mail.alias.domain.check"].create({"domain_name": "acme.test"})
        self.assertIs(check.action_check(), True, "The page shows it")
        action = check.action_check()
        self.assertNotEqual(action["res_id"], check.id)
        self.assertEqual(action["target"], "current")
        self.assertNotIn("dialog_size", action["context"], "The page has buttons of its own")
        in_dialog = check.with_context(dialog_size="extra-large")
        self.assertEqual(in_dialog.action_check()["target"], "new")

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
