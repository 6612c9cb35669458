import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged, users
from odoo.tools import mute_logger
from odoo.tools.translate import code_translations

from ..core.wording import SENTENCES
from ..hooks import uninstall_hook
from ..models.mail_alias_domain_check import NAMESERVER_PARAMETER
from .common import DnsCase

GOOD_SPF = '@ 300 IN TXT "v=spf1 mx ~all"'


def zone(*records):
    return "\n".join(
        [
            "$TTL 300",
            "@ IN SOA ns.test. admin.test. 1 3600 600 86400 300",
            "@ IN NS ns.test.",
            "@ IN MX 10 mail",
            "mail IN A 192.0.2.10",
            '_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@watched.test"',
            *records,
            "",
        ]
    )


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
        french = {SENTENCES["spf_missing"]: "Le domaine n'a pas d'enregistrement SPF."}
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


@tagged("post_install", "-at_install")
class TestDnsWatch(DnsCase, TransactionCase):
    """What the scheduled action finds, and whom it tells."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).action_archive()
        cls.env["mail.alias.domain"].search([]).dns_next_check = "2100-01-01"
        cls.watcher = new_test_user(cls.env, "watcher", groups="base.group_system")
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": "watched.test", "dns_alert_user_ids": cls.watcher.ids}
        )

    def setUp(self):
        super().setUp()
        self.dns.set_zone("watched.test", zone(GOOD_SPF))

    def run_cron(self):
        self.domain.dns_next_check = False
        with self.enter_registry_test_mode():
            self.env.ref("email_communication.ir_cron_check_dns").method_direct_trigger()
        self.domain.invalidate_recordset()

    def messages(self):
        return self.domain.message_ids.filtered(lambda m: m.subject)

    def test_only_changes_are_told(self):
        self.run_cron()
        self.assertTrue(self.domain.dns_status)
        self.run_cron()
        self.assertEqual(len(self.domain.dns_check_ids), 2)
        self.assertFalse(self.messages())
        self.assertFalse(self.domain.activity_ids)

    def test_a_regression_makes_an_activity(self):
        self.run_cron()
        self.dns.set_zone("watched.test", zone(GOOD_SPF, '@ IN TXT "v=spf1 -all <b>"'))
        self.run_cron()
        [message] = self.messages()
        self.assertIn("2 SPF records", message.body)
        self.assertIn("v=spf1 mx ~all", message.body)
        self.assertIn("&lt;b&gt;", message.body)
        [activity] = self.domain.activity_ids
        self.assertEqual(activity.user_id, self.watcher)
        self.assertIn("2 SPF records", activity.note)
        self.assertEqual(self.domain.dns_status, "error")

        # It gets worse: the same activity, brought up to date.
        self.dns.set_zone("watched.test", zone().replace("_dmarc", "other"))
        self.run_cron()
        self.assertEqual(self.domain.activity_ids, activity)
        self.assertIn("DMARC", activity.note)

        # It is repaired: told in the chatter, and the activity is done.
        self.dns.set_zone("watched.test", zone(GOOD_SPF))
        self.run_cron()
        self.assertEqual(len(self.messages()), 3)
        self.assertFalse(self.domain.activity_ids)
        self.assertTrue(self.domain.message_ids.filtered(lambda m: "as good as before" in m.body))

    def test_an_activity_is_done_only_when_what_got_worse_is_repaired(self):
        tls_rpt = '_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:tls@watched.test"'
        could_be_better = zone(GOOD_SPF).replace("p=reject", "p=none")
        self.dns.set_zone("watched.test", could_be_better)
        self.run_cron()
        self.assertEqual(self.domain.dns_status, "warning")
        self.dns.set_zone("watched.test", could_be_better.replace("v=spf1", "v=spf9"))
        self.run_cron()
        self.assertTrue(self.domain.activity_ids)

        # Something else gets better, and then nothing can be told: neither is a repair.
        repaired = f"{could_be_better}{tls_rpt}\n"
        self.dns.set_zone("watched.test", repaired.replace("v=spf1", "v=spf9"))
        self.run_cron()
        self.assertTrue(self.domain.activity_ids)
        self.dns.fail("watched.test", None, "servfail")
        self.run_cron()
        self.assertTrue(self.domain.activity_ids)

        # As good as before, though not perfect.
        self.dns.reset()
        self.dns.set_zone("watched.test", repaired)
        self.run_cron()
        self.assertEqual(self.domain.dns_status, "warning")
        self.assertFalse(self.domain.activity_ids)

    def test_a_new_selector_is_no_regression(self):
        self.run_cron()
        self.domain.dkim_selectors = "new"
        self.run_cron()
        [message] = self.messages()
        self.assertIn("was checked for the first time", message.body)
        self.assertFalse(self.domain.activity_ids)

    def test_an_outage_of_the_dns_is_no_regression(self):
        self.run_cron()
        self.dns.fail("watched.test", None, "servfail")
        self.addCleanup(self.dns.reset)
        self.run_cron()
        self.assertEqual(self.domain.dns_status, "unknown")
        self.assertFalse(self.messages().mapped("body"))
        self.assertFalse(self.domain.activity_ids)

    def test_nobody_named_means_the_first_administrator(self):
        self.domain.dns_alert_user_ids = False
        self.run_cron()
        self.dns.set_zone("watched.test", zone())
        self.run_cron()
        [activity] = self.domain.activity_ids
        self.assertTrue(activity.user_id.has_group("base.group_system"))

    def test_uninstalling_takes_the_activities_along(self):
        self.run_cron()
        self.dns.set_zone("watched.test", zone())
        self.run_cron()
        activity = self.domain.activity_ids
        self.assertTrue(activity)
        uninstall_hook(self.env)
        self.assertFalse(activity.exists())

    def test_a_domain_is_asked_once_a_day(self):
        self.run_cron()
        with self.enter_registry_test_mode():
            self.env.ref("email_communication.ir_cron_check_dns").method_direct_trigger()
        self.assertEqual(len(self.domain.dns_check_ids), 1)

    @mute_logger("odoo.addons.email_communication.models.mail_alias_domain")
    def test_one_domain_that_fails_does_not_stop_the_others(self):
        other = self.env["mail.alias.domain"].create({"name": "acme.test", "sequence": 99})
        checks = type(self.env["mail.alias.domain.check"])
        ask = checks._ask_dns__

        def fail_for_watched(check):
            if check.domain_name == "watched.test":
                raise ValueError("unforeseen")
            return ask(check)

        with patch.object(checks, "_ask_dns__", fail_for_watched):
            self.run_cron()
        self.assertTrue(other.dns_status)
        self.assertFalse(self.domain.dns_status)
        self.assertGreater(self.domain.dns_next_check, fields.Datetime.now())
