from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import config, convert_file

from ..core.expected_sender import Selector
from ..core.spf import record as spf_record

HOSTS = {
    "smtp.gmail.com": "google",
    "smtp-relay.gmail.com": "google",
    "SMTP.Office365.com": "microsoft",
    "smtp.outlook.com": "microsoft",
    "in-v3.mailjet.com": "mailjet",
    "in.mailjet.com": "mailjet",
    "smtp.sendgrid.net": "sendgrid",
    "smtp.mailgun.org": "mailgun",
    "email-smtp.eu-west-1.amazonaws.com": "amazon_ses",
    "smtp-relay.brevo.com": "brevo",
    "smtp.postmarkapp.com": "postmark",
    "ssl0.ovh.net": "ovh",
}


def command_line(**options):
    return patch.dict(config.options, options)


class ProviderCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = cls.env["ir.mail_server"]
        cls.servers.search([]).action_archive()
        cls.presets = cls.env["mail.provider"].search([])

    def preset(self, name):
        return self.env.ref(f"email_communication.mail_provider_{name}")

    def create(self, name, host="smtp.acme.test", **values):
        return self.servers.create({"name": name, "smtp_host": host, **values})


@tagged("post_install", "-at_install")
class TestProviderOfServer(ProviderCase):
    def test_recognised_by_the_host(self):
        for host, name in HOSTS.items():
            with self.subTest(host=host):
                self.assertEqual(self.create(host, host).provider_id, self.preset(name))
        self.assertFalse(self.create("Unknown", "smtp.acme.test").provider_id)
        self.assertFalse(self.create("Impostor", "smtp.gmail.com.acme.test").provider_id)

    def test_follows_the_host(self):
        server = self.create("Server", "smtp.gmail.com")
        server.smtp_host = "smtp.mailgun.org"
        self.assertEqual(server.provider_id, self.preset("mailgun"))
        server.smtp_host = "smtp.acme.test"
        self.assertFalse(server.provider_id)

    def test_what_is_picked_stays(self):
        server = self.create("Server", "smtp.acme.test")
        server.provider_id = self.preset("own")
        server.smtp_host = "smtp2.acme.test"
        self.assertEqual(server.provider_id, self.preset("own"))
        server.write({"smtp_host": "smtp.gmail.com", "provider_id": self.preset("brevo").id})
        self.assertEqual(server.provider_id, self.preset("brevo"))

    def test_servers_that_were_there_before_the_presets(self):
        server = self.create("Server", "smtp.gmail.com", active=False)
        own = self.create("Own", provider_id=self.preset("own").id)
        server.provider_id = False
        self.servers._recognise_providers()
        self.assertEqual(server.provider_id, self.preset("google"))
        self.assertEqual(own.provider_id, self.preset("own"))

    def test_picking_fills_in_a_new_server(self):
        for provider in self.presets.filtered("smtp_host"):
            with self.subTest(provider=provider.name), Form(self.servers) as form:
                form.name = provider.name
                form.provider_id = provider
                self.assertEqual(form.smtp_host, provider.smtp_host)
                self.assertEqual(form.smtp_encryption, provider.smtp_encryption)
                self.assertEqual(form.smtp_port, provider.smtp_port)
            self.assertEqual(form.record.provider_id, provider)
            self.assertEqual(form.record.smtp_port, provider.smtp_port)

    def test_picking_another_provider_fills_in_again(self):
        form = Form(self.servers)
        form.provider_id = self.preset("google")
        form.provider_id = self.preset("ovh")
        self.assertEqual(
            (form.smtp_host, form.smtp_port, form.smtp_encryption),
            ("ssl0.ovh.net", 465, "ssl_strict"),
        )
        form.provider_id = self.preset("amazon_ses")
        self.assertFalse(form.smtp_host)
        self.assertEqual(form.provider_id, self.preset("amazon_ses"))
        self.assertEqual((form.smtp_port, form.smtp_encryption), (587, "starttls_strict"))

    def test_a_recognised_host_that_was_typed_stays(self):
        form = Form(self.servers)
        form.smtp_host = "email-smtp.eu-west-1.amazonaws.com"
        self.assertEqual(form.provider_id, self.preset("amazon_ses"))
        self.assertEqual(form.smtp_host, "email-smtp.eu-west-1.amazonaws.com")
        self.assertEqual((form.smtp_port, form.smtp_encryption), (587, "starttls_strict"))

        form = Form(self.servers)
        form.smtp_encryption = "ssl_strict"
        form.smtp_host = "smtp-relay.gmail.com"
        self.assertEqual(
            (form.smtp_host, form.smtp_port, form.smtp_encryption),
            ("smtp-relay.gmail.com", 465, "ssl_strict"),
        )

    def test_picking_does_not_overwrite_an_existing_server(self):
        server = self.create("Server", "relay.acme.test", smtp_port=2525, smtp_encryption="ssl")
        with Form(server) as form:
            form.provider_id = self.preset("google")
        self.assertEqual(server.provider_id, self.preset("google"))
        self.assertEqual(
            (server.smtp_host, server.smtp_port, server.smtp_encryption),
            ("relay.acme.test", 2525, "ssl"),
        )

    def test_the_port_follows_the_encryption_where_the_provider_is_known(self):
        form = Form(self.create("Known", "smtp.gmail.com"))
        ports = {"ssl_strict": 465, "starttls": 587, "ssl": 465, "none": 25}
        for encryption, port in ports.items():
            form.smtp_encryption = encryption
            self.assertEqual(form.smtp_port, port, encryption)
        form = Form(self.create("Unknown", "smtp.acme.test"))
        for encryption, port in [("starttls_strict", 25), ("ssl", 465), ("ssl_strict", 25)]:
            form.smtp_encryption = encryption
            self.assertEqual(form.smtp_port, port, encryption)

    def test_nonsense_selectors_are_refused_by_name(self):
        server = self.create("Server")
        server.dkim_selectors = "s1, s2=s2.dkim.example.net, s3._domainkey.acme.test"
        with self.assertRaisesRegex(ValidationError, "“a b” .entry 2 of the DKIM selectors."):
            server.dkim_selectors = "s1, a b"
        with self.assertRaisesRegex(ValidationError, "“s1=x” .entry 1.*target of a CNAME"):
            server.dkim_selectors = "s1=x"
        with self.assertRaisesRegex(ValidationError, "“a b” .entry 1"):
            self.preset("own").dkim_selectors = "a b"

    def test_the_note_says_limits_quirks_and_date(self):
        note = self.create("Server", "in-v3.mailjet.com").provider_note
        self.assertIn("200 e-mails a day", note)
        self.assertIn("The user name is the API key.", note)
        self.assertIn("last verified on 11/22/2026", note)
        self.assertFalse(self.create("Unknown").provider_note)


@tagged("post_install", "-at_install")
class TestProviderOfMailbox(ProviderCase):
    def test_picking_fills_in_a_new_mailbox(self):
        for provider in self.presets.filtered("imap_host"):
            with self.subTest(provider=provider.name):
                form = Form(self.env["fetchmail.server"])
                form.provider_id = provider
                self.assertEqual(
                    (form.server, form.port, form.is_ssl),
                    (provider.imap_host, provider.imap_port, provider.imap_ssl),
                )
                self.assertEqual(form.provider_id, provider)

    def test_an_unusual_port_of_a_provider_stays(self):
        self.preset("google").imap_port = 1993
        form = Form(self.env["fetchmail.server"])
        form.server = "imap.gmail.com"
        self.assertEqual((form.provider_id, form.port), (self.preset("google"), 1993))
        form.server_type = "pop"
        self.assertEqual(form.port, 995)
        form.server_type = "imap"
        self.assertEqual(form.port, 1993)

    def test_an_existing_mailbox_is_recognised_and_left_alone(self):
        mailbox = self.env["fetchmail.server"].create(
            {"name": "Mailbox", "server": "imap.acme.test", "port": 1143, "user": "ada"}
        )
        self.assertFalse(mailbox.provider_id)
        with Form(mailbox) as form:
            form.server = "imap.gmail.com"
            form.password = "secret"
        self.assertEqual(mailbox.provider_id, self.preset("google"))
        self.assertEqual((mailbox.port, mailbox.is_ssl), (1143, False))


@tagged("post_install", "-at_install")
class TestPresets(ProviderCase):
    def test_edits_survive_an_update_of_the_module(self):
        google = self.preset("google")
        google.write({"smtp_port": 465, "spf_terms": "include:mine.example", "quirks": "Mine."})
        server = self.create("Server")
        server.provider_id = self.preset("own")
        data = "data/mail_provider_data.xml"
        convert_file(self.env, "email_communication", data, {}, mode="update", noupdate=False)
        self.env.invalidate_all()
        self.assertEqual(google.smtp_port, 465)
        self.assertEqual(google.spf_terms, "include:mine.example")
        self.assertEqual(google.quirks, "Mine.")
        self.assertEqual(server.provider_id, self.preset("own"))

    def test_every_preset_is_complete_and_valid(self):
        encryptions = dict(self.servers._fields["smtp_encryption"].selection)
        self.assertGreaterEqual(len(self.presets), 11)
        for provider in self.presets:
            with self.subTest(provider=provider.name):
                self.assertTrue(provider.quirks.endswith("."))
                terms = provider.spf_terms or ""
                record = f"v=spf1 {terms.replace('{host}', 'mail.example.com')} ~all"
                self.assertFalse(spf_record.parse(record).problems)
                provider._parse_selectors(provider.dkim_selectors)
                if provider.host_patterns:
                    self.assertIn(provider.smtp_encryption, encryptions)
                    self.assertTrue(provider.smtp_port)
                for host in filter(None, (provider.smtp_host, provider.imap_host)):
                    self.assertEqual(self.presets._recognise(host), provider)

    def test_rights(self):
        user = new_test_user(self.env, "user", groups="base.group_user,base.group_erp_manager")
        with self.assertRaises(AccessError):
            self.env["mail.provider"].with_user(user).search([])
        admin = new_test_user(self.env, "admin2", groups="base.group_system")
        provider = self.preset("google").with_user(admin)
        provider.quirks = "Edited."
        self.assertEqual(provider.quirks, "Edited.")
        provider.create({"name": "Mine", "host_patterns": "*.mine.example"}).unlink()

    def test_a_provider_of_ones_own(self):
        mine = self.env["mail.provider"].create(
            {"name": "Mine", "host_patterns": "mx?.mine.example, *.relay.mine.example"}
        )
        self.assertEqual(self.create("Server", "eu.relay.mine.example").provider_id, mine)


@tagged("post_install", "-at_install")
class TestExpectedSenders(ProviderCase):
    def expected(self, domain, *notification_addresses):
        return self.servers._expected_senders(domain, notification_addresses)

    def names(self, domain, *notification_addresses):
        return [sender.name for sender in self.expected(domain, *notification_addresses)]

    def test_two_providers_for_one_domain(self):
        self.create("Newsletters", "in-v3.mailjet.com", from_filter="news@acme.test", sequence=2)
        self.create("Transactional", "smtp.gmail.com", from_filter="acme.test", sequence=1)
        self.create("Elsewhere", "smtp.mailgun.org", from_filter="other.test", sequence=3)
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
        self.create("Wide", from_filter="*.acme.test")
        self.create("Narrow", from_filter="shop.acme.test")
        self.assertEqual(self.names("shop.acme.test"), ["Wide", "Narrow"])
        self.assertEqual(self.names("a.b.acme.test"), ["Wide"])
        self.assertEqual(self.names("acme.test"), [])

    def test_a_server_without_filter_sends_for_every_domain(self):
        self.create("Everybody")
        self.create("Acme", from_filter="acme.test")
        self.create("Archived", from_filter="acme.test", active=False)
        self.assertEqual(self.names("acme.test"), ["Everybody", "Acme"])
        self.assertEqual(self.names("other.test"), ["Everybody"])

    def test_a_server_that_sends_as_the_notification_address(self):
        self.create("First", from_filter="other.test", sequence=1)
        self.create("Second", from_filter="third.test", sequence=2)
        self.assertEqual(self.names("acme.test", "notifications@acme.test"), ["First"])
        self.assertEqual(self.names("acme.test", "notifications@other.test", False), [])

    def test_a_personal_server_sends_as_its_address(self):
        ada = new_test_user(self.env, "ada", email="ada@acme.test")
        self.create("Ada's", "smtp.gmail.com", owner_user_id=ada.id, from_filter="ada@acme.test")
        self.create("Shared", from_filter="other.test")
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
        personal = self.create("Ada's", owner_user_id=ada.id, from_filter="ada@acme.test")
        self.assertEqual(len(self.names("acme.test")), 2, "a personal server serves its owner only")
        personal.owner_user_id = False
        self.assertEqual(self.names("acme.test"), ["Ada's"])

    def test_a_server_that_stands_for_the_command_line(self):
        server = self.create("Odoo's own", False, smtp_authentication="cli")
        server.provider_id = self.preset("odoo")
        with command_line(smtp_server="localhost"):
            (sender,) = self.expected("acme.test")
        self.assertEqual((sender.name, sender.host), ("Odoo's own", ""))
        self.assertEqual(sender.selectors, (Selector("odoo", "odoo._domainkey.odoo.com"),))

    def test_selectors_only_the_account_knows(self):
        server = self.create("SES", "email-smtp.eu-west-1.amazonaws.com")
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
        server = self.create("Google", "smtp.gmail.com", dkim_selectors="mine")
        self.assertEqual(self.expected("acme.test")[0].selectors, (Selector("mine"),))
        server.dkim_selectors = "mine._domainkey.other.test"
        self.assertEqual(self.expected("acme.test")[0].selectors, (Selector("google"),))

    def test_an_own_server_and_one_of_nobody(self):
        server = self.create("Own", "mail.acme.test", provider_id=self.preset("own").id)
        sender = self.expected("acme.test")[0]
        self.assertEqual(sender.spf_terms, ("a:mail.acme.test",))
        self.assertIsNone(sender.selectors)
        server.smtp_host = "127.0.0.1"
        self.assertEqual(self.expected("acme.test")[0].host, "")
        self.assertIsNone(self.expected("acme.test")[0].spf_terms)
        server.provider_id = False
        self.assertIsNone(self.expected("acme.test")[0].spf_terms)

    def test_an_envelope_domain_below_that_of_the_sender(self):
        self.create("Mailgun", "smtp.mailgun.org")
        self.preset("mailgun").envelope_domain = "mg.{domain}"
        self.assertEqual(self.expected("acme.test")[0].envelope_domain, "mg.acme.test")
