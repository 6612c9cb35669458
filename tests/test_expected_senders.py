from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import config

from ..core.sender import Selector
from .test_mail_provider import ProviderCase


def command_line(**options):
    return patch.dict(config.options, options)


@tagged("post_install", "-at_install")
class TestExpectedSenders(ProviderCase):
    def expected(self, domain, *notification_addresses):
        return self.servers._expected_senders(domain, notification_addresses)

    def names(self, domain, *notification_addresses):
        return [sender.name for sender in self.expected(domain, *notification_addresses)]

    def test_two_providers_for_one_domain(self):
        self.create_server(
            "Newsletters", "in-v3.mailjet.com", from_filter="news@acme.test", sequence=2
        )
        self.create_server("Transactional", "smtp.gmail.com", from_filter="acme.test", sequence=1)
        self.create_server("Elsewhere", "smtp.mailgun.org", from_filter="other.test", sequence=3)
        google, mailjet = self.expected("Acme.test.")
        self.assertEqual((google.name, google.host), ("Transactional", "smtp.gmail.com"))
        self.assertEqual(google.spf_terms, ("include:_spf.google.com",))
        self.assertEqual(google.selectors, (Selector("google"),))
        self.assertEqual(google.envelope_domain, "")
        self.assertEqual(mailjet.name, "Newsletters")
        self.assertEqual(mailjet.envelope_domain, "bnc3.mailjet.com")
        self.assertEqual(self.names("other.test"), ["Elsewhere"])
        self.assertEqual(self.names("nobody.test"), [])

    def test_subdomains(self):
        self.create_server("Wide", from_filter="*.acme.test")
        self.create_server("Narrow", from_filter="shop.acme.test")
        self.assertEqual(self.names("shop.acme.test"), ["Wide", "Narrow"])
        self.assertEqual(self.names("a.b.acme.test"), ["Wide"])
        self.assertEqual(self.names("acme.test"), [])

    def test_a_server_without_filter_sends_for_every_domain(self):
        self.create_server("Everybody")
        self.create_server("Acme", from_filter="acme.test")
        self.create_server("Archived", from_filter="acme.test", active=False)
        self.assertEqual(self.names("acme.test"), ["Everybody", "Acme"])
        self.assertEqual(self.names("other.test"), ["Everybody"])

    def test_a_server_that_sends_as_the_notification_address(self):
        self.create_server("First", from_filter="other.test", sequence=1)
        self.create_server("Second", from_filter="third.test", sequence=2)
        self.assertEqual(self.names("acme.test", "notifications@acme.test"), ["First"])
        self.assertEqual(self.names("acme.test", "notifications@other.test", False), [])

    def test_a_personal_server_sends_as_its_address(self):
        ada = new_test_user(self.env, "ada", email="ada@acme.test")
        self.create_server(
            "Ada's", "smtp.gmail.com", owner_user_id=ada.id, from_filter="ada@acme.test"
        )
        self.create_server("Shared", from_filter="other.test")
        self.assertEqual(self.names("acme.test"), ["Ada's"])
        self.assertEqual(self.names("other.test"), ["Shared"])

    def test_the_command_line_server(self):
        ada = new_test_user(self.env, "ada", email="ada@acme.test")
        self.env["ir.config_parameter"].set_param("mail.default.from_filter", False)
        with command_line(smtp_server="smtp.gmail.com", smtp_port=587, from_filter=False):
            (sender,) = self.expected("acme.test")
            self.assertEqual(sender.name, "the command line (smtp.gmail.com, port 587)")
            self.assertEqual(sender.host, "smtp.gmail.com")
            self.assertEqual(sender.spf_terms, ("include:_spf.google.com",))
        self.env["ir.config_parameter"].set_param("mail.default.from_filter", "acme.test")
        with command_line(smtp_server="localhost", smtp_port=25):
            (sender,) = self.expected("acme.test")
            self.assertEqual((sender.host, sender.spf_terms, sender.selectors), ("", None, None))
            self.assertEqual(self.names("other.test"), [])
            self.assertEqual(len(self.names("other.test", "notifications@other.test")), 1)
        personal = self.create_server("Ada's", owner_user_id=ada.id, from_filter="ada@acme.test")
        self.assertEqual(len(self.names("acme.test")), 2, "a personal server serves its owner only")
        personal.owner_user_id = False
        self.assertEqual(self.names("acme.test"), ["Ada's"])

    def test_without_any_server_the_situation_is_told(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("web.base.url", "https://erp.acme.test")
        with command_line(smtp_server="mail.acme.test"):
            (remark,) = self.servers._sending_remarks("acme.test")
        self.assertEqual(remark.code, "sending_by_configuration")
        self.assertEqual(remark.values, {"host": "mail.acme.test"})
        parameters.set_param("web.base.url", "https://acme.odoo.com")
        (remark,) = self.servers._sending_remarks("acme.test")
        self.assertEqual(remark.code, "sending_by_odoo")
        (sender,) = self.expected("acme.test")
        self.assertEqual(sender.spf_terms, ("include:_spf.odoo.com",))
        self.assertEqual(sender.selectors, (Selector("odoo", "odoo._domainkey.odoo.com"),))
        self.create_server("Ours", "mail.acme.test")
        self.assertEqual(self.servers._sending_remarks("acme.test"), ())

    def test_a_server_that_stands_for_the_command_line(self):
        server = self.create_server("Odoo's own", False, smtp_authentication="cli")
        server.provider_id = self.preset("odoo")
        with command_line(smtp_server="localhost"):
            (sender,) = self.expected("acme.test")
        self.assertEqual((sender.name, sender.host), ("Odoo's own", ""))
        self.assertEqual(sender.selectors, (Selector("odoo", "odoo._domainkey.odoo.com"),))

    def test_selectors_only_the_account_knows(self):
        server = self.create_server("SES", "email-smtp.eu-west-1.amazonaws.com")
        self.assertIsNone(self.expected("acme.test")[0].selectors)
        server.dkim_selectors = "abc, def._domainkey.acme.test, ghi._domainkey.other.test"
        self.assertEqual(
            self.expected("acme.test")[0].selectors,
            (
                Selector("abc", "abc.dkim.amazonses.com"),
                Selector("def", "def.dkim.amazonses.com"),
            ),
        )
        self.assertEqual(
            [selector.name for selector in self.expected("other.test")[0].selectors],
            ["abc", "ghi"],
        )

    def test_selectors_of_the_server_come_before_those_of_the_provider(self):
        server = self.create_server("Google", "smtp.gmail.com", dkim_selectors="mine")
        self.assertEqual(self.expected("acme.test")[0].selectors, (Selector("mine"),))
        server.dkim_selectors = "mine._domainkey.other.test"
        self.assertEqual(self.expected("acme.test")[0].selectors, (Selector("google"),))

    def test_an_own_server_and_one_of_nobody(self):
        server = self.create_server("Own", "mail.acme.test", provider_id=self.preset("own").id)
        sender = self.expected("acme.test")[0]
        self.assertEqual(sender.spf_terms, ("a:mail.acme.test",))
        self.assertIsNone(sender.selectors)
        server.smtp_host = "127.0.0.1"
        self.assertEqual(self.expected("acme.test")[0].host, "")
        self.assertIsNone(self.expected("acme.test")[0].spf_terms)
        server.provider_id = False
        self.assertIsNone(self.expected("acme.test")[0].spf_terms)

    def test_an_envelope_domain_below_that_of_the_sender(self):
        self.create_server("Mailgun", "smtp.mailgun.org")
        self.preset("mailgun").envelope_domain = "mg.{domain}"
        self.assertEqual(self.expected("acme.test")[0].envelope_domain, "mg.acme.test")
