from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import config, convert_file, file_path

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


class ProviderCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = cls.env["ir.mail_server"]
        cls.servers.search([]).action_archive()
        cls.presets = cls.env["mail.provider"].search([])

    def preset(self, name):
        return self.env.ref(f"email_communication.mail_provider_{name}")

    def create_server(self, name, host="smtp.acme.test", **values):
        return self.servers.create({"name": name, "smtp_host": host, **values})


@tagged("post_install", "-at_install")
class TestProviderOfServer(ProviderCase):
    def test_recognised_by_the_host(self):
        for host, name in HOSTS.items():
            with self.subTest(host=host):
                self.assertEqual(self.create_server(host, host).provider_id, self.preset(name))
        self.assertFalse(self.create_server("Unknown", "smtp.acme.test").provider_id)
        self.assertFalse(self.create_server("Impostor", "smtp.gmail.com.acme.test").provider_id)

    def test_follows_the_host(self):
        server = self.create_server("Server", "smtp.gmail.com")
        server.smtp_host = "smtp.mailgun.org"
        self.assertEqual(server.provider_id, self.preset("mailgun"))
        server.smtp_host = "smtp.acme.test"
        self.assertFalse(server.provider_id)

    def test_what_is_picked_stays(self):
        server = self.create_server("Server", "smtp.acme.test")
        server.provider_id = self.preset("own")
        server.smtp_host = "smtp2.acme.test"
        self.assertEqual(server.provider_id, self.preset("own"))
        server.write({"smtp_host": "smtp.gmail.com", "provider_id": self.preset("brevo").id})
        self.assertEqual(server.provider_id, self.preset("brevo"))

    def stored_provider(self, server):
        server.flush_recordset()
        self.env.cr.execute(
            "SELECT picked_provider_id FROM ir_mail_server WHERE id = %s", [server.id]
        )
        return self.presets.browse(self.env.cr.fetchone()[0])

    def test_only_what_a_person_picked_is_stored(self):
        server = self.create_server("Server", "smtp.gmail.com")
        self.assertFalse(self.stored_provider(server))
        server.provider_id = self.preset("google")
        self.assertFalse(self.stored_provider(server), "recognised all the same")
        server.provider_id = self.preset("brevo")
        self.assertEqual(self.stored_provider(server), self.preset("brevo"))
        server.provider_id = False
        self.assertFalse(self.stored_provider(server))
        self.assertEqual(server.provider_id, self.preset("google"))
        own = self.create_server("Own", provider_id=self.preset("own").id)
        self.assertEqual(self.stored_provider(own), self.preset("own"))

    def test_a_host_that_changes_behind_our_back(self):
        """As where it comes from a configuration file: no write of Odoo's tells of it."""
        server = self.create_server("Server", "smtp.gmail.com")
        self.assertEqual(server.provider_id, self.preset("google"))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_mail_server SET smtp_host = 'smtp.office365.com' WHERE id = %s", [server.id]
        )
        self.env.invalidate_all()
        self.assertEqual(server.provider_id, self.preset("microsoft"))

    def test_servers_are_found_by_their_provider(self):
        recognised = self.create_server("Recognised", "smtp.gmail.com")
        picked = self.create_server("Picked", provider_id=self.preset("google").id)
        unknown = self.create_server("Unknown")
        google = self.preset("google")
        self.assertEqual(
            self.servers.search([("provider_id", "=", google.id)]), recognised + picked
        )
        self.assertEqual(
            self.servers.search([("provider_id", "ilike", "goog")]), recognised + picked
        )
        self.assertEqual(self.servers.search([("provider_id", "=", False)]), unknown)

    def test_picking_in_the_form_of_a_new_server_stores_nothing_that_the_host_tells(self):
        form = Form(self.servers)
        form.name = "Server"
        form.provider_id = self.preset("google")
        form.smtp_host = "smtp.mailgun.org"
        self.assertEqual(form.provider_id, self.preset("mailgun"))
        form.provider_id = self.preset("google")
        server = form.save()
        self.assertEqual(server.smtp_host, "smtp.gmail.com")
        self.assertFalse(self.stored_provider(server))
        form = Form(self.servers)
        form.name = "Own"
        form.provider_id = self.preset("own")
        form.smtp_host = "mail.acme.test"
        self.assertEqual(self.stored_provider(form.save()), self.preset("own"))

    def test_odoo_chooses_its_authentication(self):
        form = Form(self.servers)
        form.name = "Server"
        form.provider_id = self.preset("odoo")
        self.assertEqual(form.smtp_authentication, "cli")
        self.assertEqual(form.provider_id, self.preset("odoo"))
        form.provider_id = self.preset("google")
        self.assertEqual((form.smtp_authentication, form.smtp_host), ("login", "smtp.gmail.com"))
        form.provider_id = self.preset("odoo")
        self.assertEqual(form.save().provider_id, self.preset("odoo"))

    def test_the_command_line_stays_where_its_host_is_recognised(self):
        with patch.dict(config.options, {"smtp_server": "smtp.gmail.com"}):
            form = Form(self.servers)
            form.smtp_authentication = "cli"
            self.assertEqual(form.provider_id, self.preset("google"))
            self.assertEqual(form.smtp_authentication, "cli")

    def test_picking_fills_in_where_the_authentication_is_empty(self):
        server = self.servers.new(
            {"smtp_authentication": False, "provider_id": self.preset("google").id}
        )
        server._onchange_provider_id()
        self.assertEqual((server.smtp_host, server.smtp_port), ("smtp.gmail.com", 587))

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
        server = self.create_server(
            "Server", "relay.acme.test", smtp_port=2525, smtp_encryption="ssl"
        )
        with Form(server) as form:
            form.provider_id = self.preset("google")
        self.assertEqual(server.provider_id, self.preset("google"))
        self.assertEqual(
            (server.smtp_host, server.smtp_port, server.smtp_encryption),
            ("relay.acme.test", 2525, "ssl"),
        )

    def test_the_port_follows_the_encryption_where_the_provider_is_known(self):
        form = Form(self.create_server("Known", "smtp.gmail.com"))
        ports = {"ssl_strict": 465, "starttls": 587, "ssl": 465, "none": 25}
        for encryption, port in ports.items():
            form.smtp_encryption = encryption
            self.assertEqual(form.smtp_port, port, encryption)
        form = Form(self.create_server("Unknown", "smtp.acme.test"))
        for encryption, port in [("starttls_strict", 587), ("ssl", 465), ("none", 25)]:
            form.smtp_encryption = encryption
            self.assertEqual(form.smtp_port, port, encryption)

    def test_nonsense_selectors_are_refused_by_name(self):
        server = self.create_server("Server")
        server.dkim_selectors = "s1, s2=s2.dkim.example.net, s3._domainkey.acme.test"
        with self.assertRaisesRegex(ValidationError, "“a b” .entry 2 of the DKIM selectors."):
            server.dkim_selectors = "s1, a b"
        with self.assertRaisesRegex(ValidationError, "“s1=x” .entry 1.*target of a CNAME"):
            server.dkim_selectors = "s1=x"
        with self.assertRaisesRegex(ValidationError, "“a b” .entry 1"):
            self.preset("own").dkim_selectors = "a b"

    def test_the_note_says_limits_quirks_and_date(self):
        note = self.create_server("Server", "in-v3.mailjet.com").provider_note
        self.assertIn("200 e-mails a day", note)
        self.assertIn("The user name is the API key.", note)
        self.assertIn("last verified on 11/22/2026", note)
        self.assertFalse(self.create_server("Unknown").provider_note)


@tagged("post_install", "-at_install")
class TestProviderMigration(ProviderCase):
    """Earlier versions stored what was recognised in the same place as what was picked."""

    def migrate(self):
        path = file_path("email_communication/migrations/19.0.1.2.0/post-migrate.py")
        load_script(path, "post_migrate").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_what_was_recognised_is_given_up_and_what_was_picked_stays(self):
        stale = self.create_server("Stale", "smtp.office365.com")
        stale.picked_provider_id = self.preset("google")
        recognised = self.create_server("Recognised", "smtp.gmail.com")
        recognised.picked_provider_id = self.preset("google")
        archived = recognised.copy({"active": False, "name": "Archived"})
        own = self.create_server("Own", "smtp.gmail.com")
        own.picked_provider_id = self.preset("own")
        relay = self.create_server("Relay", "relay.acme.test")
        relay.picked_provider_id = self.preset("brevo")
        self.preset("odoo").smtp_authentication = False
        self.migrate()
        self.assertFalse((stale + recognised + archived).picked_provider_id)
        self.assertEqual(stale.provider_id, self.preset("microsoft"))
        self.assertEqual(recognised.provider_id, self.preset("google"))
        self.assertEqual(own.provider_id, self.preset("own"))
        self.assertEqual(relay.provider_id, self.preset("brevo"))
        self.assertEqual(self.preset("odoo").smtp_authentication, "cli")


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
        server = self.create_server("Server")
        server.provider_id = self.preset("own")
        data = "data/mail_provider_data.xml"
        convert_file(self.env, "email_communication", data, {}, mode="update", noupdate=False)
        self.env.invalidate_all()
        self.assertEqual(google.smtp_port, 465)
        self.assertEqual(google.spf_terms, "include:mine.example")
        self.assertEqual(google.quirks, "Mine.")
        self.assertEqual(server.provider_id, self.preset("own"))

    def test_a_preset_that_was_deleted_stays_deleted(self):
        self.preset("ovh").unlink()
        names = self.presets.search([]).mapped("name")
        data = "data/mail_provider_data.xml"
        convert_file(self.env, "email_communication", data, {}, mode="update", noupdate=False)
        self.assertEqual(self.presets.search([]).mapped("name"), names)
        self.assertFalse(
            self.env.ref("email_communication.mail_provider_ovh", raise_if_not_found=False)
        )

    def test_notes_read_like_one_text(self):
        for provider in self.presets:
            note = provider._note()
            with self.subTest(provider=provider.name):
                for doubt in ("not been verified", "Sources disagree", "as others report"):
                    self.assertNotIn(doubt, note)

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
        self.assertEqual(self.create_server("Server", "eu.relay.mine.example").provider_id, mine)
