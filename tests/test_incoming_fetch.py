from unittest.mock import patch

import psycopg2
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.mail_incoming import MailIncoming as Spool
from .incoming_common import IncomingCase

PROCESS = "odoo.addons.email_communication.models.mail_incoming_process"


@tagged("post_install", "-at_install")
class TestIncomingFetch(IncomingCase, TransactionCase):
    """What a mailbox holds is kept, then the mailbox is told, then it is processed."""

    def test_a_mail_is_kept_acknowledged_and_processed(self):
        raw = self.raw_mail()
        self.deliver(raw)
        self.fetch()
        row = self.spooled()
        self.assertEqual((row.state, row.reason), ("done", "created"))
        self.assertEqual(row.email_from, "Carl <carl@customer.test>")
        self.assertEqual(row.subject, "Question 1")
        self.assertEqual(row.message_id, f"<1.{self.id()}@customer.test>")
        self.assertEqual((row.mailbox_name, row.folder), (self.mailbox.name, "INBOX"))
        self.assertTrue(row.uid and row.uidvalidity)
        self.assertEqual(row._raw(), raw)
        self.assertEqual(row.res_model, "res.partner")
        self.assertEqual(self.partners().ids, [row.res_id])
        self.assertEqual(row.mail_message_id.res_id, row.res_id)
        self.assertEqual(self.unseen(), 0)
        self.fetch()
        self.assertEqual(self.spooled(), row)

    def test_a_reply_finds_its_record(self):
        self.deliver(self.raw_mail(1))
        self.fetch()
        self.deliver(self.raw_mail(2, In_Reply_To=f"<1.{self.id()}@customer.test>"))
        self.fetch()
        first, second = self.spooled()
        self.assertEqual((second.state, second.reason), ("done", "reply"))
        self.assertEqual(second.res_id, first.res_id)
        self.assertEqual(len(self.partners()), 1)

    def test_a_mail_that_fails_is_kept_and_the_next_one_goes_on(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2))
        original = type(self.env["res.partner"]).message_new

        def message_new(model, msg_dict, custom_values=None):
            if msg_dict["subject"] == "Question 1":
                raise ValueError("The record cannot be made")
            return original(model, msg_dict, custom_values)

        with patch.object(type(self.env["res.partner"]), "message_new", message_new):
            self.fetch()
        first, second = self.spooled()
        self.assertEqual((first.state, first.reason), ("failed", "error"))
        self.assertIn("The record cannot be made", first.error)
        self.assertEqual((second.state, second.reason), ("done", "created"))
        self.assertEqual(self.unseen(), 0)
        with self.registry_cursor() as env:
            first.with_env(env).action_process()
        self.env.invalidate_all()
        self.assertEqual((first.state, first.reason), ("done", "created"))
        self.assertEqual(len(self.partners()), 2)

    def test_a_mail_without_route_waits(self):
        self.deliver(self.raw_mail(to="nobody@elsewhere.test"))
        self.fetch()
        row = self.spooled()
        self.assertEqual((row.state, row.reason), ("unrouted", "no_route"))

    def test_what_cannot_be_kept_stays_in_the_mailbox(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2), self.raw_mail(3))
        original = Spool._values_of

        def values_of(model, raw):
            if b"Question 2" in raw:
                raise psycopg2.DataError("No row for this one")
            return original(model, raw)

        with (
            patch.object(Spool, "_values_of", values_of),
            mute_logger("odoo.addons.email_communication.models.fetchmail_adapter"),
        ):
            self.fetch()
        self.assertEqual(self.spooled().mapped("subject"), ["Question 1", "Question 3"])
        self.assertEqual(self.unseen(), 1)
        self.fetch()
        self.assertEqual(len(self.spooled()), 3)
        self.assertEqual(len(self.partners()), 3)
        self.assertEqual(self.unseen(), 0)

    def test_more_than_one_run_takes_is_left_to_the_scheduled_action(self):
        self.deliver(
            *(self.raw_mail(number, sender=f"c{number}@customer.test") for number in range(55))
        )
        self.fetch()
        self.assertEqual(self.unseen(), 0)
        self.assertEqual(len(self.spooled()), 55)
        self.assertEqual(len(self.spooled().filtered(lambda row: row.state == "done")), 50)
        cron = self.env.ref("email_communication.ir_cron_process_incoming")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(self.spooled().mapped("state")), {"done"})
        self.assertEqual(len(self.partners()), 55)

    def test_a_mail_without_message_id_has_one_of_its_own(self):
        raw = self.raw_mail(Message_Id="")
        self.deliver(raw, raw)
        self.fetch()
        first, second = self.spooled()
        self.assertEqual((first.reason, second.reason), ("created", "duplicate"))
        self.assertEqual(first.message_id, first.mail_message_id.message_id)
        self.assertEqual(second.res_id, first.res_id)

    def test_installing_scheduled_actions(self):
        crons = self.env["mail.incoming"]._crons().with_context(active_test=False)
        self.assertEqual(crons.mapped("active"), [True, False, False])
