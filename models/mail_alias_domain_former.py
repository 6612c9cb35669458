from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .mail_incoming import OPEN

ADDRESS_FIELDS = {"name", "bounce_alias", "catchall_alias", "default_from"}


class MailAliasDomain(models.Model):
    """What an alias domain had as its addresses before still reaches it."""

    # Apart from the watching of the DNS: addresses are a subject of their own
    _inherit = "mail.alias.domain"  # pylint: disable=consider-merging-classes-inherited

    former_address_ids = fields.One2many(
        "mail.former.address",
        "alias_domain_id",
        "Former Addresses",
        groups="base.group_system",
        help="Addresses that the domain or its aliases had before. Mails to them still arrive.",
    )
    address_notice = fields.Text(
        "What Depends on It", compute="_compute_address_notice", groups="base.group_system"
    )

    @api.depends(*ADDRESS_FIELDS)
    def _compute_address_notice(self):
        """What the change that is just being made gives up, told before it is saved."""
        for domain in self:
            was = domain._origin._addresses() if domain._origin else {}
            given_up = {
                address: kind
                for address, kind in was.items()
                if domain._addresses().get(address) != kind
            }
            notice = self.env["mail.former.address"]._notice(given_up)
            if given_up and domain.name != domain._origin.name:
                notice += "\n" + domain._origin._aliases_notice()
            domain.address_notice = notice.strip() or False

    def _aliases_notice(self):
        count = self.env["mail.alias"].search_count(
            [("alias_domain_id", "=", self.id), ("alias_name", "!=", False)]
        )
        return self.env._(
            "%(count)s aliases get a new address at the same time, and keep the one at "
            "%(domain)s as a former address.",
            count=count,
            domain=self.name,
        )

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create(vals_list)
        self.env["mail.former.address"]._forget_names()
        return created

    def write(self, vals):
        """Keep the addresses that go: what others know is not changed by a form."""
        if not ADDRESS_FIELDS & vals.keys():
            return super().write(vals)
        before = {domain: domain._owned_addresses("name" in vals) for domain in self}
        result = super().write(vals)
        formers = self.env["mail.former.address"].sudo()
        formers._forget_names()
        formers._keep(
            [
                {**values, "address": address}
                for domain, owned in before.items()
                for address, values in domain._given_up(owned, "name" in vals)
            ]
        )
        if "name" in vals:
            self._check_aliases_are_not_former()
        return result

    @api.constrains(*ADDRESS_FIELDS)
    def _check_addresses_are_not_former(self):
        """Nobody else takes an address to which others still write, without being told."""
        self.env["mail.former.address"]._check_free(
            [
                (address, kind, domain, self.env["mail.alias"])
                for domain in self
                for address, kind in domain._addresses().items()
            ]
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_expected(self):
        """A domain that somebody still writes to stays, with what is known about it. Former
        addresses that nobody has seen go with it."""
        for domain in self:
            formers = (
                self.env["mail.former.address"].sudo().search([("alias_domain_id", "=", domain.id)])
            )
            count = len(formers.filtered(lambda former: former._is_known_to_others()))
            waiting = domain._waiting_mails()
            if not count and not waiting:
                formers.with_context(former_address_in_use=True).unlink()
                continue
            raise UserError(
                self.env._(
                    "The alias domain %(domain)s cannot be removed: %(former)s former addresses "
                    "still reach it, and %(waiting)s incoming emails to it wait for a decision. "
                    "Drop the former addresses and decide about the emails first: both are under "
                    "Settings > Technical > Email.",
                    domain=domain.name,
                    former=count,
                    waiting=waiting,
                )
            )

    def _check_aliases_are_not_former(self):
        """Their addresses change with the name of the domain, and they are not written on."""
        aliases = self.env["mail.alias"].sudo().search([("alias_domain_id", "in", self.ids)])
        aliases._check_address_is_not_former()

    def _waiting_mails(self):
        names = {self.name, *self._former_names()}
        is_for_us = Domain.OR([Domain("recipients", "ilike", f"@{name}") for name in names])
        waiting = Domain("state", "in", OPEN) & is_for_us
        return self.env["mail.incoming"].sudo().search_count(waiting)

    def _former_names(self):
        domains = self.env["mail.former.address"].sudo()._known().domains
        return [name for name, domain_id in domains.items() if domain_id == self.id]

    def _addresses(self):
        """What the domain itself is reached by: ``{address: kind}``."""
        self.ensure_one()
        addresses = {
            self.default_from_email: "notification",
            self.bounce_email: "bounce",
            self.catchall_email: "catchall",
        }
        return {address.lower(): kind for address, kind in addresses.items() if address}

    def _given_up(self, owned, with_aliases):
        """Which of these are not what they were any more, with what is known of them."""
        now = self._owned_addresses(with_aliases)
        return [
            (address, values)
            for address, values in owned.items()
            if now.get(address, {}).get("kind") != values["kind"]
        ]

    def _owned_addresses(self, with_aliases):
        """Its own addresses and, where its name changes, those of its aliases."""
        owned = {
            address: {"kind": kind, "alias_domain_id": self.id, "alias_id": False}
            for address, kind in self._addresses().items()
        }
        if with_aliases:
            aliases = self.env["mail.alias"].sudo().search([("alias_domain_id", "=", self.id)])
            for alias in aliases.filtered("alias_name"):
                owned.setdefault(*alias._owned_address())
        return owned

    @api.model
    def _find_aliases(self, email_list):
        """Former addresses are addresses of ours: nobody is to become a recipient by them."""
        current = self.env["mail.former.address"].sudo()._current(filter(None, email_list))
        if not current:
            return super()._find_aliases(email_list)
        now = [current.get(address, address) for address in email_list]
        found = set(super()._find_aliases(now))
        return [
            address
            for address, today in zip(email_list, now, strict=True)
            if address and today in found
        ]
