import os
import resource
import time
import xmlrpc.client

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .hostile_mails import hostile, mutations
from .incoming_common import IncomingCase

CPU_SECONDS = 5
MEMORY_PER_BYTE = 30
MEMORY_BASE = 120_000_000
"""Bytes that a mail may take while it is processed: a base, and a multiple of its size."""
MUTATIONS = int(os.environ.get("EC_MUTATIONS") or 60)
KEPT = ("done", "held", "unrouted", "failed", "ignored")
QUIET = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.base.models.ir_attachment",
    "odoo.tools.mail",
    "odoo.sql_db",
)


@tagged("post_install", "-at_install")
class TestIncomingBadInput(IncomingCase, TransactionCase):
    """Whatever a mail contains: it is processed or kept with a reason, within seconds."""

    def receive(self, raw):
        with self.registry_cursor() as env, mute_logger(*QUIET):
            env["mail.thread"].message_process("res.partner", xmlrpc.client.Binary(raw))
        self.env.invalidate_all()
        return self.env["mail.incoming"].search([], order="id desc", limit=1)

    def test_hostile_mails(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "10000")
        for name, raw in hostile().items():
            with self.subTest(name=name):
                memory, begin = self.memory(), time.process_time()
                row = self.receive(raw)
                seconds = time.process_time() - begin
                self.assertLess(seconds, CPU_SECONDS)
                self.assertLess(self.memory() - memory, MEMORY_BASE + MEMORY_PER_BYTE * len(raw))
                self.assertIn(row.state, KEPT)
                self.assertTrue(row.reason)
                self.assertEqual(row.size, len(raw))
                self.assertEqual(row._raw(), raw)

    def memory(self):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def test_what_can_be_read_arrives(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "10000")
        mails = hostile()
        for name in (
            "two From",
            "NUL everywhere",
            "unknown charset",
            "8 bit headers",
            "10 MB of References",
            "100,000 To",
            "900 text parts",
            "html of 5 MB",
            "zip bomb",
            "date in year 99999",
        ):
            with self.subTest(name=name):
                self.assertEqual(self.receive(mails[name]).state, "done")

    def test_mutated_mails(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "10000")
        for raw in mutations(MUTATIONS, seed=11):
            with self.subTest(raw=raw):
                self.assertIn(self.receive(raw).state, KEPT)
