from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestAliasPage(IncomingCase, TransactionCase):
    """An alias says in words what it does and how its mails have fared."""

    def receive(self, *raws):
        self.deliver(*raws)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.fetch()
        self.env.invalidate_all()

    def test_what_it_does(self):
        self.assertIn("creates a record (Contact)", self.alias.makes_sentence)
        self.assertEqual(self.alias.writers_sentence, "Everyone.")
        topic = self.env["res.partner"].create({"name": "Topic"})
        self.alias.write({"alias_force_thread_id": topic.id, "alias_contact": "followers"})
        self.assertEqual(self.alias.makes_sentence, "Every mail is put into Contact “Topic”.")
        self.assertIn("Only followers", self.alias.writers_sentence)
        topic.unlink()
        self.alias.invalidate_recordset()
        self.assertIn("a record that is gone (Contact)", self.alias.makes_sentence)

    def test_whom_it_belongs_to(self):
        team = self.env["crm.team"].create({"name": "Direct"})
        self.alias.write(
            {
                "alias_parent_model_id": self.env["ir.model"]._get_id("crm.team"),
                "alias_parent_thread_id": team.id,
            }
        )
        self.assertIn("for Sales Team “Direct”", self.alias.makes_sentence)

    def test_its_mails(self):
        self.assertEqual((self.alias.last_mail, self.alias.outcomes), (False, "No mail."))
        self.assertIn("Not tested", self.alias.status_sentence)
        self.receive(
            self.raw_mail(1),
            self.raw_mail(2, to="Contacts@acme.test"),
            self.raw_mail(3, to="mycontacts@acme.test"),
        )
        self.assertEqual(self.alias.outcomes, "Processed: 2")
        self.assertIn("made what it should", self.alias.status_sentence)
        rows = self.env["mail.incoming"].search([("recipients", "ilike", "contacts@acme.test")])
        self.assertEqual(self.alias.last_mail, max(rows[-2:].mapped("create_date")))

    def test_mails_to_its_former_address_are_its_own(self):
        self.alias.alias_name = "people"
        self.receive(self.raw_mail())
        self.assertEqual(self.alias.outcomes, "Processed: 1")
        found = self.env["mail.incoming"].search(self.alias.action_incoming()["domain"])
        self.assertEqual(found.subject, "Question 1")

    def test_an_error(self):
        self.alias.alias_defaults = "{'no_such_field_id': 1, 'parent_id': 'x'}"
        with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_model"):
            self.receive(self.raw_mail())
        self.assertEqual(self.alias.outcomes, "Failed: 1")

    def test_the_form_says_what_a_change_does(self):
        with Form(self.alias, view="mail.mail_alias_view_form") as form:
            form.alias_name = "people"
            self.assertIn("contacts@acme.test", form.address_notice)
            form.alias_name = False
            self.assertIn("the alias is closed", form.address_notice)
            form.alias_name = "contacts"
            self.assertFalse(form.address_notice)

    def test_an_employee_sees_what_it_does_and_no_mails(self):
        employee = new_test_user(self.env, "alias_employee", groups="base.group_user")
        alias = self.alias.with_user(employee)
        self.assertIn("creates a record", alias.makes_sentence)
        self.assertEqual(alias.answers_at, "contacts@acme.test")
        self.assertNotIn("outcomes", alias.fields_get())

    def test_a_made_up_mail_creates_nothing(self):
        self.alias.alias_name = "people"
        action = self.alias.action_send_test()
        simulation = self.env[action["res_model"]].with_context(**action.get("context", {}))
        simulation = simulation.browse(action.get("res_id")) or simulation.create({})
        self.assertEqual(simulation.email_to, "people@acme.test")
        self.assertIn("creates a new record: Contact", simulation.headline)
        simulation.email_to = "contacts@acme.test"
        self.assertIn("is a former address", simulation.steps_html)
        self.assertEqual(simulation.verdict, "accepted")
        simulation.write(
            {"email_from": "forwarding-noreply@google.com", "body": "Confirmation code: 123456"}
        )
        self.assertEqual(simulation.verdict, "refused")
        self.assertFalse(self.partners())
        self.assertFalse(self.env["mail.former.address"].search([("mail_count", ">", 0)]))
