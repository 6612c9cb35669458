import tempfile
from collections import Counter
from unittest.mock import patch

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server

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
        cls.transactional, cls.newsletters = cls.create_servers(
            "ir.mail_server",
            cls.server_values("Transactional", cls.sandbox.smtp, "acme.test"),
            cls.server_values("Newsletters", cls.sandbox.smtp2, "news@acme.test"),
        )
        imap = cls.sandbox.describe()["imap"]
        cls.env["fetchmail.server"].search([]).action_archive()
        cls.mailbox = cls.create_servers(
            "fetchmail.server",
            {
                "name": "Mailbox of acme.test",
                "server_type": "imap",
                "server": imap["host"],
                "port": imap["port"],
                "user": imap["user"],
                "password": imap["password"],
            },
        )

    @classmethod
    def create_servers(cls, model, *vals_list):
        """Written again: OCA's mail_environment loses some of the values at creation."""
        servers = cls.env[model].create(vals_list)
        for server, vals in zip(servers, vals_list, strict=True):
            server.write(vals)
        return servers

    @classmethod
    def server_values(cls, name, peer, from_filter):
        return {
            "name": name,
            "smtp_host": peer.host,
            "smtp_port": peer.port,
            "smtp_encryption": "starttls",
            "from_filter": from_filter,
        }


class OutgoingCase(SandboxCase):
    """Mixin: one outgoing server, whose answers the tests program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.newsletters.action_archive()
        cls.server, cls.peer = cls.transactional, cls.sandbox.smtp
        cls.server.from_filter = False
        cls.author = cls.env.user.partner_id
        cls.author.email = "me@acme.test"
        cls.record = cls.env["res.partner"].create({"name": "Topic"})

    def setUp(self):
        super().setUp()
        self.peer.reset()
        self.sandbox.smtp2.reset()

    def new_mail(self, **values):
        return self.env["mail.mail"].create(
            {
                "email_from": "me@acme.test",
                "subject": "Hello",
                "body_html": "<p>Hello</p>",
                "auto_delete": False,
                **values,
            }
        )

    def post(self, *addresses, partners=None):
        """A message in a chatter whose mails are in the queue."""
        if partners is None:
            partners = self.env["res.partner"].create(
                [{"name": address.partition("@")[0], "email": address} for address in addresses]
            )
        return self.record.message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partners.ids,
            force_send=False,
        )

    def send(self, message):
        self.env["mail.mail"].search([("mail_message_id", "=", message.id)]).send()

    def run_queue(self, mails):
        mails.process_email_queue(mails.ids)
        self.env.invalidate_all()

    def make_due(self, mails):
        mails.scheduled_date = "2020-01-01 00:00:00"

    def minutes_until_due(self, mail):
        return (mail.scheduled_date - fields.Datetime.now()).total_seconds() / 60

    def accepted(self):
        """How often each address got a message."""
        return Counter(rcpt for mail in self.peer.received for rcpt in mail.rcpt_tos)

    def deliveries(self, message):
        return self.env["mail.delivery"].search([("mail_message_id", "=", message.id)])

    def states(self, mail):
        mail.invalidate_recordset()
        return {item.email: item.state for item in mail.delivery_ids}

    def statuses(self, message):
        message.invalidate_recordset()
        return {n.res_partner_id.email: n.notification_status for n in message.notification_ids}
