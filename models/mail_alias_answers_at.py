from odoo import api, fields, models


class MailAlias(models.Model):
    """An alias that goes by its local part says at which domains it answers."""

    # Apart from former addresses: which domains count is a subject of its own
    _inherit = "mail.alias"  # pylint: disable=consider-merging-classes-inherited

    answers_at = fields.Char(
        compute="_compute_answers_at",
        help="The addresses by which this alias is reached, besides its former ones.",
    )

    @api.depends("alias_name", "alias_domain_id", "alias_full_name", "alias_incoming_local")
    @api.depends_context("lang")
    def _compute_answers_at(self):
        accepted = sorted(self._accepted_domains())
        for alias in self:
            alias.answers_at = alias._answers_at_sentence(accepted)

    def _answers_at_sentence(self, accepted):
        name = self.alias_name
        if not name:
            return self.env._("Nowhere: it has no name.")
        if self.alias_incoming_local and not accepted:
            return self.env._("“%(name)s@” at any domain.", name=name)
        if self.alias_incoming_local:
            return ", ".join(f"{name}@{domain}" for domain in accepted)
        if not self.alias_domain_id:
            return self.env._("Nowhere: it has no domain.")
        return f"{name}@{self.alias_domain_id.name}"

    @api.model
    def _local_part_sentence(self, listed):
        """What a list of domains does, in words.

        :param listed: the domains as typed; they need not be valid yet
        """
        aliases = self.sudo().search(
            [("alias_incoming_local", "=", True), ("alias_name", "!=", False)], order="alias_name"
        )
        if not aliases:
            return self.env._(
                "No alias goes by its local part alone, so this list has no effect. Each alias "
                "answers at its own domain only."
            )
        values = {"aliases": self._some_names(aliases)}
        if not listed:
            return self.env._(
                "Mail to any domain reaches %(aliases)s: only the part before the @ counts.",
                **values,
            )
        own = set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))
        former = set(self.env["mail.former.address"].sudo()._known().domains)
        domains = dict.fromkeys([*listed, *sorted(own), *sorted(former)])
        return self.env._(
            "%(aliases)s answer at %(domains)s. The alias domains, and the names that they had "
            "before, are always among them.",
            domains=", ".join(domains),
            **values,
        )

    @api.model
    def _some_names(self, aliases, shown=5):
        names = ", ".join(f"“{alias.alias_name}”" for alias in aliases[:shown])
        if len(aliases) <= shown:
            return names
        return self.env._("%(names)s and %(rest)s more", names=names, rest=len(aliases) - shown)
