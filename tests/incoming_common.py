from contextlib import contextmanager

from odoo.tools import mute_logger

from .common import SandboxCase


class IncomingCase(SandboxCase):
    """Mixin: one confirmed mailbox, an alias that creates partners, and mails of customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = cls.mailbox.user
        cls.mailbox.state = "done"
        cls.alias = cls.env["mail.alias"].create(
            {
                "alias_name": "contacts",
                "alias_domain_id": cls.alias_domain.id,
                "alias_model_id": cls.env["ir.model"]._get_id("res.partner"),
            }
        )

    def setUp(self):
        super().setUp()
        with self.sandbox.imap._client(self.address) as client:
            client.select("INBOX")
            client.uid("STORE", "1:*", "+FLAGS", "\\Deleted")
            client.expunge()

    def raw_mail(self, number=1, to="contacts@acme.test", sender="carl@customer.test", **headers):
        fields = {
            "From": f"Carl <{sender}>",
            "To": to,
            "Subject": f"Question {number}",
            "Message-Id": f"<{number}.{self.id()}@customer.test>",
            "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        return "\r\n".join((*lines, "", f"Hello, this is mail {number}.", "")).encode()

    def deliver(self, *raws):
        for raw in raws:
            self.sandbox.imap.deliver(self.address, raw)

    def unseen(self):
        """How many mails are on the server and wait to be fetched."""
        found = self.sandbox.imap.messages(self.address)
        return sum("\\Seen" not in message.flags for message in found)

    @contextmanager
    def registry_cursor(self):
        """An environment whose commits and second cursors work as outside of tests."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield self.env(cr=cr)

    def fetch(self):
        """As the scheduled action does."""
        with self.registry_cursor() as env, mute_logger("odoo.addons.mail.models.fetchmail"):
            error = self.mailbox.with_env(env)._fetch_mail()
        self.env.invalidate_all()
        return error

    def process_waiting(self):
        with self.registry_cursor() as env:
            env["mail.incoming"]._cron_process_waiting()
        self.env.invalidate_all()

    def spooled(self):
        return self.env["mail.incoming"].search([("mailbox_id", "=", self.mailbox.id)], order="id")

    def partners(self):
        return self.env["res.partner"].search([("name", "=like", "Question %")])


class IncomingTourCase(IncomingCase):
    """Mixin for an HttpCase, in which test mode is on all the time."""

    browser_size = "1280x900"

    def receive(self, raw):
        self.env.flush_all()
        self.deliver(raw)
        with self.registry.cursor() as cr, mute_logger("odoo.addons.mail.models.fetchmail"):
            self.mailbox.with_env(self.env(cr=cr))._fetch_mail()
        self.env.invalidate_all()
