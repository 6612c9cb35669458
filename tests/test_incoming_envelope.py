import email
import email.policy

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged

from .incoming_common import IncomingCase

ELSEWHERE = "Boss <boss@customer.test>"


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


@tagged("post_install", "-at_install")
class TestIncomingEnvelope(IncomingCase, TransactionCase):
    """A mail reaches the alias it was handed over for, whoever its To names."""

    def receive(self, raw):
        known = self.spooled()
        self.deliver(raw)
        self.fetch()
        return self.spooled() - known

    def steps(self, row):
        return {step["code"]: step["values"] for step in row.steps or ()}

    def test_blind_copies_reach_their_alias(self):
        received = "from a.test by mx.acme.test with ESMTP for <contacts@acme.test>; now"
        for number, headers in enumerate(
            (
                {"X_Original_To": "contacts@acme.test", "Delivered_To": "odoo@acme.test"},
                {"Envelope_To": "Contacts@Acme.test"},
                {"X_Forwarded_To": "contacts@acme.test"},
                {"Received": received},
            )
        ):
            with self.subTest(headers=headers):
                row = self.receive(self.raw_mail(number, to=ELSEWHERE, **headers))
                self.assertEqual((row.state, row.reason), ("done", "created"))
                self.assertEqual(self.steps(row)["envelope"]["address"], "contacts@acme.test")

    def test_an_address_that_is_not_ours_changes_nothing(self):
        raw = self.raw_mail(X_Original_To="odoo@acme.test", Envelope_To="nobody@acme.test")
        row = self.receive(raw)
        self.assertEqual((row.state, row.reason), ("done", "created"))
        self.assertNotIn("envelope", self.steps(row))
        values = self.env["mail.thread"].message_parse(parsed(raw))
        self.assertEqual(values["recipients"], "contacts@acme.test")

    def test_nothing_is_asked_of_a_mail_that_names_its_alias(self):
        self.env["fetchmail.server"]._envelope_order()
        for headers in ({}, {"X_Original_To": "contacts@acme.test"}):
            message = parsed(self.raw_mail(**headers))
            found = {"recipients": "contacts@acme.test", "to": "contacts@acme.test"}
            self.env["mail.thread"]._read_incoming(message)
            with self.assertQueryCount(0):
                asked = self.env["mail.thread"]._envelope_recipient(message, found)
            self.assertEqual(asked, ("", ""))

    def test_a_bounce_that_names_nobody_is_known_by_its_envelope(self):
        raw = self.raw_mail(to="undisclosed-recipients:;", X_Original_To="bounce@acme.test")
        row = self.receive(raw)
        self.assertNotEqual(row.state, "unrouted")
        self.assertFalse(self.partners())

    def test_the_order_of_the_mailbox_counts(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "companies",
                "alias_domain_id": self.alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
                "alias_defaults": "{'is_company': True}",
            }
        )
        headers = {"X_Original_To": "contacts@acme.test", "Envelope_To": "companies@acme.test"}
        self.receive(self.raw_mail(1, to=ELSEWHERE, **headers))
        self.mailbox.envelope_fields = "Envelope-To, X-Original-To"
        self.receive(self.raw_mail(2, to=ELSEWHERE, **headers))
        self.assertEqual(self.partners().sorted("id").mapped("is_company"), [False, True])

    def test_an_order_can_be_tried_before_it_is_saved(self):
        self.receive(
            self.raw_mail(to=ELSEWHERE, X_Mine="contacts@acme.test", Delivered_To="odoo@acme.test")
        )
        with Form(self.mailbox, "mail.view_email_server_form") as form:
            self.assertIn("none of our addresses", form.envelope_trial)
            form.envelope_fields = "X-Mine"
            self.assertIn("contacts@acme.test (X-Mine)", form.envelope_trial)
            form.envelope_fields = "X-Other"
            self.assertIn("None of the fields", form.envelope_trial)

    def test_what_cannot_be_a_field_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "“X Original To” is not the name"):
            self.mailbox.envelope_fields = "Delivered-To, X Original To"
