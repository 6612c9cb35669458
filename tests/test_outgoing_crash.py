import contextlib
import logging
import time
from collections import Counter
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from ..models.delivery_recorder import Recorder
from ..models.mail_mail_outcome import MailMail as Outcome
from ..models.mail_mail_sending import MailMail as Sending
from ..scripts.sandbox import SmtpPeer
from .worker import Worker, die

ADDRESSES = [f"follower{number}@one.test" for number in range(10)]
LONG = 60


@tagged("post_install", "-at_install")
class TestOutgoingCrash(BaseCase):
    """A worker that is killed at any instant loses nothing, and at most the one message whose
    answer was outstanding comes twice. These workers are processes, and what they do is committed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.enterClassContext(patch.object(IrMail_Server, "_disable_send", lambda self: False))
        # Whoever writes a log in another thread while a worker is forked holds up the worker.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        cls.addClassCleanup(logging.getLogger("mail.log").setLevel, logging.NOTSET)
        cls.peer = cls.enterClassContext(SmtpPeer(starttls=False))
        with cls.committing() as env:
            cls.archived = env["ir.mail_server"].search([]).ids
            env["ir.mail_server"].browse(cls.archived).active = False
            cls.server_id = (
                env["ir.mail_server"]
                .create({"name": "Peer", "smtp_host": cls.peer.host, "smtp_port": cls.peer.port})
                .id
            )
            cls.partner_ids = (
                env["res.partner"]
                .create([{"name": a.partition("@")[0], "email": a} for a in ADDRESSES])
                .ids
            )
            cls.others = env["mail.mail"].search([("state", "=", "outgoing")]).ids
            env["mail.mail"].browse(cls.others).state = "cancel"
        cls.addClassCleanup(cls.clean_up)

    @classmethod
    def clean_up(cls):
        with cls.committing() as env:
            env["mail.message"].browse(cls.message_ids(env)).unlink()
            env["mail.mail"].search([("subject", "=", "Crash")]).unlink()
            env["res.partner"].browse(cls.partner_ids).unlink()
            env["mail.delivery"].search([("server_name", "=", "Peer")]).unlink()
            env["mail.mail"].browse(cls.others).state = "outgoing"
            env["ir.mail_server"].browse(cls.server_id).unlink()
            env["ir.mail_server"].browse(cls.archived).active = True

    @classmethod
    def message_ids(cls, env):
        return env["mail.message"].search([("subject", "=", "Crash")]).ids

    @classmethod
    @contextlib.contextmanager
    def committing(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def setUp(self):
        super().setUp()
        self.peer.reset()
        with self.committing() as env:
            env["mail.message"].browse(self.message_ids(env)).unlink()
            env["mail.delivery"].search([("server_name", "=", "Peer")]).unlink()
            env["ir.mail_server"].browse(self.server_id)._resume()

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    def new_mail(self, **values):
        with self.committing() as env:
            values = {"email_to": ADDRESSES[0], "email_cc": ADDRESSES[1], **values}
            return (
                env["mail.mail"]
                .create(
                    {
                        "email_from": "me@acme.test",
                        "subject": "Crash",
                        "body_html": "<p>Hello</p>",
                        "auto_delete": False,
                        **values,
                    }
                )
                .id
            )

    def post(self, env, force_send=False):
        return (
            env["res.partner"]
            .browse(self.partner_ids[0])
            .message_post(
                body="Hello",
                subject="Crash",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.partner_ids,
                force_send=force_send,
            )
        )

    def queue(self):
        return Worker(self.registry, lambda env: env["mail.mail"].process_email_queue())

    def drain(self):
        """As the scheduler: again and again, until nothing is left to do."""
        for _ in range(4):
            self.assertEqual(self.queue().wait(), 0)
            with self.committing() as env:
                waiting = env["mail.mail"].search(
                    [("state", "=", "outgoing"), ("scheduled_date", "!=", False)]
                )
                waiting.scheduled_date = "2020-01-01 00:00:00"
                if not env["mail.mail"].search_count([("state", "=", "outgoing")]):
                    return

    def kill_at(self, worker, command, match=""):
        """Once the worker has come to that command, and waits for the answer."""
        self.wait_until(
            lambda: any(item.name == command and match in item.text for item in self.peer.commands)
        )
        if command == ".":
            time.sleep(0.05)  # the peer has taken it, if that is what it was told
        worker.kill()
        self.assertEqual(worker.wait(), -9)
        self.peer.script.clear()

    def wait_until(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, f"Not reached: {self.peer.commands[-3:]}")
            time.sleep(0.01)

    def check_accounts(self, addresses, twice=0):
        """Accepted by the peer is recorded as accepted; nobody is left out; hardly anybody has
        it twice."""
        accepted = Counter(rcpt for mail in self.peer.received for rcpt in mail.rcpt_tos)
        self.assertEqual(set(accepted), set(addresses))
        self.assertLessEqual(sum(accepted.values()) - len(accepted), twice, accepted)
        with self.committing() as env:
            deliveries = env["mail.delivery"].search([("email", "in", list(addresses))])
            self.assertEqual(
                {(item.email, item.state) for item in deliveries},
                {(address, "accepted") for address in addresses},
            )
            self.assertEqual(len(deliveries), len(addresses))
            self.assertFalse(env["mail.mail"].search_count([("state", "=", "outgoing")]))

    # ------------------------------------------------------------
    # TESTS
    # ------------------------------------------------------------

    def test_addresses_in_the_queue(self):
        for command, accepted, twice in (
            ("MAIL", False, 0),
            ("RCPT", False, 0),
            ("DATA", False, 0),
            (".", False, 0),
            (".", True, 2),
        ):
            with self.subTest(command=command, accepted=accepted):
                self.setUp()
                self.new_mail()
                self.peer.wait(command, LONG, accepted=accepted)
                self.kill_at(self.queue(), command)
                self.drain()
                self.check_accounts(ADDRESSES[:2], twice)

    def test_ten_followers_in_the_queue(self):
        fifth = f"\n{ADDRESSES[4]}\n"
        for accepted in (False, True):
            with self.subTest(accepted=accepted):
                self.setUp()
                with self.committing() as env:
                    self.post(env)
                self.peer.wait(".", LONG, match=fifth, accepted=accepted)
                self.kill_at(self.queue(), ".", fifth)
                self.drain()
                self.check_accounts(ADDRESSES, twice=int(accepted))

    def test_ten_followers_after_a_commit(self):
        fifth = f"\n{ADDRESSES[4]}\n"

        def work(env):
            self.post(env, force_send=True)
            env.cr.commit()

        self.peer.wait(".", LONG, match=fifth, accepted=True)
        self.kill_at(Worker(self.registry, work), ".", fifth)
        self.drain()
        self.check_accounts(ADDRESSES, twice=1)

    def test_ten_followers_sent_by_hand(self):
        fifth = f"\n{ADDRESSES[4]}\n"
        with self.committing() as env:
            self.post(env)

        def work(env):
            env["mail.mail"].search([("state", "=", "outgoing")]).send()

        self.peer.wait(".", LONG, match=fifth, accepted=True)
        self.kill_at(Worker(self.registry, work), ".", fifth)
        self.drain()
        self.check_accounts(ADDRESSES, twice=1)

    def test_killed_between_answer_and_commit(self):
        """Odoo's own transaction is lost, and what was accepted stays so."""
        for owner, name in ((Outcome, "_postprocess_sent_message"), (Sending, "_commit")):
            with self.subTest(name=name):
                self.setUp()
                self.new_mail()

                def work(env, owner=owner, name=name):
                    original = getattr(owner, name)

                    def killed(mail, *args, **kwargs):
                        if self.peer_has_it(env):
                            die()
                        return original(mail, *args, **kwargs)

                    with patch.object(owner, name, killed):
                        env["mail.mail"].process_email_queue()

                self.assertEqual(Worker(self.registry, work).wait(), -9)
                self.drain()
                self.check_accounts(ADDRESSES[:2])

    def peer_has_it(self, env):
        """Asked in the worker, which does not see the memory of the test."""
        with env.registry.cursor() as cr:
            cr.execute(
                "SELECT 1 FROM mail_delivery WHERE state = 'accepted' AND email IN %s",
                [tuple(ADDRESSES)],
            )
            return bool(cr.rowcount)

    def test_killed_before_anything_is_built(self):
        self.new_mail()

        def work(env):
            with patch.object(Recorder, "begin", lambda *args: die()):
                env["mail.mail"].process_email_queue()

        self.assertEqual(Worker(self.registry, work).wait(), -9)
        self.drain()
        self.check_accounts(ADDRESSES[:2])

    def test_a_mail_that_kills_its_worker_is_set_aside(self):
        self.new_mail(body_html="<p>poison</p>")
        healthy = self.new_mail(email_to=ADDRESSES[2], email_cc=False)

        def work(env):
            original = Sending._prepare_outgoing_list

            def killed(mail, *args, **kwargs):
                if "poison" in mail.body_html:
                    die()
                return original(mail, *args, **kwargs)

            with patch.object(Sending, "_prepare_outgoing_list", killed):
                env["mail.mail"].process_email_queue()

        self.assertEqual(Worker(self.registry, work).wait(), -9)
        self.assertEqual(Worker(self.registry, work).wait(), -9)
        self.assertEqual(Worker(self.registry, work).wait(), 0)
        with self.committing() as env:
            poison = env["mail.mail"].search([("body_html", "like", "poison")])
            self.assertEqual(poison.state, "exception")
            self.assertIn("set aside", poison.failure_reason)
            for delivery in poison.delivery_ids:
                self.assertIn("set aside", delivery.story[-1]["text"])
                self.assertEqual(delivery.story_html.count("set aside"), 1)
            self.assertEqual(env["mail.mail"].browse(healthy).state, "sent")
            poison.mark_outgoing()
        self.drain()
        self.check_accounts(ADDRESSES[:3])

    def test_killed_in_the_middle_of_ten(self):
        """They are one transaction of Odoo's, and who had his message is known all the same."""
        for accepted in (False, True):
            with self.subTest(accepted=accepted):
                self.setUp()
                _ids, addresses = self.new_mails(12)
                self.peer.wait(".", LONG, match=f"\n{addresses[6]}\n", accepted=accepted)
                self.kill_at(self.queue(), ".", f"\n{addresses[6]}\n")
                self.drain()
                self.check_accounts(addresses, twice=int(accepted))

    def test_posts_and_the_queue_share_a_connection(self):
        """And each sender stays who he is."""

        def work(env):
            authors = env["res.partner"].browse(self.partner_ids[:3])
            for author in authors:
                authors[:1].message_post(
                    author_id=author.id,
                    body="Hello",
                    subject="Crash",
                    email_from=author.email,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=self.partner_ids[3:6],
                    force_send=True,
                )
                env.cr.commit()
            self.post(env)
            env.cr.commit()
            env["mail.mail"].process_email_queue()

        self.assertEqual(Worker(self.registry, work).wait(), 0)
        self.assertEqual(len({command.connection for command in self.peer.commands}), 1)
        senders = Counter(message.mail_from for message in self.peer.received)
        self.assertEqual(len(self.peer.received), 3 * 3 + len(ADDRESSES))
        for address in ADDRESSES[:3]:
            self.assertEqual(senders[address], 3, senders)

    def test_two_workers_and_send_now_share_the_mails(self):
        ids, addresses = self.new_mails(40)
        workers = [
            self.queue(),
            Worker(self.registry, lambda env: env["mail.mail"].browse(ids).send()),
            self.queue(),
        ]
        self.assertEqual([worker.wait() for worker in workers], [0, 0, 0])
        self.drain()
        self.check_accounts(addresses)

    def new_mails(self, count):
        with self.committing() as env:
            mails = env["mail.mail"].create(
                [
                    {
                        "email_from": "me@acme.test",
                        "email_to": f"reader{number}@one.test",
                        "subject": "Crash",
                        "body_html": "<p>Hello</p>",
                        "auto_delete": False,
                    }
                    for number in range(count)
                ]
            )
            return mails.ids, mails.mapped("email_to")

    def test_the_scheduler_drains_the_queue_with_true_progress(self):
        _ids, addresses = self.new_mails(25)
        with self.committing() as env:
            env["ir.config_parameter"].set_param("mail.mail.queue.batch.size", "10")
            cron_id = env.ref("mail.ir_cron_mail_scheduler_action").id
            env["ir.cron.progress"].search([("cron_id", "=", cron_id)]).unlink()

        def work(env):
            cron = env["ir.cron"]
            job = type(cron)._acquire_one_job(env.cr, cron_id, include_not_ready=True)
            type(cron)._process_job(env.cr, job)

        self.assertEqual(Worker(self.registry, work).wait(), 0)
        with self.committing() as env:
            env["ir.config_parameter"].set_param("mail.mail.queue.batch.size", False)
            rows = env["ir.cron.progress"].search([("cron_id", "=", cron_id)], order="id")
            progress = [(row.done, row.remaining) for row in rows]
        self.assertEqual(progress, [(10, 15), (10, 5), (5, 0)])
        self.check_accounts(addresses)

    def test_a_mail_that_is_cancelled_or_deleted_while_it_is_sent(self):
        for change in ("cancel", "unlink"):
            with self.subTest(change=change):
                self.setUp()
                mail_id = self.new_mail()
                self.peer.wait("DATA", 0.5)
                worker = self.queue()
                self.wait_until(lambda: any(c.name == "DATA" for c in self.peer.commands))
                with (
                    contextlib.suppress(OperationalError),
                    mute_logger("odoo.sql_db"),
                    self.committing() as env,
                ):
                    getattr(env["mail.mail"].browse(mail_id), change)()
                    env.flush_all()
                self.assertEqual(worker.wait(), 0)
                with self.committing() as env:
                    rows = env["mail.delivery"].search([("mail_mail_id_int", "=", mail_id)])
                    self.assertEqual(set(rows.mapped("state")), {"accepted"})
                    self.assertNotEqual(env["mail.mail"].browse(mail_id).exists().state, "outgoing")
                self.assertEqual(len(self.peer.received), 1)

    def test_a_commit_of_odoo_that_fails_sends_nothing_again(self):
        mail_id = self.new_mail()

        def work(env):
            original = Sending._commit
            failed = []

            def fails_once(mail):
                if not failed and mail._name == "mail.mail" and mail.exists().state == "sent":
                    failed.append(True)
                    mail.env.cr.execute("SELECT 1 / 0")
                return original(mail)

            with (
                patch.object(Sending, "_commit", fails_once),
                mute_logger(Sending.__module__, "odoo.sql_db"),
            ):
                env["mail.mail"].process_email_queue()

        self.assertEqual(Worker(self.registry, work).wait(), 0)
        with self.committing() as env:
            self.assertEqual(env["mail.mail"].browse(mail_id).state, "sent")
        self.check_accounts(ADDRESSES[:2])
