from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .common import DnsCase

GOOD_SPF = '@ 300 IN TXT "v=spf1 mx ~all"'


def zone(*records):
    return "\n".join(
        [
            "$TTL 300",
            "@ IN SOA ns.test. admin.test. 1 3600 600 86400 300",
            "@ IN NS ns.test.",
            "@ IN MX 10 mail",
            "mail IN A 192.31.196.10",
            '_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@watched.test"',
            *records,
            "",
        ]
    )


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
        """What the checks said; neither Odoo's own lines nor those of another app."""
        return self.domain.message_ids.filtered(lambda m: "has changed" in (m.subject or ""))

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

    def test_a_domain_that_vanishes_and_comes_back(self):
        self.run_cron()
        self.dns.reset()
        self.run_cron()
        self.assertEqual(self.domain.dns_status, "error")
        [message] = self.messages()
        self.assertIn("does not exist", message.body)
        self.assertNotIn("for the first time", message.body)
        [activity] = self.domain.activity_ids
        self.assertIn("does not exist", activity.note)
        self.run_cron()
        self.assertEqual(self.messages(), message, "Told once")

        self.dns.set_zone("watched.test", zone(GOOD_SPF))
        self.run_cron()
        self.assertFalse(self.domain.activity_ids)
        self.assertTrue(self.domain.message_ids.filtered(lambda m: "as good as before" in m.body))

    def test_who_is_told_does_not_follow_the_chatter(self):
        colleague = new_test_user(self.env, "colleague", groups="base.group_user")
        self.domain.dns_alert_user_ids = colleague
        self.run_cron()
        self.dns.set_zone("watched.test", zone())
        self.run_cron()
        self.assertEqual(self.domain.activity_ids.user_id, colleague)
        self.assertNotIn(colleague.partner_id, self.domain.message_partner_ids)
        note = self.domain.activity_ids.with_user(colleague).note
        self.assertIn("SPF", note)

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

        self.run_cron()
        self.assertNotEqual(self.domain.dns_status, "unknown")
        before, other.dns_next_check = self.domain.dns_check_id, False
        with patch.object(checks, "_ask_dns__", fail_for_watched):
            self.run_cron()
        self.assertTrue(other.dns_status)
        self.assertEqual(self.domain.dns_status, "unknown", "Not the verdict of the day before")
        self.assertGreater(self.domain.dns_check_id.id, before.id)
        self.assertTrue(self.domain.dns_checked_at)
        self.assertIn("broke off", self.domain.dns_check_id.findings[0]["sentence"])
        self.assertGreater(self.domain.dns_next_check, fields.Datetime.now())
