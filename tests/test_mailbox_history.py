from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..core.incoming.imap import ImapFolder
from ..models.fetchmail_adapter import SpoolingConnection
from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestMailboxHistory(IncomingCase, TransactionCase):
    """Each run that finds something, or that fails, is listed with what came of it."""

    def runs(self):
        return self.env["fetchmail.run"].search([("mailbox_id", "=", self.mailbox.id)])

    def test_a_run_is_counted(self):
        raws = [self.raw_mail(1), self.raw_mail(2), self.raw_mail(3, to="nobody@acme.test")]
        self.deliver(*raws)
        self.fetch()
        run = self.runs()
        self.assertEqual((run.wanted, run.fetched, run.size), (3, 3, sum(map(len, raws))))
        self.assertEqual((run.done, run.held, run.unrouted, run.failed), (2, 0, 1, 0))
        self.assertTrue(run.ended_on and run.seconds > 0)
        self.assertFalse(run.error)
        self.fetch()
        self.assertEqual(self.runs(), run, "Nothing was found since")

    def test_what_is_processed_later_counts_as_well(self):
        self.deliver(self.raw_mail(1, to="help@acme.test"))
        self.fetch()
        self.alias.copy({"alias_name": "help"})
        with self.registry_cursor() as env:
            self.spooled().with_env(env).action_process()
        self.env.invalidate_all()
        self.assertEqual((self.runs().done, self.runs().unrouted), (1, 0))

    def test_what_is_left_to_the_next_run_counts_as_well(self):
        self.deliver(self.raw_mail(1), self.raw_mail(2))
        with patch.object(SpoolingConnection, "retrieve_unread_messages", lambda _connection: ()):
            self.fetch()
        self.assertEqual((self.runs().fetched, self.runs().done), (2, 0))
        self.fetch()
        self.assertEqual((self.runs().fetched, self.runs().done), (2, 2))

    def test_a_run_that_fails(self):
        self.mailbox.password = "wrong"
        self.fetch()
        self.assertIn("refused the user name", self.runs().error)
        self.assertEqual(self.runs().fetched, 0)

    def test_a_run_that_breaks_off(self):
        self.deliver(self.raw_mail(1))
        with patch.object(ImapFolder, "fetch", side_effect=TimeoutError("timed out")):
            self.fetch()
        self.assertTrue(self.runs().error)
        self.assertEqual(len(self.runs()), 1)

    def test_progress_can_be_seen(self):
        self.deliver(*(self.raw_mail(number) for number in range(52)))
        original, seen = ImapFolder.fetch, []

        def fetch(folder, uids):
            self.env.invalidate_all()
            seen.append(self.mailbox.progress)
            return original(folder, uids)

        with patch.object(ImapFolder, "fetch", fetch):
            self.fetch()
        self.assertIn("0 of 52", seen[0])
        self.assertIn("50 of 52", seen[1])
        self.assertFalse(self.mailbox.progress)

    def test_a_line_of_two_weeks(self):
        self.assertFalse(self.mailbox.recent_line)
        for days, fetched in ((0, 10), (1, 1), (13, 5), (20, 900)):
            run = self.env["fetchmail.run"]._begin(self.mailbox, fetched)
            run.write(
                {
                    "fetched": fetched,
                    "started_on": fields.Datetime.now() - timedelta(days=days),
                }
            )
        self.env.invalidate_all()
        self.assertEqual(self.mailbox.recent_line, f"▅{'▁' * 11}▂█ 16")

    def test_it_goes_after_two_months(self):
        run = self.env["fetchmail.run"]._begin(self.mailbox, 1)
        run.started_on -= timedelta(days=61)
        self.env["fetchmail.run"]._gc_runs()
        self.assertFalse(run.exists())
