from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import config, email_domain_extract

from ..core import provider as core_provider
from ..core.dns.name import is_subdomain
from ..core.findings.finding import Subject
from ..core.name import spelling
from ..core.outgoing.from_filter import lists_domain
from .ir_mail_server import PRIORITY

FILLED_AUTHENTICATIONS = (False, "login", "certificate")
"""With the others, Odoo or another app knows the host itself and insists on it."""


class IrMailServer(models.Model):
    """An outgoing server knows its provider, and so what the DNS has to say for it.

    Only a provider that a person picked is stored. Any other is recognised by the host when it is
    asked for: the host may come from a configuration file, which changes without a word to us.
    """

    # Apart from the choice of a server, so that each of the two subjects is one readable file
    _inherit = "ir.mail_server"  # pylint: disable=consider-merging-classes-inherited

    provider_id = fields.Many2one(
        "mail.provider",
        compute="_compute_provider_id",
        inverse="_inverse_provider_id",
        search="_search_provider_id",
        readonly=False,
        help="Recognised by the SMTP server. Picking one for a new server fills in the server, "
        "its port and its encryption. The DNS check learns from it what has to be published.",
    )
    picked_provider_id = fields.Many2one(
        "mail.provider",
        help="The provider that a person picked, where the SMTP server tells none or another one.",
    )
    provider_note = fields.Text(compute="_compute_provider_note")
    provider_dkim_selectors = fields.Char(
        "DKIM Selectors of the Provider", related="provider_id.dkim_selectors"
    )
    dkim_selectors = fields.Char(
        "DKIM Selectors",
        help="The selectors that this server signs with, separated by commas. You find them at "
        "your provider as the part in front of ._domainkey. A full name such as "
        "s1._domainkey.example.com counts for that domain only. Where the provider asks for a "
        "CNAME record, its target may follow an equals sign: s1=s1.dkim.example.net.",
    )

    @api.depends("picked_provider_id", "smtp_host", "smtp_authentication")
    def _compute_provider_id(self):
        for server in self:
            server.provider_id = server.picked_provider_id or server._recognised_provider()

    def _inverse_provider_id(self):
        for server in self:
            server.picked_provider_id = server.provider_id - server._recognised_provider()
        # Nobody picked: then it is the recognised one, and not none
        self.invalidate_recordset(["provider_id"], flush=False)

    @api.model
    def _search_provider_id(self, operator, value):
        if operator == "any":
            operator, value = "in", self.env["mail.provider"].search(value).ids
        if operator != "in":
            return NotImplemented
        servers = self.with_context(active_test=False).search([])
        return [("id", "in", servers.filtered(lambda s: s.provider_id.id in value).ids)]

    def _recognised_provider(self):
        return self.env["mail.provider"]._recognised(self._sending_host())

    @api.depends("provider_id")
    @api.depends_context("lang")
    def _compute_provider_note(self):
        for server in self:
            server.provider_note = server.provider_id._note()

    @api.constrains("dkim_selectors")
    def _check_dkim_selectors(self):
        for server in self:
            self.env["mail.provider"]._parse_selectors(server.dkim_selectors)

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        provider = self.provider_id
        if provider and not self._origin:
            self._fill_in(provider)
        self.picked_provider_id = provider - self._recognised_provider()

    def _fill_in(self, provider):
        """Fill in a new server. What is typed and already fits the provider stays."""
        self._fill_in_authentication(provider)
        if self.smtp_authentication not in FILLED_AUTHENTICATIONS or not provider.smtp_encryption:
            return
        host_fits = bool(provider._recognise(self.smtp_host))
        if not host_fits:
            self.smtp_host = provider.smtp_host
        if not host_fits or self.smtp_encryption == "none":
            self.smtp_encryption = provider.smtp_encryption
        self.smtp_port = provider._smtp_port(self.smtp_encryption) or self.smtp_port

    def _fill_in_authentication(self, provider):
        """Some providers are reached in one way only; any other one is not the command line's."""
        if provider.smtp_authentication:
            self.smtp_authentication = provider.smtp_authentication
        elif self.smtp_authentication == "cli" and provider != self._recognised_provider():
            self.smtp_authentication = "login"

    @api.onchange("smtp_encryption")
    def _onchange_encryption(self):
        """Odoo sets port 25 for STARTTLS and for validated SSL, whatever was typed."""
        port = self.smtp_port
        result = super()._onchange_encryption()
        self.smtp_port = self._port_beside(port)
        return result

    def _port_beside(self, port):
        """The port that goes with the encryption; one that somebody has chosen stays."""
        encryption, stored = self.smtp_encryption or "none", self._origin
        is_same_kind = core_provider.is_same_kind(encryption, stored.smtp_encryption)
        if stored and is_same_kind and port == stored.smtp_port:
            return port
        if port and port not in core_provider.PORTS:
            return port
        return self.provider_id._smtp_port(encryption) or core_provider.usual_port(encryption)

    def _sending_host(self):
        if self.smtp_authentication == "cli":
            return config.get("smtp_server")
        return self.smtp_host

    # ------------------------------------------------------------
    # EXPECTED SENDERS
    # ------------------------------------------------------------

    @api.model
    def _expected_senders(self, domain_name, notification_addresses):
        """What may send as addresses of exactly that domain, for the DNS check of it.

        :param notification_addresses: those of all companies; a server that no FROM filter
            leads to still sends as the notification address
        :return: tuple of `core.sender.Sender`, in the order of priority
        """
        domain = spelling(domain_name)
        addresses = [a for a in notification_addresses if email_domain_extract(a) == domain]
        notifying = {self._notifying_server_id(address) for address in addresses}
        servers = self.sudo().search([("active", "=", True)], order=PRIORITY)
        senders = [
            server._as_sender(domain)
            for server in servers
            if server.id in notifying or server._may_send_for(domain)
        ]
        if not self._shared_servers() and (addresses or self._command_line_may_send_for(domain)):
            senders.append(self._command_line_sender(domain))
        return tuple(senders)

    def _notifying_server_id(self, address):
        servers = self.sudo()._in_sending_context(address)
        return servers._choose_sender(address, servers._shared_servers()).key

    def _may_send_for(self, domain):
        """A personal server sends as its own address only, so without one it does not send."""
        if not self.from_filter:
            return not self.owner_user_id
        return lists_domain(domain, self.from_filter)

    def _as_sender(self, domain):
        sender = self.provider_id._sender(
            self.name, self._sending_host(), domain, self.dkim_selectors
        )
        return self._with_own_signature(sender, domain) if self.dkim_sign else sender

    def _command_line_may_send_for(self, domain):
        from_filter = self._get_default_from_filter()
        return not from_filter or lists_domain(domain, from_filter)

    def _command_line_sender(self, domain):
        host = config.get("smtp_server")
        providers = self.env["mail.provider"].sudo()
        provider = providers._recognised(host)
        if self._runs_at_odoo():
            odoo = self.env.ref("email_communication.mail_provider_odoo", raise_if_not_found=False)
            provider = (odoo and odoo.sudo()) or provider
        return provider._sender(self._command_line_server_name(), host, domain, "")

    @api.model
    def _sending_remarks(self, domain_name):
        """Where there is no outgoing server to choose from: by which way mail leaves then."""
        if self._shared_servers():
            return ()
        subject = Subject("sending", spelling(domain_name), "")
        if self._runs_at_odoo():
            return (subject.say("sending_by_odoo"),)
        return (subject.say("sending_by_configuration", host=config.get("smtp_server") or ""),)

    @api.model
    def _runs_at_odoo(self):
        """Databases of Odoo Online and Odoo.sh are known by their address, as long as they have no
        other one."""
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        return is_subdomain(spelling(urlsplit(url).hostname), "odoo.com")
