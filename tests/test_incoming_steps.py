from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestIncomingSteps(IncomingCase, TransactionCase):
    """Each mail tells the way that it took."""

    def setUp(self):
        super().setUp()
        self.enterContext(
            mute_logger("odoo.addons.mail.models.mail_thread", "odoo.addons.mail.models.mail_alias")
        )

    def receive(self, model=None, **kwargs):
        raw = self.raw_mail(**kwargs)
        self.env["mail.thread"].message_process(model, raw)
        return self.env["mail.incoming"].search([], limit=1, order="id desc")

    def codes(self, row):
        return [step["code"] for step in row.steps]

    def test_print(self):
        for kw in ({}, {"to": "x@acme.test", "model": "res.partner"}):
            row = self.receive(**kw)
            print(row.steps)
            print(row.steps_html)
