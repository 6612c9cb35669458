import contextlib
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import config

from ..models.delivery_recorder import COMMAND_LINE_REST
from ..scripts.sandbox import SmtpPeer
from .worker import Worker

SUBJECT = "Command line"


@tagged("post_install", "-at_install")
class TestOutgoingCommandLine(BaseCase):
    """The server of the command line has no record, and rests as the others do: for longer each
    time, until it works. Runs are processes here, and what they note is committed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.enterClassContext(patch.object(IrMail_Server, "_disable_send", lambda self: False))
        cls.peer = cls.enterClassContext(SmtpPeer(starttls=False))
        cls.addClassCleanup(cls.clean_up)
        with cls.committing() as env:
            cls.archived = env["ir.mail_server"].search([])
            cls.archived.active = False
            cls.others = env["mail.mail"].search([("state", "=", "outgoing")])
            cls.others.state = "cancel"

    def setUp(self):
        super().setUp()
        self.forget()
        self.peer.reset()

    @classmethod
    def forget(cls):
        with cls.committing() as env:
            env["mail.mail"].search([("subject", "=", SUBJECT)]).unlink()
            env["mail.delivery"].search([("email", "like", "@one.test")]).unlink()
            env["ir.config_parameter"].search([("key", "=", COMMAND_LINE_REST)]).unlink()

    @classmethod
    def clean_up(cls):
        cls.forget()
        with cls.committing() as env:
            cls.others.with_env(env).state = "outgoing"
            cls.archived.with_env(env).active = True

    @classmethod
    @contextlib.contextmanager
    def committing(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def new_mail(self, address):
        values = {"email_from": "me@acme.test", "subject": SUBJECT, "auto_delete": False}
        with self.committing() as env:
            return env["mail.mail"].create({**values, "email_to": address}).id

    def run_queue(self, port):
        with patch.dict(config.options, {"smtp_server": self.peer.host, "smtp_port": port}):
            worker = Worker(self.registry, lambda env: env["mail.mail"].process_email_queue())
            self.assertEqual(worker.wait(), 0)

    def pause(self, mail_id):
        """Minutes until the mail is due, which it is made afterwards, as its server is."""
        with self.committing() as env:
            mail = env["mail.mail"].browse(mail_id)
            self.assertEqual(mail.state, "outgoing")
            pause = mail.scheduled_date - fields.Datetime.now()
            mail.scheduled_date = "2020-01-01 00:00:00"
            env.cr.execute(
                "UPDATE ir_config_parameter SET value = regexp_replace(value, '\\d{4}-', '2020-')"
                " WHERE key = %s",
                [COMMAND_LINE_REST],
            )
            return pause.total_seconds() / 60

    def test_it_rests_for_longer_each_time_until_it_works(self):
        ada = self.new_mail("ada@one.test")
        for shortest, longest in ((2, 2.3), (5, 5.6), (10, 11.1)):
            self.run_queue(port=1)
            pause = self.pause(ada)
            self.assertTrue(shortest - 0.5 <= pause <= longest, pause)
        self.run_queue(port=1)
        bob = self.new_mail("bob@one.test")
        self.run_queue(self.peer.port)
        self.assertFalse(self.peer.commands, "It rests")
        self.assertGreater(self.pause(bob), 10, "A new mail waits as long as those before")
        self.pause(ada)
        self.run_queue(self.peer.port)
        self.assertEqual(len(self.peer.received), 2)
        carl = self.new_mail("carl@one.test")
        self.run_queue(port=1)
        self.assertLess(self.pause(carl), 2.3, "The first success ended the rest")

    def test_a_refused_login_waits_for_nobody_to_press_a_button(self):
        """There is no connection test for it, so it is tried again by itself."""
        mail_id = self.new_mail("ada@one.test")
        self.peer.answer("MAIL", "530 5.7.0 Authentication required", times=1)
        self.run_queue(self.peer.port)
        self.assertLess(self.pause(mail_id), 60)
