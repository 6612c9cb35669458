from functools import partial

from odoo import api, models
from odoo.tools import config, email_domain_extract, email_normalize, split_every

from ..core.outgoing import from_filter as core_from_filter
from ..core.outgoing.from_filter import FromFilterIndex
from ..core.outgoing.selection import SenderRule, choose
from ..core.text import printable
from .sender_choice import SENDER_RULES

SHOWN_LENGTH = 254
"""Characters of a sender in a sentence: no address has more (RFC 5321), but texts of strangers."""

SERVERS_AT_ONCE = 50
"""Servers asked at a time for the first one that sends for others: most often it is the first."""

PRIORITY = "sequence, id"

INDEXES = "email_communication.from_filter_indexes"
CHOICES = "email_communication.sender_choices"
"""Keys of the cursor's cache, which lives as long as the transaction: what is in it follows from
what the transaction reads, so no other one can make it stale."""

INDEXED_FIELDS = {"active", "from_filter", "sequence"}

ODOO_MODULES = (
    "odoo.addons.base.models.ir_mail_server",
    "odoo.addons.mail.models.ir_mail_server",
    __name__,
)
"""Whose code decides as the index does."""

SUBDOMAIN_STEP = "email_communication_subdomain_step"
"""Key of the context in which `_filter_mail_servers_fallback` finds the `SubdomainStep`."""


def _all_odoo(classes, name):
    methods = filter(None, (vars(cls).get(name) for cls in classes))
    return all(getattr(method, "__module__", None) in ODOO_MODULES for method in methods)


class SubdomainStep:
    """Hands the sender down to where Odoo asks for a fallback, and back whether a ``*.`` entry
    lists it there: then it is kept, other than with a fallback."""

    def __init__(self, email_from):
        self.email_from = email_from
        self.found = False


class IrMailServer(models.Model):
    """Outgoing servers are found by an index of their FROM filters, and the choice of one is a
    value that says which rule made it."""

    _inherit = "ir.mail_server"

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_choices()
        return super().create(vals_list)

    def write(self, vals):
        if INDEXED_FIELDS & vals.keys():
            self._forget_choices()
        return super().write(vals)

    def unlink(self):
        self._forget_choices()
        return super().unlink()

    # ------------------------------------------------------------
    # SELECTION
    # ------------------------------------------------------------

    def _find_mail_server(self, email_from, mail_servers=None):
        """Narrow the servers to the one that the index finds, and let Odoo decide about it.

        Given only that server, the vanilla method comes to the same result as with all of them.
        An override of another addon that runs between it and us may want another one: then
        nothing is narrowed, and it is asked once, with what vanilla would ask it.
        """
        if not self._decides_as_indexed():
            return self._find_with_other_addons(email_from, mail_servers)
        servers = self._shared_servers() if mail_servers is None else mail_servers
        choice = self._choose_sender(email_from, servers)
        chosen = servers.browse(choice.key)
        if choice.goes_by_subdomain:
            return chosen, self._smtp_from(choice, email_from)
        return super()._find_mail_server(email_from, chosen)

    @api.model
    def _find_with_other_addons(self, email_from, mail_servers):
        step = SubdomainStep(email_from)
        asked = super(IrMailServer, self.with_context(**{SUBDOMAIN_STEP: step}))
        server, smtp_from = asked._find_mail_server(email_from, mail_servers)
        if server and SUBDOMAIN_STEP in server.env.context:
            server = server.with_env(self.env(su=server.env.su))
        keeps_sender = step.found and smtp_from == self._replaced(email_from)
        return server, email_from if keeps_sender else smtp_from

    @api.model
    def _decides_as_indexed(self):
        """Whether nobody but Odoo has a say in what `super()` finds from here.

        Read from the classes at every call, in a few microseconds: what is loaded later counts.
        """
        classes = type(self).__mro__
        below = classes[classes.index(IrMailServer) + 1 :]
        return _all_odoo(below, "_find_mail_server") and _all_odoo(
            classes, "_filter_mail_servers_fallback"
        )

    @api.model
    def _filter_mail_servers_fallback(self, servers):
        """The place of the ``*.`` entries, which Odoo does not know.

        It comes here once no server of those that other addons have left lists the address or
        the domain of the sender, and takes the only one that it is given back.
        """
        step = self.env.context.get(SUBDOMAIN_STEP)
        if isinstance(step, SubdomainStep):
            plain = self.with_context(**{SUBDOMAIN_STEP: None})
            choice = plain._choose_sender(step.email_from, servers)
            if choice.goes_by_subdomain:
                step.found = choice.keeps_sender
                return servers.browse(choice.key)
        return super()._filter_mail_servers_fallback(servers)

    @api.model
    def _choose_sender(self, email_from, servers):
        """Which of the servers sends for `email_from`, as a `selection.Choice` keyed by id.

        `servers` are those that the mail may use, in order of priority. The notification address
        is that of the context, else of the current company.
        """
        sender = email_normalize(email_from) or None
        notification = self._notification_address() or None
        choices = self.env.cr.cache.setdefault(CHOICES, {})
        key = (sender, notification, servers._ids)
        if key not in choices:
            choices[key] = choose(
                self._from_filter_index(servers),
                sender,
                notification,
                partial(self._first_fallback, servers),
            )
        return choices[key]

    @api.model
    def _rule_that_chose(self, server_id, smtp_from, email_from, servers):
        """The sender rule that explains an outcome of `_find_mail_server`.

        `email_from` and `servers` are what it was asked with. Where our rules come to another
        server or another sender, another app has decided, and that is what is told.
        """
        choice = self._choose_sender(email_from, servers)
        if (choice.key, self._smtp_from(choice, email_from)) == (server_id or None, smtp_from):
            return choice.rule
        return SenderRule.OTHER

    @api.model
    def _smtp_from(self, choice, email_from):
        """The sender as which Odoo sends when our rules have decided."""
        keeps_sender = choice.keeps_sender or (
            choice.rule is SenderRule.COMMAND_LINE
            and self._match_from_filter(email_from, self._get_default_from_filter())
        )
        return email_from if keeps_sender else self._replaced(email_from)

    @api.model
    def _replaced(self, email_from):
        """The sender of what a server sends that may not send as `email_from`."""
        return self._notification_address() or email_from

    @api.model
    def _in_sending_context(self, notification_address, bounce_address=None):
        """In the context in which Odoo sends the mails of an alias domain with these addresses."""
        return self.with_context(
            domain_notifications_email=notification_address,
            domain_bounce_address=bounce_address,
        )

    @api.model
    def _shared_servers(self):
        return self.sudo().search(self._find_mail_server_allowed_domain(), order=PRIORITY)

    def _first_fallback(self, servers, ids):
        for some_ids in split_every(SERVERS_AT_ONCE, ids):
            if found := self._filter_mail_servers_fallback(servers.browse(some_ids)):
                return found[0].id
        return None

    @api.model
    def _notification_address(self):
        return self.env.context.get("domain_notifications_email") or email_normalize(
            self._get_default_from_address()
        )

    @api.model
    def _from_filter_index(self, servers):
        indexes = self.env.cr.cache.setdefault(INDEXES, {})
        if servers._ids not in indexes:
            indexes[servers._ids] = FromFilterIndex(
                (server.id, server.from_filter) for server in servers if server.active
            )
        return indexes[servers._ids]

    @api.model
    def _forget_choices(self):
        self.env.cr.cache.pop(INDEXES, None)
        self.env.cr.cache.pop(CHOICES, None)

    # ------------------------------------------------------------
    # EXPLANATION
    # ------------------------------------------------------------

    def _build_email__(self, email_from, *args, **kwargs):
        """Refuse a sender that no mail can come from in the way Odoo refuses a missing one: the
        mail fails alone, with a sentence, and those beside it go out."""
        try:
            core_from_filter.check_sender(email_normalize(email_from, strict=False) or "")
        except core_from_filter.SenderError as error:
            raise AssertionError(self.NO_VALID_FROM, error.explain(self.env._)) from error
        return super()._build_email__(email_from, *args, **kwargs)

    @api.model
    def _command_line_server_name(self):
        host, port = config.get("smtp_server"), config.get("smtp_port")
        return self.env._("the command line (%(host)s, port %(port)s)", host=host, port=port)

    @api.model
    def _sender_rule_sentence(self, rule, server_name, author):
        """Why the server with that name was chosen for the address of the author."""
        sentence = self.env._(SENDER_RULES[SenderRule(rule)].sentence)
        sender = email_normalize(author) or author or ""
        return sentence % {
            "server": printable(server_name or ""),
            "author": printable(sender, SHOWN_LENGTH) or self.env._("a sender without address"),
            "domain": printable(email_domain_extract(author) or "", SHOWN_LENGTH),
        }
