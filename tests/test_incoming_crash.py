from contextlib import contextmanager
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..core.incoming.imap import ImapFolder
from ..core.incoming.pop3 import Pop3Mailbox
from ..models.fetchmail_adapter import SpoolingConnection
from ..models.incoming_run import Transaction
from ..models.mail_incoming_process import MailIncoming as Processing
from ..models.mail_incoming_source import MailIncomingSource as Source
from ..models.mail_thread_observed import MailThread as Observing
from ..scripts.sandbox import ImapPeer
from .worker import Worker, die

MAILS = 4


@tagged("post_install", "-at_install")
class TestIncomingCrash(BaseCase):
    """A worker that is killed at any instant loses no mail, and none makes two records.

    These workers are processes, the mailbox is a Dovecot, and what they do is committed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addresses = iter(f"box{number}@acme.test" for number in range(60))
        cls.peer = cls.enterClassContext(ImapPeer({f"box{n}@acme.test": "pw" for n in range(60)}))
        with cls.committing() as env:
            cls.archived = env["fetchmail.server"].search([]).ids
            env["fetchmail.server"].browse(cls.archived).active = False
        cls.addClassCleanup(cls.clean_up)

    @classmethod
    def clean_up(cls):
        with cls.committing() as env:
            env["fetchmail.server"].browse(cls.archived).active = True

    @classmethod
    @contextmanager
    def committing(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    @contextmanager
    def mailbox(self, server_type="imap", mails=MAILS):
        """A new mailbox with mails in it, and nothing left of it afterwards."""
        peer, address = self.peer, next(self.addresses)
        self.server_type, self.address = server_type, address
        with self.committing() as env:
            server = env["fetchmail.server"].create(
                {
                    "name": "Crash",
                    "server_type": server_type,
                    "server": peer.host,
                    "port": peer.port if server_type == "imap" else peer.pop3_port,
                    "user": address,
                    "password": "pw",
                    "state": "done",
                    "object_id": env["ir.model"]._get_id("res.partner"),
                }
            )
            env.cr.commit()
            self.server_id = server.id
            for number in range(mails):
                peer.deliver(address, self.raw(number))
            try:
                yield
            finally:
                env.cr.rollback()
                env["mail.incoming"].search([("mailbox_id", "=", server.id)]).unlink()
                partners = env["res.partner"].search([("name", "=like", "Crash %")])
                partners.message_ids.unlink()
                partners.unlink()
                server.unlink()

    def raw(self, number):
        lines = (
            f"From: c{number}@customer.test",
            "To: anybody@acme.test",
            f"Subject: Crash {number}",
            f"Message-Id: <{number}.{self.id()}@customer.test>",
            "",
            "Hello",
            "",
        )
        return "\r\n".join(lines).encode()

    def fetch(self, env):
        env["fetchmail.server"].browse(self.server_id)._fetch_mail()

    def run_worker(self, *patches):
        """Fetch in a process of its own, and then what is left; returns how it ended."""

        def work(env):
            with mute_logger("odoo.addons.mail.models.fetchmail", "odoo.sql_db"):
                for item in patches:
                    item.start()
                self.fetch(env)
                env["mail.incoming"]._cron_process_waiting()

        return Worker(self.registry, work).wait()

    def kills(self, owner, name, times=1, after=False):
        """A patch that ends the process at the n-th call of a method."""
        original, calls = getattr(owner, name), []

        def killed(*args, **kwargs):
            calls.append(True)
            if len(calls) < times:
                return original(*args, **kwargs)
            if after:
                original(*args, **kwargs)
            return die()

        return patch.object(owner, name, killed)

    def unread(self):
        """The subjects of what is still in the mailbox, to be fetched."""
        messages = self.peer.messages(self.address)
        is_pop = self.server_type == "pop"  # which fetches all that is there
        return {self.subject(m.data) for m in messages if is_pop or "\\Seen" not in m.flags}

    @staticmethod
    def subject(raw):
        return raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()

    def spooled(self):
        with self.committing() as env:
            rows = env["mail.incoming"].search([("mailbox_id", "=", self.server_id)])
            return [(row.subject, row.state) for row in rows]

    def check_nothing_is_lost(self):
        rows = [subject for subject, _state in self.spooled()]
        everything = {f"Crash {number}" for number in range(MAILS)}
        self.assertEqual(set(rows) | self.unread(), everything)
        self.assertEqual(len(rows), len(set(rows)), "A mail is in the spool twice")

    def check_all_are_processed_once(self):
        with self.committing() as env:
            partners = env["res.partner"].search([("name", "=like", "Crash %")])
            self.assertEqual(
                sorted(partners.mapped("name")), [f"Crash {number}" for number in range(MAILS)]
            )
        self.assertEqual({state for _subject, state in self.spooled()}, {"done"})
        self.assertEqual(len(self.spooled()), MAILS)
        self.assertEqual(self.unread(), set())

    # ------------------------------------------------------------
    # TESTS
    # ------------------------------------------------------------

    def steps(self, folder):
        """Where a worker may be killed, in the order in which it gets there."""
        return {
            "connected": (folder, "open", 1, True),
            "listed": (folder, "unread", 1, True),
            "fetched, nothing kept": (folder, "fetch", 1, True),
            "kept, not committed": (Source, "_store", 1, True),
            "committed, mailbox not told": (folder, "acknowledge", 1, False),
            "mailbox told": (folder, "acknowledge", 1, True),
            "mailbox left": (folder, "leave", 1, True),
            "before the first is processed": (SpoolingConnection, "_next_group", 1, True),
            "try counted": (Processing, "_begin", 2, True),
            "read": (Observing, "message_parse", 2, True),
            "routed": (Observing, "message_route", 2, True),
            "outcome not written": (Processing, "_outcome", 2, False),
            "outcome not committed": (Transaction, "commit", 4, False),
            "outcome committed": (Transaction, "commit", 4, True),
        }

    def check_kills(self, server_type, folder):
        for step, (owner, name, times, after) in self.steps(folder).items():
            with self.subTest(step=step), self.mailbox(server_type):
                self.assertEqual(self.run_worker(self.kills(owner, name, times, after)), -9)
                self.check_nothing_is_lost()
                self.assertEqual(self.run_worker(), 0)
                self.check_all_are_processed_once()

    def test_killed_at_each_step_of_imap(self):
        self.check_kills("imap", ImapFolder)

    def test_killed_at_each_step_of_pop3(self):
        self.check_kills("pop", Pop3Mailbox)

    def lost_connection(self, owner, name):
        """A patch in which the database ends the connection that is in use, once."""
        original, registry, lost = getattr(owner, name), self.registry, []

        def losing(model, *args, **kwargs):
            if not lost:
                lost.append(True)
                model.env.cr.execute("SELECT pg_backend_pid()")
                pid = model.env.cr.fetchone()[0]
                with registry.cursor() as cr:
                    cr.execute("SELECT pg_terminate_backend(%s)", [pid])
            return original(model, *args, **kwargs)

        return patch.object(owner, name, losing)

    def test_the_database_is_lost(self):
        for owner, name in (
            (Source, "_store"),
            (Processing, "_begin"),
            (Observing, "message_route"),
            (Processing, "_outcome"),
        ):
            with self.subTest(name=name), self.mailbox():
                self.run_worker(self.lost_connection(owner, name))
                self.check_nothing_is_lost()
                self.assertEqual(self.run_worker(), 0)
                self.check_all_are_processed_once()

    def test_the_disk_is_full(self):
        full = psycopg2.errors.DiskFull("could not extend file: No space left on device")
        for owner, name in ((Source, "_store"), (Observing, "message_route")):
            with self.subTest(name=name), self.mailbox():
                broken = patch.object(owner, name, side_effect=full)
                self.assertEqual(self.run_worker(broken), 0)
                self.check_nothing_is_lost()
                self.assertNotIn("failed", {state for _subject, state in self.spooled()})
                with self.committing() as env:
                    env["mail.incoming"].search([("state", "=", "received")]).next_try = False
                self.assertEqual(self.run_worker(), 0)
                self.check_all_are_processed_once()

    def test_a_mail_that_ends_its_worker_is_set_aside(self):
        def killing(original):
            def message_route(model, message, *args, **kwargs):
                if message["Subject"] == "Crash 1":
                    die()
                return original(model, message, *args, **kwargs)

            return message_route

        poison = patch.object(Observing, "message_route", killing(Observing.message_route))
        with self.mailbox():
            self.assertEqual(self.run_worker(poison), -9)
            self.assertEqual(self.run_worker(poison), -9)
            self.assertEqual(self.run_worker(poison), 0)
            states = dict(self.spooled())
            self.assertEqual(states.pop("Crash 1"), "failed")
            self.assertEqual(set(states.values()), {"done"})
            with self.committing() as env:
                row = env["mail.incoming"].search([("subject", "=", "Crash 1")])
                self.assertEqual(row.reason, "poison")
                row.action_process()
            self.check_all_are_processed_once()

    def test_two_workers_at_a_time(self):
        """Each mail is processed once, whoever gets it."""
        with self.mailbox(mails=0):
            self.put_in_the_spool(30)
            workers = [
                Worker(self.registry, lambda env: env["mail.incoming"]._cron_process_waiting())
                for _ in range(3)
            ]
            self.assertEqual([worker.wait() for worker in workers], [0, 0, 0])
            with self.committing() as env:
                partners = env["res.partner"].search([("name", "=like", "Crash %")])
                self.assertEqual(len(partners), 30)
                self.assertEqual(len(set(partners.mapped("name"))), 30)
            self.assertEqual({state for _subject, state in self.spooled()}, {"done"})

    def put_in_the_spool(self, count):
        with self.committing() as env:
            server = env["fetchmail.server"].browse(self.server_id)
            values = {**server._spool_values(), "account": "spool", "folder": "INBOX"}
            env["mail.incoming"]._spool(
                [(self.raw(number), {**values, "uid": str(number)}) for number in range(count)]
            )

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def test_who_decides_sees_what_became_of_it(self):
        """Each mail has a transaction of its own, and the client's is another one."""
        with self.mailbox(mails=0):
            self.put_in_the_spool(2)
            with self.committing() as env:
                rows = env["mail.incoming"].search([("mailbox_id", "=", self.server_id)])
                rows.write({"state": "unrouted", "reason": "no_route"})
            with self.committing() as env:
                rows = env["mail.incoming"].search([("mailbox_id", "=", self.server_id)])
                told = rows.action_process()
                self.assertIn("2 of 2", told["params"]["message"])
                self.assertEqual(set(rows.mapped("state")), {"done"})

    def test_a_new_alias_takes_what_waits_for_it(self):
        with self.alias_domain(), self.mailbox(mails=0):
            self.decide_on_alias()
            self.assertEqual({state for _subject, state in self.spooled()}, {"done"})

    @contextmanager
    def alias_domain(self):
        with self.committing() as env:
            domain = env["mail.alias.domain"].create({"name": "crash.test"})
        try:
            yield
        finally:
            with self.committing() as env:
                # The first domain becomes everybody's.
                domain = domain.with_env(env)
                env["mail.alias"].search([("alias_name", "=", "fresh")]).unlink()
                for model in ("mail.alias", "res.company"):
                    env[model].search([("alias_domain_id", "=", domain.id)]).alias_domain_id = False
                domain.unlink()

    def decide_on_alias(self):
        self.put_in_the_spool(2)
        with self.committing() as env:
            server = env["fetchmail.server"].browse(self.server_id)
            server.object_id = False
            rows = env["mail.incoming"].search([("mailbox_id", "=", self.server_id)])
            values = {"state": "unrouted", "reason": "no_route", "recipients": "fresh@crash.test"}
            rows.write({**values, "call": {**rows[0].call, "model": False}})
            self.set_recipient(rows)
        with self.committing() as env:
            route = env["mail.incoming.route"].create(
                {
                    "incoming_ids": rows.ids[:1],
                    "kind": "new_alias",
                    "address": "fresh@crash.test",
                    "model_id": env["ir.model"]._get_id("res.partner"),
                }
            )
            route.action_apply()

    def set_recipient(self, rows):
        for row in rows:
            raw = row._raw().replace(b"anybody@acme.test", b"fresh@crash.test")
            row.write(row._values_of(raw))
            row.env["mail.incoming.source"]._drop(row.ids)
            row.env["mail.incoming.source"]._store({row.id: raw})
