from contextlib import contextmanager
from unittest.mock import patch

from odoo import sql_db
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.incoming_run import Observed, observing
from .test_incoming_steps import StepsCase

CARL = "carl@customer.test"
MOST_QUERIES = 45


@tagged("post_install", "-at_install")
class TestIncomingLookups(StepsCase, TransactionCase):
    """What an incoming mail asks again and again is looked up once, and never out of date."""

    @contextmanager
    def queries(self):
        execute, found = sql_db.Cursor.execute, []

        def noted(cursor, query, *args, **kwargs):
            found.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(sql_db.Cursor, "execute", noted):
            yield found

    def looked_up(self, queries):
        return [query for query in queries if '"res_partner"."email_normalized" IN' in query]

    def find(self, **context):
        partners = (
            self.env["mail.thread"]
            .with_context(**context)
            ._partner_find_from_emails_single([CARL], no_create=True)
        )
        return partners.mapped("name")

    def test_a_plain_mail(self):
        self.alias.alias_model_id = self.env["ir.model"]._get_id("crm.lead")
        self.receive()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.queries() as queries:
            self.receive(raw=self.raw_mail(2))
            self.env.flush_all()
        self.assertEqual(len(self.looked_up(queries)), 1)
        self.assertLessEqual(len(queries), MOST_QUERIES)

    def test_nothing_is_remembered_without_a_mail(self):
        with self.queries() as queries:
            self.find()
            self.find()
        self.assertEqual(len(self.looked_up(queries)), 2)

    def test_a_contact_that_appears_meanwhile_is_found(self):
        with observing(Observed(b"")):
            self.assertFalse(self.find())
            carl = self.env["res.partner"].create({"name": "Carl", "email": CARL})
            self.assertEqual(self.find(), ["Carl"])
            carl.email = "other@customer.test"
            self.assertFalse(self.find())
            carl.email = CARL
            carl.active = False
            self.assertFalse(self.find())
            carl.active = True
            self.assertEqual(self.find(), ["Carl"])
            carl.unlink()
            self.assertFalse(self.find())

    def test_a_contact_that_was_undone_is_not_found(self):
        with observing(Observed(b"")):
            savepoint = self.env.cr.savepoint()
            self.env["res.partner"].create({"name": "Carl", "email": CARL})
            self.assertEqual(self.find(), ["Carl"])
            savepoint.close(rollback=True)
            self.assertFalse(self.find())

    def test_everybody_finds_what_he_may_see(self):
        companies = self.env["res.company"].create([{"name": "One"}, {"name": "Two"}])
        for company in companies:
            self.env["res.partner"].create(
                {"name": company.name, "email": CARL, "company_id": company.id}
            )
        user = new_test_user(
            self.env,
            "erin",
            email="erin@acme.test",
            company_id=companies[1].id,
            company_ids=companies.ids,
        )
        with observing(Observed(b"")):
            everything = self.env["res.partner"].search([("email_normalized", "=", CARL)])
            self.assertEqual(set(everything.mapped("name")), {"One", "Two"})
            for company in companies:
                partners = self.env["res.partner"].with_user(user)
                partners = partners.with_context(allowed_company_ids=company.ids)
                found = partners.search([("email_normalized", "=", CARL)])
                self.assertEqual(found.mapped("name"), [company.name])

    def test_an_alias_that_appears_meanwhile_is_found(self):
        domains = self.env["mail.alias.domain"]
        with observing(Observed(b"")):
            self.assertFalse(domains._find_aliases(["people@acme.test"]))
            alias = self.alias.copy({"alias_name": "people"})
            self.assertTrue(domains._find_aliases(["people@acme.test"]))
            self.assertFalse(domains._find_aliases(["others@acme.test"]))
            alias.alias_name = "others"
            self.assertTrue(domains._find_aliases(["others@acme.test"]))
            self.alias_domain.name = "elsewhere.test"
            self.assertTrue(domains._find_aliases(["others@elsewhere.test"]))

    def test_bounces_of_a_sender_are_forgiven(self):
        carl, dora = self.env["res.partner"].create(
            [
                {"name": "Carl", "email": CARL, "message_bounce": 3},
                {"name": "Dora", "email": "dora@customer.test", "message_bounce": 2},
            ]
        )
        self.receive()
        self.assertEqual((carl.message_bounce, dora.message_bounce), (0, 2))

    def test_who_hears_of_every_sender_still_does(self):
        """Another app does more there than count."""
        model = self.env.registry["res.partner"]

        def heard(partners, email):
            told.append(email)

        told = []
        with patch.object(model, "_message_reset_bounce", heard, create=True):
            self.receive()
        self.assertEqual(told, [CARL])

    def test_the_index(self):
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'res_partner'")
        found = [row[0] for row in self.env.cr.fetchall()]
        self.assertTrue(any("btree (email_normalized)" in index for index in found), found)
