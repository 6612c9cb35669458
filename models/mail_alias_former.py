from odoo import api, fields, models

ADDRESS_FIELDS = {"alias_name", "alias_domain_id"}


class MailAlias(models.Model):
    """An alias is still reached by the addresses that it had before."""

    # Apart from the answers to senders: addresses are a subject of their own
    _inherit = "mail.alias"  # pylint: disable=consider-merging-classes-inherited

    former_address_ids = fields.One2many(
        "mail.former.address",
        "alias_id",
        "Former Addresses",
        groups="base.group_system",
        help="Addresses that the alias had before. Mails to them still arrive.",
    )
    address_notice = fields.Text(
        "What Depends on It", compute="_compute_address_notice", groups="base.group_system"
    )

    @api.depends(*ADDRESS_FIELDS)
    def _compute_address_notice(self):
        """What the change that is just being made gives up, told before it is saved."""
        for alias in self:
            was = alias._origin
            is_address = was.alias_name and was.alias_domain_id
            if not is_address or was._owned_address()[0] == alias._owned_address()[0]:
                alias.address_notice = False
            elif not alias.alias_name or not alias.alias_domain_id:
                alias.address_notice = self.env._(
                    "Without an address the alias is closed: mails to %(address)s have no route "
                    "any more, and wait for a decision.",
                    address=was.alias_full_name,
                )
            else:
                alias.address_notice = self.env["mail.former.address"]._notice(
                    {was._owned_address()[0]: "alias"}
                )

    def write(self, vals):
        """Keep the address that goes. Without a new one the alias is closed, and that is meant."""
        if not ADDRESS_FIELDS & vals.keys():
            return super().write(vals)
        before = {
            alias: alias._owned_address()
            for alias in self
            if alias.alias_name and alias.alias_domain_id
        }
        result = super().write(vals)
        formers = self.env["mail.former.address"].sudo()
        formers._keep(
            [
                {**values, "address": address}
                for alias, (address, values) in before.items()
                if alias.alias_name
                and alias.alias_domain_id
                and alias._owned_address()[0] != address
            ]
        )
        return result

    def unlink(self):
        """Its former addresses go with it, as its address does."""
        result = super().unlink()
        self.env["mail.former.address"]._forget_names()
        return result

    @api.constrains(*ADDRESS_FIELDS)
    def _check_address_is_not_former(self):
        """Nobody else takes an address to which others still write, without being told."""
        self.env["mail.former.address"]._check_free(
            [
                (alias._owned_address()[0], "alias", alias.alias_domain_id, alias)
                for alias in self
                if alias.alias_name and alias.alias_domain_id
            ]
        )

    def _owned_address(self):
        values = {
            "kind": "alias",
            "alias_domain_id": self.alias_domain_id.id,
            "alias_id": self.id,
        }
        return f"{self.alias_name}@{self.alias_domain_id.name}".lower(), values

    @api.model
    def _accepted_domains(self):
        """The domains at which aliases answer that go by their local part; empty for any.

        Those that somebody listed, the alias domains, and the names that these had before.
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        listed = get_param("mail.catchall.domain.allowed") or ""
        accepted = {name for name in listed.split(",") if name}
        if accepted:
            accepted |= set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))
            accepted |= set(self.env["mail.former.address"].sudo()._known().domains)
        return accepted
