from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import config, email_domain_extract, email_normalize, ormcache, split_every
from odoo.tools.translate import LazyTranslate

from ..core import from_filter as core_from_filter
from ..core.from_filter import EntryKind, FromFilterIndex
from ..core.sender import choose

_lt = LazyTranslate(__name__)

SERVERS_AT_ONCE = 50
"""Servers read at a time while looking for the first usable one: most often it is the first."""

SENDER_RULE_SENTENCES = {
    "address": _lt("“%(server)s” was chosen: its FROM filter lists %(author)s."),
    "domain": _lt("“%(server)s” was chosen: its FROM filter lists the domain %(domain)s."),
    "subdomain": _lt("“%(server)s” was chosen: its FROM filter covers the subdomain %(domain)s."),
    "notification": _lt(
        "“%(server)s” was chosen: no FROM filter lists %(author)s, and this one lists the "
        "notification address, which takes its place."
    ),
    "no_filter": _lt(
        "“%(server)s” was chosen: no FROM filter lists %(author)s or the notification address, "
        "and this server has none, so it sends for everybody."
    ),
    "fallback": _lt(
        "“%(server)s” was chosen as the first in the list, although its FROM filter does not list "
        "%(author)s. Add the domain to the FROM filter of the right server."
    ),
    "command_line": _lt(
        "The server of %(server)s was chosen: there is no outgoing server to choose from."
    ),
    "requested": _lt("“%(server)s” was chosen: the e-mail asks for this server by itself."),
    "other": _lt("“%(server)s” was chosen by a rule of another app."),
}

INDEXED_FIELDS = {"active", "from_filter", "sequence"}


class IrMailServer(models.Model):
    """Outgoing servers are found by an index of their FROM filters.

    A FROM filter is validated when it is written, may cover subdomains (``*.example.com``),
    and the choice of a server is a value that says which rule made it.
    """

    _inherit = "ir.mail_server"

    from_filter = fields.Char(
        help="The addresses and domains that this server may send as, separated by commas:\n"
        "- ada@example.com: that address;\n"
        "- example.com: every address of that domain;\n"
        "- *.example.com: every address of its subdomains, and not of example.com itself.\n"
        "Leave it empty for a server that may send for everybody."
    )

    @api.model_create_multi
    def create(self, vals_list):
        servers = super().create([self._with_canonical_from_filter(vals) for vals in vals_list])
        self.env.registry.clear_cache()
        return servers

    def write(self, vals):
        result = super().write(self._with_canonical_from_filter(vals))
        if INDEXED_FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _with_canonical_from_filter(self, vals):
        if not vals.get("from_filter"):
            return vals
        return {**vals, "from_filter": self._parse_valid_from_filter(vals["from_filter"])}

    @api.model
    def _parse_valid_from_filter(self, text):
        """The canonical form of a FROM filter; a ValidationError names the entry at fault."""
        try:
            return core_from_filter.normalise(text)
        except core_from_filter.FromFilterError as error:
            raise ValidationError(self._from_filter_error_sentence(error)) from error

    @api.model
    def _from_filter_error_sentence(self, error):
        values = {"position": error.position, "entry": error.entry}
        if error.code == "bad_address":
            return self.env._(
                "“%(entry)s” (entry %(position)s of the FROM filter) is not an e-mail address. "
                "Write one address such as ada@example.com, and separate several with commas.",
                **values,
            )
        if error.code == "bad_wildcard":
            return self.env._(
                "“%(entry)s” (entry %(position)s of the FROM filter) does not name subdomains. "
                "Write the asterisk once, in front of a domain: *.example.com.",
                **values,
            )
        return self.env._(
            "“%(entry)s” (entry %(position)s of the FROM filter) is not a domain. "
            "Write domains such as example.com and addresses such as ada@example.com, "
            "separated by commas.",
            **values,
        )

    def _get_test_email_from(self):
        """A ``*.`` entry is a pattern: the test needs an address that it covers."""
        return super()._get_test_email_from().replace("@*.", "@subdomain.")

    # ------------------------------------------------------------
    # SELECTION
    # ------------------------------------------------------------

    def _find_mail_server(self, email_from, mail_servers=None):
        """Narrow the servers to the one that the index finds, and let Odoo decide about it.

        Given only that server, the vanilla method and the overrides of other addons come to
        the same result as with all of them. Except for ``*.`` entries, which they do not know.
        """
        if mail_servers is None:
            choice = self._choose_sender(email_from)
            chosen = self.sudo().browse(choice.key)
        else:
            choice = self._choose_sender(email_from, partial(self._servers_among, mail_servers))
            chosen = mail_servers.browse(choice.key)
        if choice.entry and choice.entry.kind is EntryKind.SUBDOMAIN:
            return chosen, email_from if choice.keeps_sender else self._notification_address()
        return super()._find_mail_server(email_from, chosen)

    @api.model
    def _match_from_filter(self, email_from, from_filter):
        if super()._match_from_filter(email_from, from_filter):
            return True
        return bool(core_from_filter.find(email_normalize(email_from), from_filter))

    @api.model
    def _choose_sender(self, email_from, usable=None):
        """Which server sends for `email_from`, as a `core.sender.Choice` keyed by record id.

        `usable` takes server ids and yields the servers among them that the mail may use, in
        order; by default those that serve everybody. The notification address is that of the
        context, else of the current company.
        """
        usable = usable or self._shared_servers

        def first_usable(keys):
            return next((server.id for server in usable(keys)), None)

        def first_fallback(keys):
            servers = filter(self._filter_mail_servers_fallback, usable(keys))
            return next((server.id for server in servers), None)

        sender = email_normalize(email_from) or None
        notification = self._notification_address() or None
        return choose(self._from_filter_index(), sender, notification, first_usable, first_fallback)

    @api.model
    def _notification_address(self):
        return self.env.context.get("domain_notifications_email") or email_normalize(
            self._get_default_from_address()
        )

    @api.model
    @ormcache()
    def _from_filter_index(self):
        servers = self.sudo().with_context(active_test=True).search([], order="sequence, id")
        return FromFilterIndex((server.id, server.from_filter) for server in servers)

    def _shared_servers(self, ids):
        allowed = self._find_mail_server_allowed_domain()
        for some_ids in split_every(SERVERS_AT_ONCE, ids):
            yield from self.sudo().search(allowed & Domain("id", "in", some_ids))

    def _servers_among(self, mail_servers, ids):
        wanted = set(ids)
        return (mail_servers.browse(i) for i in mail_servers._ids if i in wanted)

    # ------------------------------------------------------------
    # EXPLANATION
    # ------------------------------------------------------------

    def _prepare_email_message__(self, message, smtp_session):
        """Note in the delivery log of the context, if any, the senders as they are sent."""
        prepared = super()._prepare_email_message__(message, smtp_session)
        envelope_sender, _recipients, sent = prepared
        log = self.env.context.get("delivery_log")
        if log is not None:
            log.senders[sent["Message-Id"]] = str(sent["From"]), envelope_sender
        return prepared

    @api.model
    def _command_line_server_name(self):
        host, port = config.get("smtp_server"), config.get("smtp_port")
        return self.env._("the command line (%(host)s, port %(port)s)", host=host, port=port)

    @api.model
    def _sender_rule_sentence(self, rule, server_name, author):
        """Why the server with that name was chosen for the address of the author."""
        sentence = self.env._(SENDER_RULE_SENTENCES[rule])
        return sentence % {
            "server": server_name,
            "author": email_normalize(author) or author or self.env._("a sender without address"),
            "domain": email_domain_extract(author) or "",
        }
