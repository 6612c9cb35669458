from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, ormcache

from ..core import provider as core_provider
from ..core.sender import Sender

SERVER_MODELS = ("ir.mail_server", "fetchmail.server")


class MailProvider(models.Model):
    """What a mail provider asks of those who send and receive through it.

    A provider is recognised by the host name of a server. It fills in how a new server is
    reached, and tells the DNS check what has to be published for it. The presets are data that
    providers change now and then: every value can be edited, and an update keeps it.
    """

    _name = "mail.provider"
    _description = "Mail Provider"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    host_patterns = fields.Char(
        "Recognised Hosts",
        help="The names of its SMTP and IMAP servers, separated by commas. An asterisk stands for "
        "anything, as in smtp.*.example.net. A server with such a host is taken for one of this "
        "provider.",
    )
    smtp_authentication = fields.Selection(
        "_authentications_of_servers",
        "Authenticate with",
        help="How a new server is to authenticate, where there is only one way.",
    )
    smtp_host = fields.Char(
        "SMTP Server", help="Left empty where it is another one for every account or region."
    )
    smtp_port = fields.Integer("SMTP Port")
    smtp_encryption = fields.Selection("_encryptions_of_servers", "Connection Encryption")
    imap_host = fields.Char("IMAP Server", help="Left empty where it does not keep mailboxes.")
    imap_port = fields.Integer("IMAP Port", default=993)
    imap_ssl = fields.Boolean("SSL/TLS", default=True)
    spf_terms = fields.Char(
        "SPF Terms",
        help="What the SPF record of a domain needs for it, separated by spaces, such as "
        "include:_spf.example.net. The term a:{host} stands for the addresses of the server "
        "itself. Left empty where the record needs nothing for it.",
    )
    dkim_selectors = fields.Char(
        "DKIM Selectors",
        help="The selectors that it gives to everybody, separated by commas. Left empty where "
        "only the account knows them: they are then asked for on the outgoing server.",
    )
    dkim_target = fields.Char(
        "DKIM CNAME Target",
        help="Where the CNAME record of a selector points to, such as {selector}.dkim.example.net. "
        "Left empty where it asks for a TXT record, or where only the account knows it.",
    )
    envelope_domain = fields.Char(
        help="The domain of its Return-Path where that is not the domain of the sender, such as "
        "bounces.example.net, or bounces.{domain} for a subdomain of the sender's.",
    )
    limits = fields.Text("Sending Limits", translate=True)
    quirks = fields.Text("Good to Know", translate=True)
    documentation_url = fields.Char("Documentation")
    last_verified = fields.Date(
        help="When somebody last compared these values with what the provider says."
    )

    @api.model
    def _encryptions_of_servers(self):
        return self._selection_of_servers("smtp_encryption")

    @api.model
    def _authentications_of_servers(self):
        return self._selection_of_servers("smtp_authentication")

    @api.model
    def _selection_of_servers(self, name):
        return self.env["ir.mail_server"]._fields[name]._description_selection(self.env)

    @api.constrains("dkim_selectors")
    def _check_dkim_selectors(self):
        for provider in self:
            self._parse_selectors(provider.dkim_selectors)

    @api.model
    def _parse_selectors(self, text):
        """The `core.provider.SelectorEntry`s; a ValidationError names the entry at fault."""
        try:
            return core_provider.parse_selectors(text)
        except core_provider.SelectorError as error:
            raise ValidationError(error.explain(self.env._)) from error

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "host_patterns" in vals or "name" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _check_access(self, operation):
        """Whoever may read mail servers may read their providers, without being an administrator
        of the settings."""
        refused = super()._check_access(operation)
        if refused and operation == "read" and self._may_read_servers():
            return None
        return refused

    def _may_read_servers(self):
        return any(self.env[name].has_access("read") for name in SERVER_MODELS)

    # ------------------------------------------------------------
    # WHAT SERVERS ASK
    # ------------------------------------------------------------

    @api.model
    def _with_hosts(self):
        """Those that a host name can tell."""
        return self.search([("host_patterns", "!=", False)])

    @api.model
    def _recognised(self, host):
        """The provider whose server has that name, or none."""
        return self.browse(self._recognised_id(host or ""))

    @api.model
    @ormcache("host")
    def _recognised_id(self, host):
        """Kept, because lists of servers ask it for each of them."""
        return self.sudo()._with_hosts()._recognise(host).id

    def _recognise(self, host):
        """The provider among these whose server has that name, or none."""
        patterns = ((provider, provider.host_patterns) for provider in self)
        return core_provider.recognise(host, patterns) or self.browse()

    def _smtp_port(self, encryption):
        """The port on which this provider expects an encryption; None where not known."""
        if not (encryption and self.smtp_encryption):
            return None
        return core_provider.smtp_port(encryption, self.smtp_encryption, self.smtp_port)

    def _note(self):
        """What administrators should know about the provider, in paragraphs."""
        verified = self.last_verified and self.env._(
            "These values were last verified on %(date)s. Where the provider says otherwise, "
            "believe the provider.",
            date=format_date(self.env, self.last_verified),
        )
        return "\n".join(filter(None, (self.limits, self.quirks, verified)))

    def _sender(self, name, host, domain, selectors):
        """The `core.sender.Sender` that a server of this provider, or of none, is.

        :param host: its SMTP host
        :param domain: the domain it sends for
        :param selectors: text of the DKIM selectors known on the server
        """
        return Sender(
            name=name,
            host=core_provider.checkable_host(host),
            spf_terms=core_provider.spf_terms(self.spf_terms, host) or None,
            selectors=self._selectors_for(domain, selectors)
            or self._selectors_for(domain, self.dkim_selectors),
            envelope_domain=(self.envelope_domain or "").replace("{domain}", domain),
        )

    def _selectors_for(self, domain, text):
        return core_provider.selectors_for(domain, self._parse_selectors(text), self.dkim_target)
