from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..core.incoming.imap import ImapFolder
from ..models.mail_thread_observed import MailThread as Observing
from .incoming_common import IncomingCase


class ReadingCase(IncomingCase):
    """Mixin: what is in the folders of the mailbox, which is empty in the beginning."""

    def setUp(self):
        super().setUp()
        with self.client() as client:
            for line in client.list()[1]:
                name = line.decode().rpartition(' "." ')[2] or line.decode().rpartition(" ")[2]
                if name.strip('"') != "INBOX":
                    client.delete(name)

    def client(self):
        return self.sandbox.imap._client(self.address)

    def put(self, folder, *raws):
        with self.client() as client:
            client.create(folder)
            for raw in raws:
                client.append(folder, None, None, raw)

    def subjects(self, folder="INBOX"):
        with self.client() as client:
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            found = client.uid("FETCH", "1:*", "(UID BODY.PEEK[])")[1]
        raws = [item[1] for item in found if isinstance(item, tuple)]
        return [raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in raws]

    def flag(self, flags, sign="+", messages="1:*"):
        with self.client() as client:
            client.select("INBOX")
            client.store(messages, f"{sign}FLAGS", flags)

    def taken(self):
        return self.spooled().mapped("subject")

    def numbers(self, *numbers, **values):
        return [
            self.raw_mail(number, sender=f"c{number}@customer.test", **values) for number in numbers
        ]


@tagged("post_install", "-at_install")
class TestMailboxMemory(ReadingCase, TransactionCase):
    """What is unread, or everything after the last one seen."""

    def test_everything_after_the_last_one_seen(self):
        self.deliver(*self.numbers(1, 2))
        self.mailbox.memory = "new"
        self.fetch()
        self.assertFalse(self.spooled(), "It begins now")
        self.deliver(*self.numbers(3, 4))
        self.flag("\\Seen")
        self.fetch()
        self.assertEqual(self.taken(), ["Question 3", "Question 4"])
        self.assertEqual(len(self.partners()), 2)
        self.flag("\\Seen", "-")
        self.fetch()
        self.assertEqual(len(self.spooled()), 2)
        self.assertEqual(self.unseen(), 4, "Flags are left to people")

    def test_a_mailbox_that_was_read_by_its_flags_goes_on(self):
        self.deliver(*self.numbers(1))
        self.fetch()
        self.deliver(*self.numbers(2))
        self.flag("\\Seen")
        self.mailbox.memory = "new"
        self.fetch()
        self.assertEqual(self.taken(), ["Question 1", "Question 2"])

    def test_only_new_messages_are_asked_for(self):
        self.mailbox.memory = "new"
        self.fetch()
        self.deliver(*self.numbers(*range(5)))
        self.fetch()
        asked = []
        original = ImapFolder._fetch

        def fetch(folder, uids, items):
            asked.extend(uids)
            return original(folder, uids, items)

        with patch.object(ImapFolder, "_fetch", fetch):
            self.fetch()
            self.assertFalse(asked)
            self.deliver(*self.numbers(9))
            self.fetch()
        self.assertEqual(len(set(asked)), 1)

    def test_a_mail_that_could_not_be_taken_is_asked_for_again(self):
        """The memory has gone past it."""
        self.mailbox.memory = "new"
        self.fetch()
        self.deliver(*self.numbers(1, 2, 3))
        original = ImapFolder.fetch

        def fetch(folder, uids):
            raws = original(folder, uids)
            return {uid: raw for uid, raw in raws.items() if b"Question 2" not in raw}

        with patch.object(ImapFolder, "fetch", fetch):
            self.fetch()
        self.assertTrue(self.mailbox.left_message)
        self.fetch()
        self.assertEqual(len(self.partners()), 3)
        self.assertFalse(self.mailbox.left_message)

    def test_a_folder_that_is_numbered_anew(self):
        self.mailbox.memory = "new"
        self.fetch()
        self.deliver(*self.numbers(1, 2))
        self.fetch()
        memory = self.env["fetchmail.folder"].search([("mailbox_id", "=", self.mailbox.id)])
        memory.uidvalidity = "1"
        self.spooled().uidvalidity = "1"
        self.deliver(*self.numbers(3))
        self.fetch()
        self.assertEqual(self.taken(), ["Question 1", "Question 2", "Question 3"])
        self.assertEqual(len(self.partners()), 3)
        self.assertEqual(memory.uidvalidity, self.spooled()[-1].uidvalidity)

    def test_an_oversize_mail_comes_once_it_may(self):
        self.mailbox.memory = "new"
        self.fetch()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("email_communication.incoming_max_megabytes", "1")
        self.deliver(self.raw_mail(1) + b"x" * 2_000_000)
        self.fetch()
        self.assertEqual(self.spooled().reason, "too_large")
        parameters.set_param("email_communication.incoming_max_megabytes", "10")
        self.fetch()
        self.assertEqual(len(self.partners()), 1)

    def test_somebody_else_reads_the_mailbox(self):
        """It is told, with what to do; our own reading is not somebody else's."""
        self.deliver(*self.numbers(1))
        self.flag("\\Seen")
        self.fetch()
        self.assertFalse(self.mailbox.others_message, "What was there before is nobody's business")
        self.deliver(*self.numbers(2, 3))
        self.fetch()
        self.fetch()
        self.assertFalse(self.mailbox.others_message)
        self.deliver(*self.numbers(4, 5))
        self.flag("\\Seen", messages="4")
        self.fetch()
        self.assertEqual(self.taken(), ["Question 2", "Question 3", "Question 5"])
        self.assertIn("1 new emails had been read by somebody else", self.mailbox.others_message)
        self.mailbox.action_forget_others()
        self.assertFalse(self.mailbox.others_message)
        self.mailbox.memory = "new"
        self.deliver(*self.numbers(6))
        self.flag("\\Seen")
        self.fetch()
        self.assertEqual(self.taken()[-1], "Question 6")

    def test_left_on_a_pop3_server(self):
        self.mailbox.write(
            {
                "server_type": "pop",
                "port": self.sandbox.imap.pop3_port,
                "leaves_on_server": True,
                "leave_days": 3,
            }
        )
        self.deliver(*self.numbers(1, 2))
        self.fetch()
        self.fetch()
        self.assertEqual(len(self.spooled()), 2)
        self.assertEqual(len(self.subjects()), 2)
        rows = self.spooled()
        long_ago = fields.Datetime.now() - timedelta(days=90)
        self.env.cr.execute(
            "UPDATE mail_incoming SET create_date = %s, processed_at = %s WHERE id = %s",
            [long_ago, long_ago, rows[0].id],
        )
        self.env.invalidate_all()
        self.env["mail.incoming"]._gc_rows()
        self.assertTrue(rows[0].exists(), "The memory of what is on the server is kept")
        self.fetch()
        self.assertEqual(self.subjects(), ["Question 2"])
        self.fetch()
        self.env["mail.incoming"]._gc_rows()
        self.assertFalse(rows[0].exists())
        self.assertEqual(len(self.partners()), 2)
        self.mailbox.leaves_on_server = False
        self.fetch()
        self.assertFalse(self.subjects())
        self.assertEqual(len(self.partners()), 2)


@tagged("post_install", "-at_install")
class TestMailboxFolders(ReadingCase, TransactionCase):
    """Several folders are read; what became of a mail decides in which folder it ends."""

    def test_several_folders_with_any_name(self):
        self.deliver(*self.numbers(1))
        self.put('"Gr&APwA3w-e &- mehr"', *self.numbers(2))
        self.put("Orders", *self.numbers(3))
        self.mailbox.folders = "INBOX\n Grüße & mehr\n"
        self.fetch()
        self.assertEqual(self.taken(), ["Question 1", "Question 2"])
        self.assertEqual(self.spooled()[-1].folder, "Grüße & mehr")
        self.fetch()
        self.assertEqual(len(self.spooled()), 2)

    def test_a_folder_that_has_vanished_does_not_keep_the_others(self):
        self.deliver(*self.numbers(1))
        self.mailbox.folders = "Gone\nINBOX"
        self.fetch()
        self.assertEqual(self.taken(), ["Question 1"])
        self.assertEqual(len(self.partners()), 1)
        self.assertIn("Gone", self.mailbox.error_message)

    def test_what_is_processed_and_what_failed_is_moved(self):
        self.mailbox.write({"done_folder": "Done Grüße", "failed_folder": "Failed"})
        self.deliver(*self.numbers(1, 2))
        self.deliver(*self.numbers(3, to="nobody@acme.test"))
        original = Observing.message_route

        def message_route(model, message, *args, **kwargs):
            if message["Subject"] == "Question 2":
                raise KeyError("broken")
            return original(model, message, *args, **kwargs)

        with patch.object(Observing, "message_route", message_route):
            self.fetch()
        self.assertEqual(self.subjects('"Done Gr&APwA3w-e"'), ["Question 1"])
        self.assertEqual(self.subjects("Failed"), ["Question 2"])
        self.assertEqual(self.subjects(), ["Question 3"], "It waits for a decision")
        self.assertEqual(self.spooled().mapped("moved_to"), ["Done Grüße", "Failed", False])

    def test_what_is_processed_later_is_moved_in_the_next_run(self):
        self.mailbox.done_folder = "Done"
        self.deliver(*self.numbers(1, to="help@acme.test"))
        self.fetch()
        self.assertEqual(self.subjects(), ["Question 1"])
        self.alias.copy({"alias_name": "help"})
        with self.registry_cursor() as env:
            self.spooled().with_env(env).action_process()
        self.fetch()
        self.assertEqual(self.subjects("Done"), ["Question 1"])
        self.assertEqual(self.subjects(), [])

    def test_what_was_there_before_stays(self):
        self.deliver(*self.numbers(1))
        self.fetch()
        self.mailbox.done_folder = "Done"
        self.env.cr.execute("UPDATE mail_incoming SET processed_at = '2020-01-01'")
        self.env.invalidate_all()
        self.fetch()
        self.assertEqual(self.subjects(), ["Question 1"])

    def test_only_those_are_expunged(self):
        """What somebody else has marked as deleted stays."""
        self.mailbox.done_folder = "Done"
        self.deliver(*self.numbers(1, 2))
        self.fetch()
        self.deliver(*self.numbers(3))
        self.flag("\\Seen \\Deleted")
        self.deliver(*self.numbers(4))
        self.fetch()
        self.assertEqual(self.subjects(), ["Question 3"])

    @mute_logger("odoo.addons.email_communication.models.fetchmail_moved")
    def test_a_folder_that_takes_nothing_loses_nothing(self):
        self.mailbox.done_folder = "Done"
        self.deliver(*self.numbers(1))
        with patch.object(ImapFolder, "_transfer", lambda *_args: False):
            self.fetch()
        self.assertEqual(len(self.partners()), 1)
        self.assertEqual(self.subjects(), ["Question 1"])
        self.fetch()
        self.assertEqual(self.subjects("Done"), ["Question 1"])

    def test_names_that_are_none(self):
        for values in (
            {"folders": "INBOX\na\x00b"},
            {"done_folder": "a\r\nb"},
            {"done_folder": "INBOX"},
            {"folders": "\n".join(map(str, range(60)))},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.mailbox.write(values)
