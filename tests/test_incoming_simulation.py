import base64
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.mail.models.mail_mail import MailMail
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from .test_incoming_steps import StepsCase

OWN_TABLE = "mail_incoming_simulation"


@tagged("post_install", "-at_install")
class TestIncomingSimulation(StepsCase, TransactionCase):
    """What would happen to a mail is shown, and nothing happens."""

    def simulate(self, **values):
        return self.env["mail.incoming.simulation"].create(values)

    def content(self):
        """A digest of each table, without the window's own."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        return {table: self.digest(table) for (table,) in tables if table != OWN_TABLE}

    def digest(self, table):
        return self.env.execute_query(
            SQL(
                "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM %s t",
                SQL.identifier(table),
            )
        )

    def assert_nothing_happens(self, **values):
        """The simulation, after having compared the whole database and what left the house."""
        simulation = self.simulate(**values)
        cr = self.env.cr
        before = self.content()
        hooks = {name: list(getattr(cr, name)._funcs) for name in HOOKS}
        with (
            patch.object(MailMail, "send") as sent,
            patch.object(IrMail_Server, "send_email") as posted,
        ):
            self.assertTrue(simulation.steps)
        after = self.content()
        self.assertEqual({table for table in after if after[table] != before.get(table)}, set())
        self.assertEqual({name: list(getattr(cr, name)._funcs) for name in HOOKS}, hooks)
        self.assertFalse(sent.called or posted.called)
        return simulation

    def test_a_mail_that_is_described(self):
        simulation = self.assert_nothing_happens(email_to="contacts@acme.test")
        self.assertEqual(self.values(simulation, "alias")["alias"], "contacts@acme.test")
        self.assertEqual(simulation.verdict, "accepted")
        self.assertIn("It creates a new record: Contact.", simulation.headline)
        self.assertFalse(self.env["res.partner"].search([("name", "=", simulation.subject)]))

    def test_the_steps_are_those_of_the_mail_that_really_comes(self):
        self.alias.copy({"alias_name": "people", "alias_contact": "partners"})
        message = self.env.company.partner_id.message_post(body="Hello", message_type="comment")
        for number, headers in enumerate(
            (
                {},
                {"to": "people@acme.test"},
                {"to": "catchall@acme.test"},
                {"to": "x@acme.test", "In_Reply_To": message.message_id},
                {"to": "bounce@acme.test"},
                {"References": "<1-loop-detection-bounce-email@acme.test>"},
                {"sender": "admin@example.com"},
            )
        ):
            with self.subTest(headers=headers):
                raw = self.raw_mail(number, **headers)
                simulated = self.assert_nothing_happens(raw=raw.decode()).steps
                self.assertEqual(simulated, self.receive(raw=raw).steps)

    def test_an_answer_to_a_message(self):
        partner = self.env["res.partner"].create({"name": "Carla"})
        message = partner.message_post(body="Hello", message_type="comment")
        simulation = self.assert_nothing_happens(
            email_to="catchall@acme.test", reply_to_id=message.id
        )
        self.assertEqual(self.values(simulation, "updates")["res_id"], partner.id)
        chosen = self.simulate(
            email_to="catchall@acme.test", record_ref=f"res.partner,{partner.id}"
        )
        self.assertEqual(chosen.reply_to_id, message)

    def test_a_sender_who_would_be_answered(self):
        self.alias.alias_contact = "partners"
        simulation = self.assert_nothing_happens(email_to="contacts@acme.test")
        self.assertEqual(simulation.verdict, "refused")
        self.assertIn("ada@example.com", self.values(simulation, "answered")["address"])
        self.assertIn("accepts mails of", simulation.headline)

    def test_an_alias_that_is_set_up_wrongly(self):
        self.alias.alias_contact = "followers"
        self.env.flush_all()
        self.alias.alias_status = "valid"
        simulation = self.assert_nothing_happens(email_to="contacts@acme.test")
        self.assertIn("alias_invalid", self.codes(simulation))
        self.assertEqual(self.alias.alias_status, "valid")

    def test_a_record_that_cannot_be_made(self):
        model = type(self.env["res.partner"])
        with patch.object(model, "message_new", side_effect=ValueError("No room for it")):
            simulation = self.assert_nothing_happens(email_to="contacts@acme.test")
        self.assertEqual(simulation.verdict, "refused")
        self.assertIn("No room for it", simulation.headline)

    def test_a_database_that_refuses_the_record(self):
        model = type(self.env["res.partner"])

        def refused(thread, *args, **kwargs):
            thread.env.cr.execute("SELECT 1/0", log_exceptions=False)

        with patch.object(model, "message_new", refused):
            simulation = self.assert_nothing_happens(email_to="contacts@acme.test")
        self.assertIn("failed", self.codes(simulation))

    def test_code_that_commits_by_itself_commits_nothing(self):
        model = type(self.env["res.partner"])
        new = model.message_new

        def committing(thread, *args, **kwargs):
            record = new(thread, *args, **kwargs)
            thread.env.cr.commit()  # pylint: disable=invalid-commit
            thread.env.cr.postcommit.add(told.append)
            return record

        told = []
        with patch.object(model, "message_new", committing):
            self.assert_nothing_happens(email_to="contacts@acme.test")
        self.assertFalse(told)

    def test_what_is_counted_beside_the_mail_is_not_counted(self):
        """On cursors of their own, as outside of tests."""
        self.alias.alias_name = "people"
        former = self.env["mail.former.address"].search([("address", "=", "contacts@acme.test")])
        self.assertTrue(former)
        with self.registry_cursor() as env:
            simulation = env["mail.incoming.simulation"].create({"email_to": former.address})
            self.assertEqual(simulation.verdict, "accepted")
        former.invalidate_recordset()
        self.assertFalse(former.mail_count)

    def test_people_who_would_be_notified_are_not(self):
        follower = new_test_user(
            self.env, "erin", email="erin@acme.test", notification_type="inbox"
        )
        lead = self.env["crm.lead"].create({"name": "Desks", "email_from": "ada@example.com"})
        lead.message_subscribe(follower.partner_id.ids)
        message = lead.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        simulation = self.assert_nothing_happens(
            email_to="catchall@acme.test", reply_to_id=message.id
        )
        self.assertEqual(self.values(simulation, "updates")["res_id"], lead.id)

    def test_attachments_leave_no_file(self):
        text = "\r\n".join(
            (
                "From: carl@customer.test",
                "To: contacts@acme.test",
                'Content-Type: multipart/mixed; boundary="x"',
                "",
                "--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x",
                "Content-Type: application/pdf; name=a.pdf\r\n\r\nNobody has this\r\n--x--",
            )
        )
        with patch.object(type(self.env["ir.attachment"]), "_file_write") as written:
            self.assert_nothing_happens(raw=text)
        self.assertFalse(written.called)

    # ------------------------------------------------------------
    # THE WAYS TO GIVE A MAIL
    # ------------------------------------------------------------

    def test_a_file(self):
        simulation = self.assert_nothing_happens(eml=base64.b64encode(self.raw_mail()))
        self.assertEqual(simulation.source, "upload")
        self.assertIn("alias", self.codes(simulation))

    def test_a_mail_that_waits_in_the_spool(self):
        row = self.env["mail.incoming"]._spool([(self.raw_mail(), {})])
        simulation = self.assert_nothing_happens(incoming_id=row.id)
        self.assertEqual(simulation.source, "incoming")
        self.assertIn("creates", self.codes(simulation))
        self.assertEqual((row.state, row.attempts), ("received", 0))

    def test_a_mail_that_has_arrived_already(self):
        """The question is where it would go; that it is there already is said as well."""
        row = self.receive()
        simulation = self.assert_nothing_happens(incoming_id=row.id)
        self.assertIn("duplicate_allowed", self.codes(simulation))
        self.assertIn("creates", self.codes(simulation))

    def test_the_mailbox_counts(self):
        self.mailbox.object_id = self.env["ir.model"]._get_id("crm.lead")
        simulation = self.assert_nothing_happens(
            email_to="anybody@acme.test", mailbox_id=self.mailbox.id
        )
        self.assertEqual(self.values(simulation, "fallback")["model"], "crm.lead")
        self.assertEqual(
            self.codes(self.assert_nothing_happens(email_to="anybody@acme.test"))[-1], "no_route"
        )

    def test_what_is_no_mail_is_said_calmly(self):
        for values in (
            {"raw": "x"},
            {"raw": "From: x\nTo: " + "," * 100_000},
            {"email_from": "@@", "email_to": "<<>>,;\n\nBcc: evil@x.test"},
            {"eml": base64.b64encode(bytes(range(256)))},
        ):
            with self.subTest(values=str(values)[:50]):
                self.assertEqual(self.assert_nothing_happens(**values).verdict, "refused")
        self.assertEqual(self.simulate().verdict, "nothing")

    def test_the_window(self):
        form = Form(self.env["mail.incoming.simulation"])
        self.assertEqual(form.verdict, "nothing")
        form.email_to = "contacts@acme.test"
        self.assertEqual(form.verdict, "accepted")
        form.email_to = "nobody@acme.test"
        self.assertEqual(form.verdict, "refused")
        form.source = "paste"
        self.assertEqual(form.verdict, "nothing")
        form.raw = self.raw_mail().decode()
        self.assertEqual(form.verdict, "accepted")

    def test_it_opens_from_where_one_looks(self):
        row = self.receive()
        for action, expected in (
            (self.alias.action_send_test(), {"default_email_to": "contacts@acme.test"}),
            (row.action_simulate(), {"default_incoming_id": row.id}),
            (self.mailbox.action_simulate(), {"default_mailbox_id": self.mailbox.id}),
        ):
            self.assertEqual(action["res_model"], "mail.incoming.simulation")
            self.assertLessEqual(expected.items(), action["context"].items())
            form = Form(self.env[action["res_model"]].with_context(**action["context"]))
            self.assertTrue(form.steps_html)

    def test_only_administrators(self):
        employee = new_test_user(self.env, "erin", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["mail.incoming.simulation"].with_user(employee).create({})

    def test_mails_of_other_companies_stay_theirs(self):
        company = self.env["res.company"].create({"name": "Other"})
        row = self.env["mail.incoming"]._spool([(self.raw_mail(), {"company_id": company.id})])
        administrator = new_test_user(self.env, "adam", groups="base.group_system")
        simulation = self.env["mail.incoming.simulation"].with_user(administrator)
        with self.assertRaises(AccessError):
            simulation.create({"incoming_id": row.id}).steps  # noqa: B018 - it is computed


HOOKS = ("precommit", "postcommit", "prerollback", "postrollback")
