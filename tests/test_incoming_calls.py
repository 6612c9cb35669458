import xmlrpc.client
from contextlib import contextmanager
from unittest.mock import patch

import psycopg2
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.mail_thread import REFUSE_PARAMETER
from .incoming_common import IncomingCase

NOWHERE = "nobody@elsewhere.test"


@tagged("post_install", "-at_install")
class TestIncomingCalls(IncomingCase, TransactionCase):
    """The mailgate and Python callers see what Odoo shows them, and their mails are kept."""

    def rows(self):
        return self.env["mail.incoming"].search([("message_id", "like", self.id())], order="id")

    @contextmanager
    def failing(self, *errors):
        """Records cannot be made: each try raises the next of the errors, if any is left."""
        left, model = list(errors), type(self.env["res.partner"])
        original = model.message_new

        def message_new(record, msg_dict, custom_values=None):
            if left:
                raise left.pop(0)
            return original(record, msg_dict, custom_values)

        with patch.object(model, "message_new", message_new), mute_logger("odoo.sql_db"):
            yield

    def call(self, env, raw, **kwargs):
        return env["mail.thread"].message_process(False, raw, **kwargs)

    # ------------------------------------------------------------
    # PYTHON
    # ------------------------------------------------------------

    def test_a_caller_gets_what_odoo_returns(self):
        record_id = self.call(self.env, self.raw_mail())
        self.assertEqual(self.partners().ids, [record_id])
        row = self.rows()
        self.assertEqual((row.state, row.reason, row.res_id), ("done", "created", record_id))
        self.assertEqual(row._raw(), self.raw_mail())
        self.assertIs(self.call(self.env, self.raw_mail()), False)
        self.assertEqual(self.rows().mapped("reason"), ["created", "duplicate"])

    def test_a_caller_sees_the_exception_and_the_mail_is_kept(self):
        for number, ends in enumerate((lambda cr: cr.rollback(), lambda cr: cr.close())):
            with self.subTest(number=number), self.registry_cursor() as env:
                with self.assertRaisesRegex(ValueError, "No possible route"):
                    self.call(env, self.raw_mail(number, to=NOWHERE))
                self.assertEqual(len(self.rows()), number)
                ends(env.cr)
            self.env.invalidate_all()
            row = self.rows()[-1]
            self.assertEqual((row.state, row.reason), ("unrouted", "no_route"))

    def test_arguments_are_repeated_later(self):
        with self.registry_cursor() as env, self.failing(ValueError("broken")):
            with self.assertRaisesRegex(ValueError, "broken"):
                env["mail.thread"].message_process(
                    "res.partner",
                    self.raw_mail(to=NOWHERE).decode(),
                    custom_values={"ref": "X1"},
                    save_original=True,
                )
            env.cr.rollback()
        row = self.rows()
        self.assertEqual(row.state, "failed")
        self.process(row)
        self.assertEqual((row.state, row.reason), ("done", "created"))
        partner = self.partners()
        self.assertEqual(partner.ref, "X1")
        self.assertIn("original_email.eml", partner.message_ids.attachment_ids.mapped("name"))
        self.assertEqual(str(row.mail_message_id.date), "2026-11-02 10:00:00")

    def process(self, rows):
        with self.registry_cursor() as env:
            rows.with_env(env).action_process()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # MAILGATE
    # ------------------------------------------------------------

    def mailgate(self, raw):
        with self.registry_cursor() as env:
            result = self.call(env, xmlrpc.client.Binary(raw))
        self.env.invalidate_all()
        return result

    def test_the_mailgate_is_told_that_all_is_well_once_a_mail_is_kept(self):
        self.assertEqual([self.mailgate(self.raw_mail(1))], self.partners().ids)
        self.assertIs(self.mailgate(self.raw_mail(2, to=NOWHERE)), False)
        with self.failing(ValueError("broken")):
            self.assertIs(self.mailgate(self.raw_mail(3)), False)
        self.assertEqual(
            [(row.state, row.reason) for row in self.rows()],
            [("done", "created"), ("unrouted", "no_route"), ("failed", "error")],
        )

    def test_a_mail_that_the_mailgate_brings_again_has_one_row(self):
        self.mailgate(self.raw_mail(to=NOWHERE))
        self.mailgate(self.raw_mail(to=NOWHERE))
        self.assertEqual(len(self.rows()), 1)

    def test_unrouted_mail_is_refused_where_that_is_wanted(self):
        self.env["ir.config_parameter"].set_param(REFUSE_PARAMETER, True)
        with self.assertRaisesRegex(ValueError, "No possible route"):
            self.mailgate(self.raw_mail(to=NOWHERE))
        self.env.invalidate_all()
        self.assertEqual((self.rows().state, self.rows().reason), ("ignored", "refused"))

    # ------------------------------------------------------------
    # TRYING AGAIN
    # ------------------------------------------------------------

    def test_what_passes_is_tried_again_at_once(self):
        with self.failing(psycopg2.errors.SerializationFailure("concurrent update")):
            self.assertTrue(self.mailgate(self.raw_mail()))
        self.assertEqual((self.rows().state, self.rows().attempts), ("done", 1))

    def test_what_takes_longer_is_tried_later(self):
        with self.failing(TimeoutError("slow")):
            self.assertIs(self.mailgate(self.raw_mail()), False)
        row = self.rows()
        self.assertEqual((row.state, row.reason), ("received", "retry"))
        self.assertIn("slow", row.error)
        self.process_waiting()
        self.assertEqual(row.state, "received")
        row.next_try = "2020-01-01 00:00:00"
        self.process_waiting()
        self.assertEqual((row.state, row.reason, row.attempts), ("done", "created", 2))

    def test_what_never_passes_fails_in_the_end(self):
        with self.failing(*(TimeoutError("slow") for _ in range(30))):
            self.mailgate(self.raw_mail())
            row = self.rows()
            for _ in range(20):
                row.next_try = row.next_try and "2020-01-01 00:00:00"
                self.process_waiting()
        self.assertEqual(row.state, "failed")

    def test_the_sender_hears_of_a_failure_once(self):
        """And not at all of what we try again."""
        with self.failing(*(ValueError("broken") for _ in range(3))):
            self.mailgate(self.raw_mail(1, sender="once@customer.test"))
            row = self.rows()
            self.assertEqual(self.answers("once@customer.test"), 1)
            self.assertTrue(row.answered)
            self.process(row)
            self.process(row)
        self.assertEqual(self.answers("once@customer.test"), 1)
        with self.failing(TimeoutError("slow")):
            self.mailgate(self.raw_mail(2, sender="never@customer.test"))
        self.assertEqual(self.answers("never@customer.test"), 0)

    def answers(self, address):
        """What the mail peers got for the sender."""
        peers = (self.sandbox.smtp, self.sandbox.smtp2)
        return sum(address in mail.rcpt_tos for peer in peers for mail in peer.received)

    def test_somebody_else_works_on_the_same_mail(self):
        """Odoo takes an advisory lock that it does not get for a duplicate."""
        with self.registry.cursor() as other:
            digest = f"<1.{self.id()}@customer.test>"
            other.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [digest])
            self.assertIs(self.mailgate(self.raw_mail()), False)
            row = self.rows()
            self.assertEqual((row.state, row.reason), ("received", "retry"))
        row.next_try = False
        self.process_waiting()
        self.assertEqual((row.state, row.reason), ("done", "created"))

    # ------------------------------------------------------------
    # LOOPS
    # ------------------------------------------------------------

    def test_too_many_from_one_sender_are_held_and_released_in_order(self):
        for number in range(22):
            self.mailgate(self.raw_mail(number))
        held = self.rows().filtered(lambda row: row.state == "held")
        self.assertEqual(held.mapped("subject"), ["Question 20", "Question 21"])
        self.process(held)
        self.assertEqual(held.mapped("state"), ["done", "done"])
        self.assertEqual(len(self.partners()), 22)
