import tempfile
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tools import mute_logger

from ..models.mail_alias_domain_check import NAMESERVER_PARAMETER
from ..scripts.sandbox import DEFAULT_ZONES, DnsPeer, Sandbox


class DnsCase:
    """Mixin: the DNS that is asked is the test's own, with the zones of the sandbox.

    It is authoritative for everything, so a name that no zone has is refused, not looked up
    in the world.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dns = cls.start_dns()
        cls.env["ir.config_parameter"].set_param(
            NAMESERVER_PARAMETER, f"{cls.dns.host}:{cls.dns.port}"
        )

    @classmethod
    def start_dns(cls):
        return cls.enterClassContext(DnsPeer(DEFAULT_ZONES))


class SandboxCase(DnsCase):
    """Mixin: real mail peers on loopback, and an Odoo that is set up to use them.

    Two outgoing servers with different FROM filters, a mailbox, the alias domain acme.test.
    """

    @classmethod
    def start_dns(cls):
        state_dir = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.sandbox = cls.enterClassContext(Sandbox(state_dir))
        return cls.sandbox.dns

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo sends nothing in tests; here the mail shall travel.
        cls.enterClassContext(patch.object(IrMail_Server, "_disable_send", lambda self: False))
        cls.alias_domain = cls.env["mail.alias.domain"].create(
            {"name": "acme.test", "dkim_selectors": "odoo"}
        )
        cls.env.company.alias_domain_id = cls.alias_domain
        cls.env["ir.mail_server"].search([]).action_archive()
        cls.transactional, cls.newsletters = cls.env["ir.mail_server"].create(
            [
                cls.server_values("Transactional", cls.sandbox.smtp, "acme.test"),
                cls.server_values("Newsletters", cls.sandbox.smtp2, "news@acme.test"),
            ]
        )
        imap = cls.sandbox.describe()["imap"]
        cls.env["fetchmail.server"].search([]).action_archive()
        cls.mailbox = cls.env["fetchmail.server"].create(
            {
                "name": "Mailbox of acme.test",
                "server_type": "imap",
                "server": imap["host"],
                "port": imap["port"],
                "user": imap["user"],
                "password": imap["password"],
            }
        )

    @classmethod
    def server_values(cls, name, peer, from_filter):
        return {
            "name": name,
            "smtp_host": peer.host,
            "smtp_port": peer.port,
            "smtp_encryption": "starttls",
            "from_filter": from_filter,
        }


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
