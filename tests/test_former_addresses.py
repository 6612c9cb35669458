from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..models.incoming_step_words import tell
from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestFormerAddresses(IncomingCase, TransactionCase):
    """What was an address of a domain or of an alias still reaches it, by real mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Carl", "email": "carl@customer.test"}
        )
        cls.topic = cls.env["res.partner"].create({"name": "Topic"})
        cls.aliases = cls.env["mail.alias"]

    def receive(self, *raws):
        self.deliver(*raws)
        self.fetch()
        return self.spooled()[-len(raws) :]

    def former(self, address):
        return self.env["mail.former.address"].search([("address", "=", address)])

    def sent_message(self):
        return self.topic.message_post(
            body="Hello", partner_ids=self.customer.ids, message_type="comment"
        )

    def bounce(self, message, to, number=1):
        return self.raw_mail(
            number,
            to=to,
            sender="postmaster@customer.test",
            MIME_Version="1.0",
            Content_Type="multipart/mixed; boundary=b",
        ).replace(
            f"Hello, this is mail {number}.".encode(),
            (
                "--b\r\nContent-Type: text/plain\r\n\r\nNobody here.\r\n"
                "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                "Reporting-MTA: dns; mx.customer.test\r\n\r\n"
                "Final-Recipient: rfc822; carl@customer.test\r\n"
                "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
                "--b\r\nContent-Type: message/rfc822\r\n\r\n"
                f"Message-Id: {message.message_id}\r\nSubject: x\r\n\r\nHello\r\n--b--"
            ).encode(),
        )

    def age(self, former, days):
        date = fields.Datetime.now() - timedelta(days=days)
        former.write({"since": date, "last_mail": former.last_mail and date})

    # ------------------------------------------------------------
    # ROUTING
    # ------------------------------------------------------------

    def test_a_bounce_to_the_former_bounce_address(self):
        message = self.sent_message()
        self.alias_domain.bounce_alias = "returns"
        row = self.receive(self.bounce(message, "Bounces <Bounce@ACME.test>"))
        self.assertEqual((row.state, row.reason), ("done", "bounce"))
        notification = message.notification_ids
        self.assertEqual(notification.notification_status, "bounce")
        former = self.former("bounce@acme.test")
        self.assertEqual((former.kind, former.mail_count), ("bounce", 1))
        self.assertEqual(former.current_address, "returns@acme.test")
        self.assertTrue(former.last_mail)

    def test_an_answer_to_the_former_catchall(self):
        message = self.sent_message()
        self.alias_domain.write({"catchall_alias": "answers"})
        row = self.receive(
            self.raw_mail(
                to="Acme <catchall@acme.test>",
                In_Reply_To=message.message_id,
                References=message.message_id,
            )
        )
        self.assertEqual((row.state, row.reason, row.res_id), ("done", "reply", self.topic.id))
        answer = row.mail_message_id
        # Odoo would make a partner of the address that it does not know any more.
        self.assertFalse(answer.incoming_email_to)
        self.assertFalse(self.env["res.partner"].search([("email", "like", "catchall@acme.test")]))

    def test_a_mail_to_the_former_catchall_alone_is_answered_as_one_to_the_catchall(self):
        self.alias_domain.catchall_alias = "answers"
        rows = self.receive(
            self.raw_mail(1, to="catchall@acme.test"), self.raw_mail(2, to="answers@acme.test")
        )
        self.assertEqual(rows.mapped("reason"), ["catchall", "catchall"])

    def test_a_mail_to_the_former_alias(self):
        self.alias.alias_name = "people"
        self.alias.alias_name = "humans"
        rows = self.receive(
            self.raw_mail(1, to="contacts@acme.test"),
            self.raw_mail(2, to="jörg@münchen.example", Cc="People <PEOPLE@acme.test>"),
            self.raw_mail(3, to="humans@acme.test"),
        )
        self.assertEqual(rows.mapped("reason"), ["created"] * 3)
        self.assertEqual(len(self.partners()), 3)
        self.assertEqual(self.former("contacts@acme.test").current_address, "humans@acme.test")
        told = tell(self.env, rows[0].steps)
        self.assertIn(
            "contacts@acme.test is a former address: the mail goes on as one to humans@acme.test.",
            [step["sentence"] for step in told],
        )

    def test_a_domain_that_is_renamed(self):
        message = self.sent_message()
        self.alias_domain.name = "acme.example"
        former = self.env["mail.former.address"].search([])
        self.assertEqual(
            set(former.mapped("address")) & {"bounce@acme.test", "contacts@acme.test"},
            {"bounce@acme.test", "contacts@acme.test"},
        )
        created, bounce = self.receive(
            self.raw_mail(1), self.bounce(message, "bounce@acme.test", 2)
        )
        self.assertEqual((created.reason, bounce.reason), ("created", "bounce"))

    def test_an_alias_that_moves_to_another_domain(self):
        other = self.env["mail.alias.domain"].create({"name": "other.test"})
        self.alias.alias_domain_id = other
        row = self.receive(self.raw_mail())
        self.assertEqual(row.reason, "created")
        self.assertEqual(self.former("contacts@acme.test").alias_domain_id, self.alias_domain)

    def test_two_names_of_one_alias_make_one_record(self):
        self.alias.alias_name = "people"
        row = self.receive(self.raw_mail(to="contacts@acme.test, people@acme.test"))
        self.assertEqual(row.reason, "created")
        self.assertEqual(len(self.partners()), 1)

    def test_a_closed_alias_is_closed(self):
        self.alias.alias_name = "people"
        self.alias.alias_name = False
        rows = self.receive(self.raw_mail(1), self.raw_mail(2, to="people@acme.test"))
        self.assertEqual(set(rows.mapped("state")), {"unrouted"})
        self.alias.alias_name = "humans"
        row = self.receive(self.raw_mail(3))
        self.assertEqual(row.reason, "created")

    def test_an_alias_that_answers_at_any_domain(self):
        self.alias.alias_incoming_local = True
        self.alias.alias_name = "people"
        row = self.receive(self.raw_mail(to="contacts@db.example"))
        self.assertEqual(row.reason, "created")

    def test_former_names_of_a_domain_are_accepted_domains(self):
        self.env["ir.config_parameter"].set_param("mail.catchall.domain.allowed", "db.example")
        self.alias.alias_incoming_local = True
        self.alias_domain.name = "acme.example"
        later = self.alias.copy({"alias_name": "later"})
        self.assertTrue(later.alias_incoming_local)
        rows = self.receive(
            self.raw_mail(1, to="later@acme.test"),
            self.raw_mail(2, to="later@db.example"),
            self.raw_mail(3, to="later@nobody.example"),
        )
        self.assertEqual(rows.mapped("state"), ["done", "done", "unrouted"])

    def test_an_address_that_never_was_has_no_route(self):
        self.alias.alias_name = "people"
        rows = self.receive(
            self.raw_mail(1, to="mycontacts@acme.test"),
            self.raw_mail(2, to="contacts@acme.test.example"),
        )
        self.assertEqual(set(rows.mapped("state")), {"unrouted"})

    def test_odoo_asks_the_database_no_more_than_before(self):
        """Odoo's own tests count the queries of the composer, which asks whom not to write to."""
        domains, addresses = self.env["mail.alias.domain"], ["a@acme.test", "b@customer.test"]
        domains._find_aliases(addresses)
        before = self.env.cr.sql_log_count
        domains._find_aliases(addresses)
        cost = self.env.cr.sql_log_count - before
        self.alias.alias_name = "people"
        domains._find_aliases(addresses)
        before = self.env.cr.sql_log_count
        domains._find_aliases(addresses)
        self.assertEqual(self.env.cr.sql_log_count - before, cost)
        self.assertEqual(domains._find_aliases(["contacts@acme.test"]), ["contacts@acme.test"])

    # ------------------------------------------------------------
    # UNIQUENESS
    # ------------------------------------------------------------

    def test_nobody_else_takes_it_without_being_told(self):
        self.alias.alias_name = "people"
        self.alias_domain.catchall_alias = "answers"
        for name in ("contacts", "catchall"):
            with self.assertRaisesRegex(ValidationError, f"{name}@acme.test is a former address"):
                self.alias.copy({"alias_name": name})
        for field in ("bounce_alias", "default_from"):
            with self.assertRaisesRegex(ValidationError, "mails to it go to people@acme.test"):
                self.alias_domain[field] = "contacts"
        self.assertEqual(self.former("contacts@acme.test").alias_id, self.alias)

    def test_its_owner_takes_it_back(self):
        self.alias.alias_name = "people"
        self.alias.alias_name = "contacts"
        self.assertFalse(self.former("contacts@acme.test"))
        self.assertEqual(self.former("people@acme.test").alias_id, self.alias)
        row = self.receive(self.raw_mail(to="people@acme.test"))
        self.assertEqual(row.reason, "created")

    def test_a_domain_takes_its_name_back(self):
        self.alias_domain.name = "acme.example"
        self.alias_domain.name = "acme.test"
        self.assertFalse(self.former("contacts@acme.test") + self.former("bounce@acme.test"))
        self.assertTrue(self.former("contacts@acme.example"))

    def test_a_domain_does_not_take_the_former_address_of_an_alias_by_a_new_name(self):
        other = self.env["mail.alias.domain"].create(
            {"name": "other.test", "bounce_alias": "b", "catchall_alias": "c", "default_from": "n"}
        )
        self.alias.copy({"alias_name": "contacts", "alias_domain_id": other.id})
        self.alias.alias_name = "people"
        with self.assertRaisesRegex(ValidationError, "contacts@acme.test is a former address"):
            other.name = "acme.test"

    def test_catchall_and_bounce_swapped_in_one_write(self):
        """A bounce would be taken for an answer, and an answer for a bounce."""
        refused = self.assertRaisesRegex(ValidationError, "cannot become the address of")
        with refused, self.env.cr.savepoint():
            self.alias_domain.write({"catchall_alias": "bounce", "bounce_alias": "catchall"})
        self.env.invalidate_all()
        self.assertEqual(self.alias_domain.bounce_email, "bounce@acme.test")
        self.assertFalse(self.env["mail.former.address"].search([]))

    def test_two_domains_swap_their_bounce_addresses(self):
        other = self.alias_domain.copy({"bounce_alias": "returns", "catchall_alias": "answers"})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.alias_domain.bounce_alias = "interim"
            other.bounce_alias = "bounce"
            self.alias_domain.bounce_alias = "returns"
        self.env.invalidate_all()
        self.assertEqual(
            (self.alias_domain + other).mapped("bounce_email"),
            ["bounce@acme.test", "returns@acme.test"],
        )

    # ------------------------------------------------------------
    # DROPPING
    # ------------------------------------------------------------

    def test_dropped_when_silent(self):
        self.alias.alias_name = "people"
        self.receive(self.raw_mail())
        former = self.former("contacts@acme.test")
        self.age(former, 29)
        with self.assertRaisesRegex(UserError, "still in use: 1 mails came to it"):
            former.action_drop()
        self.age(former, 31)
        former.action_drop()
        row = self.receive(self.raw_mail(2))
        self.assertEqual(row.state, "unrouted")
        self.alias.copy({"alias_name": "contacts"})

    def test_dropped_although_in_use(self):
        self.alias.alias_name = "people"
        former = self.former("contacts@acme.test")
        with self.assertRaisesRegex(UserError, "may still be on their way"):
            former.unlink()
        former.action_drop_anyway()
        self.assertFalse(former.exists())

    def test_a_domain_that_is_still_written_to_stays(self):
        other = self.env["mail.alias.domain"].create({"name": "other.test"})
        waiting = self.receive(self.raw_mail(to="Nobody <nobody@other.test>"))
        with self.assertRaisesRegex(UserError, "1 incoming emails to it wait"):
            other.unlink()
        waiting.action_dismiss()
        other.bounce_alias = "returns"
        former = self.former("bounce@other.test")
        former.mail_count = 1
        with self.assertRaisesRegex(UserError, "1 former addresses still reach it"):
            other.unlink()
        former.mail_count = 0
        other.unlink()
        self.assertFalse(former.exists(), "Nobody has ever seen it")

    def test_an_alias_that_is_removed_takes_its_former_addresses_along(self):
        self.alias.alias_name = "people"
        self.alias.unlink()
        self.assertFalse(self.former("contacts@acme.test"))
        row = self.receive(self.raw_mail())
        self.assertEqual(row.state, "unrouted")

    def test_who_may_see_them(self):
        self.alias.alias_name = "people"
        employee = new_test_user(self.env, "former_employee", groups="base.group_user")
        formers = self.former("contacts@acme.test")
        self.assertFalse(formers.with_user(employee).has_access("read"))
        administrator = new_test_user(self.env, "former_admin", groups="base.group_system")
        self.assertFalse(formers.with_user(administrator).has_access("write"))
        formers.with_user(administrator).action_drop_anyway()

    def test_whoever_manages_an_alias_keeps_its_address(self):
        """An alias is written on by people who may not see former addresses."""
        employee = new_test_user(self.env, "former_employee", groups="base.group_user")
        self.alias.with_user(employee).sudo().write({"alias_name": "people"})
        self.assertTrue(self.former("contacts@acme.test"))

    # ------------------------------------------------------------
    # BEFORE IT IS SAVED
    # ------------------------------------------------------------

    def test_the_form_says_what_depends_on_an_address(self):
        self.sent_message()
        with Form(self.alias_domain) as form:
            self.assertFalse(form.address_notice)
            form.bounce_alias = "returns"
            self.assertIn("1 mails sent with bounce@acme.test in the last 60", form.address_notice)
            form.catchall_alias = "answers"
            self.assertIn("1 mails sent with catchall@acme.test", form.address_notice)
            form.bounce_alias = "bounce"
            form.catchall_alias = "catchall"
            self.assertFalse(form.address_notice)
            form.name = "acme.example"
            self.assertIn("aliases get a new address", form.address_notice)
            form.name = "acme.test"

    def test_what_was_sent_long_ago_does_not_count(self):
        message = self.sent_message()
        deliveries = self.env["mail.delivery"]
        rows = deliveries.search([("mail_message_id_int", "=", message.id)])
        self.assertTrue(rows)
        rows.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_delivery SET tried_at = now() - interval '61 days' WHERE id = ANY(%s)",
            [rows.ids],
        )
        for address, kind in self.alias_domain._addresses().items():
            self.assertEqual(deliveries._count_naming(address, kind), 0)

    def test_only_the_address_itself_counts(self):
        self.sent_message()
        deliveries = self.env["mail.delivery"]
        self.assertEqual(deliveries._count_naming("bounce@acme.test", "bounce"), 1)
        for address in ("ounce@acme.test", "bounce@acme.tes", "b.unce@acme.test"):
            self.assertEqual(deliveries._count_naming(address, "bounce"), 0)
