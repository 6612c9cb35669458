import hashlib

from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from .incoming_common import IncomingCase

OWN_TABLE = "mail_incoming_simulation"


@tagged("post_install", "-at_install")
class TestIncomingSimulation(IncomingCase, TransactionCase):
    """What would happen to a mail is shown, and nothing happens."""

    def setUp(self):
        super().setUp()
        self.enterContext(
            mute_logger("odoo.addons.mail.models.mail_thread", "odoo.addons.mail.models.mail_alias")
        )

    def simulate(self, **values):
        return self.env["mail.incoming.simulation"].create(values)

    def codes(self, simulation):
        return [step["code"] for step in simulation.steps]

    def content(self):
        """A digest of each table, without the wizard's own."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        return {table: self.digest(table) for (table,) in tables if table != OWN_TABLE}

    def digest(self, table):
        rows = self.env.execute_query(
            SQL("SELECT md5(t::text) FROM %s t ORDER BY 1", SQL.identifier(table))
        )
        return hashlib.md5("".join(row[0] for row in rows).encode()).hexdigest(), len(rows)

    def assert_nothing_happens(self, **values):
        simulation = self.simulate(**values)
        before = self.content()
        steps = simulation.steps
        after = self.content()
        self.assertEqual({t for t in after if after[t] != before.get(t)}, set())
        self.assertTrue(steps)
        return simulation

    def test_a_mail_to_an_alias(self):
        simulation = self.assert_nothing_happens(email_to="contacts@acme.test")
        print(simulation.steps, simulation.headline, simulation.verdict)
        self.assertFalse(self.partners())

    def test_form(self):
        form = Form(self.env["mail.incoming.simulation"])
        self.assertEqual(form.verdict, "nothing")
        form.email_to = "contacts@acme.test"
        self.assertEqual(form.verdict, "accepted")
        form.email_to = "nobody@acme.test"
        print(form.headline)
        self.assertEqual(form.verdict, "refused")
        form.source = "paste"
        self.assertEqual(form.verdict, "nothing")
        form.raw = self.raw_mail().decode()
        self.assertEqual(form.source, "paste")
        self.assertEqual(form.verdict, "accepted")
