import base64
import csv
import io
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestRedirections(IncomingCase, TransactionCase):
    """What has to be told to the mail server of a domain, and what of it has been seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.alias"].search([("id", "!=", cls.alias.id)]).alias_domain_id = False
        cls.alias_domain.bounce_alias = "returns"

    def wizard(self, **values):
        action = self.alias_domain.action_redirections()
        wizards = self.env[action["res_model"]].with_context(**action["context"])
        return wizards.create({"own_domain": "db.example", **values})

    def rows(self, wizard):
        content = base64.b64decode(wizard.csv_file).decode()
        _titles, *rows = csv.reader(io.StringIO(content))
        return {row[0]: row[1:] for row in rows}

    def test_every_address_and_its_target(self):
        wizard = self.wizard()
        targets = {
            "catchall@acme.test": "catchall@db.example",
            "returns@acme.test": "returns@db.example",
            "notifications@acme.test": "notifications@db.example",
            "contacts@acme.test": "contacts@db.example",
            "bounce@acme.test": "bounce@db.example",
        }
        rows = self.rows(wizard)
        self.assertEqual({address: row[0] for address, row in rows.items()}, targets)
        self.assertEqual(rows["bounce@acme.test"][1], "Former: Bounce")
        written = [line.split() for line in wizard.virtual_map.splitlines() if line[0] != "#"]
        self.assertEqual(dict(written), targets)
        for address, target in targets.items():
            self.assertRegex(wizard.text, rf"(?m)^{address} +-> {target}$")
            self.assertIn(address, wizard.table)

    def test_into_a_mailbox(self):
        with Form(self.wizard()) as form:
            form.way = "mailbox"
            self.assertIn("Choose a mailbox", form.problem)
            form.mailbox_id = self.mailbox
            self.assertFalse(form.problem)
            form.mailbox_address = "odoo@provider.test"
        self.assertEqual(
            {row[0] for row in self.rows(form.record).values()}, {"odoo@provider.test"}
        )

    def test_when_a_mail_was_last_seen(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2, to="mycontacts@acme.test"))
        self.fetch()
        rows = self.rows(self.wizard())
        today = str(fields.Date.context_today(self.alias))
        self.assertEqual(rows["contacts@acme.test"][2][:10], today)
        self.assertEqual(rows["catchall@acme.test"][2], "")

    def test_what_is_seen_is_the_last_one_with_its_outcome(self):
        spool = self.env["mail.incoming"]
        now = fields.Datetime.now()
        rows = spool.create(
            [
                {"recipients": "Us <Contacts@ACME.test>, contacts@acme.test", "state": "done"},
                {"recipients": "contacts@acme.test.", "state": "held"},
                {"recipients": "x.contacts@acme.test, contacts@acme.test.example"},
            ]
        )
        rows.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_incoming SET create_date = %s WHERE id = %s",
            [now - timedelta(days=40), rows[0].id],
        )
        outcomes = spool._seen(["contacts@acme.test"])["contacts@acme.test"]
        seen = {state: count for state, count, _last in outcomes}
        self.assertEqual(seen, {"done": 1, "held": 1})
        late = spool._seen(["contacts@acme.test"], since=now - timedelta(days=30))
        self.assertEqual([state for state, *_rest in late["contacts@acme.test"]], ["held"])
        self.assertEqual(spool._seen([]), {})

    def test_hostile_names_stay_text(self):
        self.alias.alias_name = "=1+1|'<b>'"
        name = self.alias.alias_name
        self.assertTrue(name.startswith("="))
        wizard = self.wizard()
        self.assertIn(f"'{name}@acme.test", self.rows(wizard))
        self.assertNotIn("<b>", wizard.table)

    def test_the_domain_of_the_database(self):
        self.assertIn("is not a domain name", self.wizard(own_domain="foo bar").problem)
        self.assertIn("Write the domain", self.wizard(own_domain=False).problem)
        self.former_addresses().action_drop_anyway()
        self.assertIn("Nothing has to be redirected", self.wizard(own_domain="acme.test").problem)

    def former_addresses(self):
        return self.alias_domain.former_address_ids

    def test_a_notification_address_of_others_is_not_redirected(self):
        self.alias_domain.default_from = "me@provider.test"
        self.assertNotIn("me@provider.test", self.rows(self.wizard()))

    def test_only_administrators(self):
        employee = new_test_user(self.env, "redirect_employee", groups="base.group_user")
        wizards = self.env["mail.alias.domain.redirect"].with_user(employee)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            wizards.create({"alias_domain_id": self.alias_domain.id})


@tagged("post_install", "-at_install")
class TestRedirectionsFile(HttpCase):
    def test_the_table_as_a_file(self):
        domain = self.env["mail.alias.domain"].create({"name": "file.test"})
        wizard = self.env["mail.alias.domain.redirect"].create(
            {"alias_domain_id": domain.id, "own_domain": "db.example"}
        )
        url = wizard.action_download_csv()["url"]
        self.authenticate("admin", "admin")
        wizard.with_user(self.env.ref("base.user_admin")).check_access("read")
        answer = self.url_open(url)
        self.assertIn("bounce@file.test,bounce@db.example", answer.text)
        self.assertIn("redirections-file.test.csv", answer.headers["Content-Disposition"])
        self.authenticate(None, None)
        self.assertNotIn("bounce@db.example", self.url_open(url).text)
