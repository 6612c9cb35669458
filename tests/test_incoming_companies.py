from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..models.incoming_step_words import tell
from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestIncomingCompanies(IncomingCase, TransactionCase):
    """An alias or a mailbox of one company never leads into a record of another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours = cls.env.company
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.other_domain = cls.env["mail.alias.domain"].create({"name": "other.test"})
        cls.other.alias_domain_id = cls.other_domain
        lead = cls.env["ir.model"]._get_id("crm.lead")
        cls.leads, cls.other_leads = cls.env["mail.alias"].create(
            [
                {
                    "alias_name": "sales",
                    "alias_domain_id": domain.id,
                    "alias_model_id": lead,
                    "alias_defaults": "{'team_id': False}",
                }
                for domain in (cls.alias_domain, cls.other_domain)
            ]
        )

    def receive(self, *raws):
        self.deliver(*raws)
        self.fetch()
        return self.spooled()[-len(raws) :]

    def lead_of(self, row):
        self.assertEqual(row.res_model, "crm.lead")
        return self.env["crm.lead"].browse(row.res_id)

    def lead_with_message(self, company):
        lead = self.env["crm.lead"].create({"name": "Lead", "company_id": company.id})
        message = lead.message_post(body="Hello", message_type="comment")
        return lead, {"References": message.message_id, "In_Reply_To": message.message_id}

    def test_what_an_alias_creates_is_made_in_its_company(self):
        made = []

        def message_new(lead, *args, **kwargs):
            made.append(lead.env.company)
            return original(lead, *args, **kwargs)

        leads = type(self.env["crm.lead"])
        original = leads.message_new
        with patch.object(leads, "message_new", message_new):
            self.receive(
                self.raw_mail(1, to="sales@acme.test"), self.raw_mail(2, to="sales@other.test")
            )
        self.assertEqual(made, [self.ours, self.other])

    def test_a_mailbox_of_one_company_and_an_alias_of_another(self):
        self.mailbox.company_id = self.other
        row, both = self.receive(
            self.raw_mail(1, to="sales@acme.test"),
            self.raw_mail(2, to="sales@acme.test, sales@other.test"),
        )
        self.assertEqual((row.state, row.reason), ("unrouted", "no_route"))
        sentences = " ".join(step["sentence"] for step in tell(self.env, row.steps))
        self.assertIn("would lead into another company", sentences)
        self.assertTrue(row.alert_id)
        self.assertEqual(both.reason, "created")
        self.assertEqual(len(self.env["crm.lead"].search([("name", "like", "Question")])), 1)

    def test_somebody_who_may_see_both_decides(self):
        self.mailbox.company_id = self.other
        row = self.receive(self.raw_mail(to="sales@acme.test"))
        with self.registry_cursor() as env:
            values = {"incoming_ids": row.ids, "kind": "alias", "alias_id": self.leads.id}
            env["mail.incoming.route"].create(values).action_apply()
        self.env.invalidate_all()
        self.assertEqual(row.state, "done")

    def test_an_answer_by_a_mailbox_of_another_company(self):
        lead, answer = self.lead_with_message(self.ours)
        self.mailbox.company_id = self.other
        row, new = self.receive(
            self.raw_mail(1, to="catchall@other.test", **answer),
            self.raw_mail(2, to="sales@other.test", **answer),
        )
        self.assertEqual(row.state, "unrouted")
        self.assertFalse(row.answered)
        self.assertEqual(new.reason, "created")
        self.assertNotEqual(self.lead_of(new), lead)
        self.assertNotIn("Question", " ".join(lead.message_ids.mapped(lambda m: m.subject or "")))

    def test_an_answer_to_the_alias_of_another_company(self):
        lead, answer = self.lead_with_message(self.ours)
        alone, both = self.receive(
            self.raw_mail(1, to="sales@other.test", **answer),
            self.raw_mail(2, to="catchall@acme.test", Cc="sales@other.test", **answer),
        )
        self.assertEqual(alone.reason, "created")
        self.assertNotEqual(self.lead_of(alone), lead)
        self.assertEqual((both.reason, both.res_id), ("reply", lead.id))

    def test_an_alias_whose_record_has_moved_to_another_company(self):
        lead, _answer = self.lead_with_message(self.ours)
        self.leads.alias_force_thread_id = lead.id
        self.assertEqual(self.receive(self.raw_mail(1, to="sales@acme.test")).reason, "reply")
        lead.company_id = self.other
        self.assertEqual(self.receive(self.raw_mail(2, to="sales@acme.test")).state, "unrouted")

    def test_the_former_address_of_an_alias_that_has_moved_to_another_company(self):
        self.leads.write({"alias_name": "offers", "alias_domain_id": self.other_domain.id})
        former = self.env["mail.former.address"].search([("address", "=", "sales@acme.test")])
        self.assertFalse(former.current_address)
        self.assertEqual(self.receive(self.raw_mail(1, to="sales@acme.test")).state, "unrouted")
        self.leads.alias_domain_id = self.alias_domain
        self.assertEqual(self.receive(self.raw_mail(2, to="sales@acme.test")).reason, "created")

    def test_default_values_of_another_company(self):
        self.leads.alias_defaults = f"{{'company_id': {self.other.id}}}"
        self.assertEqual(self.receive(self.raw_mail(to="sales@acme.test")).state, "unrouted")

    def test_what_belongs_to_nobody_is_everybodys(self):
        lead, answer = self.lead_with_message(self.env["res.company"])
        self.mailbox.company_id = self.other
        row = self.receive(self.raw_mail(to="catchall@other.test", **answer))
        self.assertEqual(row.res_id, lead.id)

    def test_a_branch_belongs_to_its_company(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.other.id})
        lead, answer = self.lead_with_message(branch)
        self.mailbox.company_id = self.other
        row = self.receive(self.raw_mail(to="catchall@other.test", **answer))
        self.assertEqual(row.res_id, lead.id)

    # ------------------------------------------------------------
    # THE PAGE OF A COMPANY
    # ------------------------------------------------------------

    def lines(self, company):
        return {line.title: line for line in company._mail_check_lines()}

    def test_the_page_of_a_company(self):
        lines = self.lines(self.other)
        self.assertEqual(lines["Addresses"].verdict, "ok")
        self.assertIn("bounces to bounce@other.test", lines["Addresses"].sentence)
        self.assertEqual(lines["Of Its Own"].verdict, "ok")
        self.assertIn("has not been checked", lines["DNS"].sentence)
        self.assertIn("0 mailboxes of its own and 1 of all", lines["Mailboxes"].sentence)
        self.assertIn("1 aliases; none of them leads", lines["Aliases"].sentence)

    def test_what_is_wrong_with_a_company(self):
        self.leads.alias_defaults = f"{{'company_id': {self.other.id}}}"
        self.mailbox.error_date = "2026-11-01 00:00:00"
        lines = self.lines(self.ours)
        self.assertIn("sales@acme.test", lines["Aliases"].sentence)
        self.assertEqual(lines["Mailboxes"].verdict, "repair")
        self.other.alias_domain_id = self.alias_domain
        self.assertIn(
            "Other use the same alias domain", self.lines(self.ours)["Of Its Own"].sentence
        )
        self.other.alias_domain_id = False
        self.assertEqual(self.lines(self.other)["Addresses"].verdict, "repair")
        self.ours.name = "<b>Ours</b>"
        self.ours.alias_domain_id = False
        self.assertIn("&lt;b&gt;Ours", self.ours.mail_check_html)
