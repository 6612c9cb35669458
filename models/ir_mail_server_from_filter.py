import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..core.outgoing import from_filter as core_from_filter

_logger = logging.getLogger(__name__)


class IrMailServer(models.Model):
    """A FROM filter is validated when it is written, and may cover subdomains (``*.example.com``).

    What Odoo had accepted before is kept, and the form and the list say what is wrong with it.
    """

    # Apart from the choice of a server, so that each of the subjects is one readable file
    _inherit = "ir.mail_server"  # pylint: disable=consider-merging-classes-inherited

    from_filter = fields.Char(
        help="The addresses and domains that this server may send as, separated by commas:\n"
        "- ada@example.com: that address;\n"
        "- example.com: every address of that domain;\n"
        "- *.example.com: every address of its subdomains, and not of example.com itself.\n"
        "Leave it empty for a server that may send for everybody."
    )
    from_filter_problem = fields.Char("FROM Filter Problem", compute="_compute_from_filter_problem")
    bounce_note = fields.Char(compute="_compute_bounce_note")

    @api.depends("from_filter")
    @api.depends_context("lang")
    def _compute_from_filter_problem(self):
        for server in self:
            server.from_filter_problem = self._from_filter_problem(server.from_filter)

    @api.depends("from_filter", "owner_user_id")
    @api.depends_context("lang")
    def _compute_bounce_note(self):
        used = [("company_ids", "!=", False)]
        alias_domains = self.env["mail.alias.domain"].sudo().search(used)
        for server in self:
            server.bounce_note = server._bounce_note(alias_domains)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_canonical_from_filter(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_canonical_from_filter(vals))

    @api.model
    def _with_canonical_from_filter(self, vals):
        """A text that a server has already stays as it is: Odoo has accepted it before, and
        whoever writes another field or duplicates the server is not the one to correct it."""
        text = vals.get("from_filter")
        if not text or (self._from_filter_problem(text) and self._has_from_filter(text)):
            return vals
        return {**vals, "from_filter": self._parse_valid_from_filter(text)}

    @api.model
    def _has_from_filter(self, text):
        servers = self.sudo().with_context(active_test=False)
        return bool(servers.search_count([("from_filter", "=", text)], limit=1))

    @api.model
    def _from_filter_problem(self, text):
        """What is wrong with a FROM filter, in a sentence; "" where nothing is."""
        try:
            core_from_filter.parse(text)
        except core_from_filter.FromFilterError as error:
            return error.explain(self.env._)
        return ""

    @api.model
    def _log_from_filter_problems(self):
        """Called when the addon is installed: what Odoo has accepted until then is not changed."""
        for server in self.with_context(active_test=False).search([("from_filter", "!=", False)]):
            if problem := server.from_filter_problem:
                _logger.warning("Outgoing server “%s”: %s", server.name, problem)

    @api.model
    def _parse_valid_from_filter(self, text):
        """The canonical form of a FROM filter; a ValidationError names the entry at fault."""
        try:
            return core_from_filter.normalise(text)
        except core_from_filter.FromFilterError as error:
            raise ValidationError(error.explain(self.env._)) from error

    def _get_test_email_from(self):
        """A ``*.`` entry is a pattern: the test needs an address that it covers."""
        return super()._get_test_email_from().replace("@*.", "@subdomain.")

    @api.model
    def _match_from_filter(self, email_from, from_filter):
        if super()._match_from_filter(email_from, from_filter):
            return True
        return bool(core_from_filter.find(email_normalize(email_from), from_filter))

    # ------------------------------------------------------------
    # BOUNCES
    # ------------------------------------------------------------

    def _bounce_note(self, alias_domains):
        """Whose bounces will not come back, where this server sends their mails."""
        own = alias_domains.filtered(
            lambda d: core_from_filter.lists_domain(d.name, self.from_filter)
        )
        unlisted = (own or alias_domains).filtered(
            lambda domain: (
                domain.bounce_email
                and not self._match_from_filter(domain.bounce_email, self.from_filter)
            )
        )
        if not unlisted:
            return ""
        note = self.env._(
            "When an e-mail through this server does not arrive, its sender is told, and Odoo is "
            "not: no red envelope will appear. The FROM filter does not list %(bounce)s.",
            bounce=", ".join(unlisted.mapped("bounce_email")),
        )
        if self.owner_user_id:
            return note
        return f"{note} {self.env._('Add it, if this server may send as it.')}"

    def _bounce_sentence(self, envelope_sender):
        """What it means that mails of this server, or of the command line's, have that envelope
        sender; "" where it is the bounce address of the context, so that Odoo learns of bounces.
        """
        bounce_address = (
            self.env.context.get("domain_bounce_address") or self._get_default_bounce_address()
        )
        if not bounce_address:
            return self.env._(
                "There is no bounce address: when an e-mail does not arrive, %(sender)s is told, "
                "and Odoo is not. No red envelope will appear. Give the company an alias domain.",
                sender=envelope_sender,
            )
        if email_normalize(bounce_address) == email_normalize(envelope_sender):
            return ""
        return self.env._(
            "When an e-mail does not arrive, %(sender)s is told, and Odoo is not: no red envelope "
            "will appear. The FROM filter does not list the bounce address %(bounce)s. Add it, if "
            "this server may send as it.",
            sender=envelope_sender,
            bounce=bounce_address,
        )
