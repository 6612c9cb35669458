from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestFromFilter(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = cls.env["ir.mail_server"]
        cls.servers.search([]).action_archive()
        cls.env.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {"name": "acme.test", "default_from": "notifications"}
        )

    def new_server(self, name, from_filter, **values):
        return self.servers.create(
            {"name": name, "smtp_host": "smtp.acme.test", "from_filter": from_filter, **values}
        )

    def test_nonsense_is_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, "“exa mple.com” .entry 2 of the FROM filter."):
            self.new_server("Nonsense", "example.com, exa mple.com")
        server = self.new_server("Fine", "example.com")
        with self.assertRaisesRegex(ValidationError, "“ada@” .entry 1.*not an e-mail address"):
            server.from_filter = "ada@"
        with self.assertRaisesRegex(ValidationError, "write the domain alone: example.com"):
            server.from_filter = "*@example.com"
        with self.assertRaisesRegex(ValidationError, "“[*]example.com”.*in front of a domain"):
            server.from_filter = "*example.com"

    def as_before_installation(self, server, from_filter):
        """Odoo itself accepts every text."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_mail_server SET from_filter = %s WHERE id = %s", [from_filter, server.id]
        )
        server.invalidate_recordset()
        return server

    def test_what_odoo_had_accepted_can_be_kept(self):
        server = self.as_before_installation(self.new_server("Old", False), "foo bar")
        server.write({"name": "Renamed", "from_filter": "foo bar"})
        self.assertEqual(server.from_filter, "foo bar")
        self.assertEqual(server.copy().from_filter, "foo bar")
        with Form(server) as form:
            form.smtp_host = "smtp2.acme.test"
        with self.assertRaises(ValidationError):
            server.from_filter = "foo bar baz"
        server.from_filter = "example.com"
        self.assertFalse(server.from_filter_problem)

    def test_what_is_wrong_with_it_is_said(self):
        server = self.as_before_installation(self.new_server("Old", False), "foo bar")
        self.assertIn("“foo bar” (entry 1 of the FROM filter)", server.from_filter_problem)
        with self.assertLogs(
            "odoo.addons.email_communication.models.ir_mail_server_from_filter"
        ) as logs:
            self.servers._log_from_filter_problems()
        [line] = logs.output
        self.assertIn("“Old”", line)
        self.assertIn("“foo bar”", line)

    def test_it_says_whose_bounces_will_not_come_back(self):
        note = self.new_server("News", "news@acme.test").bounce_note
        self.assertIn("no red envelope will appear", note)
        self.assertIn("does not list bounce@acme.test", note)
        self.assertFalse(self.new_server("Acme", "acme.test").bounce_note)
        self.assertFalse(self.new_server("Everybody", False).bounce_note)
        self.assertTrue(self.new_server("Elsewhere", "elsewhere.example").bounce_note)

    def test_what_is_typed_is_normalised(self):
        server = self.new_server("Server", " Example.COM ,Ada <Ada@Example.com>, *.Example.com,")
        self.assertEqual(server.from_filter, "example.com, ada@example.com, *.example.com")
        server.from_filter = "B.example, b.example"
        self.assertEqual(server.from_filter, "b.example")

    def test_subdomains(self):
        exact = self.new_server("Exact", "example.com", sequence=2)
        wide = self.new_server("Wide", "*.example.com", sequence=1)
        narrow = self.new_server("Narrow", "*.eu.example.com", sequence=3)
        for address, server in [
            ("ada@example.com", exact),
            ("ada@shop.example.com", wide),
            ("Ada <ADA@a.b.Example.com>", wide),
            ("ada@shop.eu.example.com", narrow),
        ]:
            with self.subTest(address=address):
                self.assertEqual(self.servers._find_mail_server(address), (server, address))
        self.assertTrue(self.servers._match_from_filter("ada@shop.example.com", wide.from_filter))
        self.assertFalse(self.servers._match_from_filter("ada@example.com", wide.from_filter))

    def test_subdomain_of_the_notification_address(self):
        self.new_server("First", "elsewhere.example", sequence=1)
        server = self.new_server("Wide", "*.acme.test", sequence=2)
        self.env.company.alias_domain_id.default_from = "notifications@odoo.acme.test"
        self.assertEqual(
            self.servers._find_mail_server("ada@example.com"),
            (server, "notifications@odoo.acme.test"),
        )

    def test_the_choice_follows_every_change(self):
        first = self.new_server("First", "example.com", sequence=1)
        second = self.new_server("Second", "example.com", sequence=2)

        def chosen():
            return self.servers._find_mail_server("ada@example.com")[0]

        self.assertEqual(chosen(), first)
        first.sequence = 3
        self.assertEqual(chosen(), second)
        second.action_archive()
        self.assertEqual(chosen(), first)
        second.action_unarchive()
        second.from_filter = "example.org"
        self.assertEqual(chosen(), first)
        third = self.new_server("Third", "ada@example.com", sequence=9)
        self.assertEqual(chosen(), third)
        third.unlink()
        self.assertEqual(chosen(), first)

    def test_a_choice_does_not_outlive_what_was_rolled_back(self):
        first = self.new_server("First", "example.com", sequence=2)
        savepoint = self.env.cr.savepoint()
        second = self.new_server("Second", "example.com", sequence=1)
        self.assertEqual(self.servers._find_mail_server("ada@example.com")[0], second)
        savepoint.close(rollback=True)
        self.assertEqual(self.servers._find_mail_server("ada@example.com")[0], first)

    def test_servers_that_another_addon_keeps_away_stay_away(self):
        special = self.new_server("Special", False, sequence=1)
        normal = self.new_server("Normal", False, sequence=2)
        vanilla = IrMail_Server._find_mail_server

        def without_special(servers, email_from, mail_servers=None):
            if mail_servers is None:
                mail_servers = servers.search([], order="sequence, id")
            return vanilla(servers, email_from, mail_servers - special)

        with patch.object(IrMail_Server, "_find_mail_server", without_special):
            found = self.servers._find_mail_server("ada@example.com")[0]
            self.assertEqual(found, normal)
            found = self.servers._find_mail_server("ada@example.com", special + normal)[0]
            self.assertEqual(found, normal)

    def test_connection_test_of_a_subdomain_server(self):
        server = self.new_server("Wide", "*.example.com")
        self.assertTrue(
            self.servers._match_from_filter(server._get_test_email_from(), server.from_filter)
        )
