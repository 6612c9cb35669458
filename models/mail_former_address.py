from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

SILENT_DAYS = 30
"""Days without a mail after which a former address may go: answers to a mail, and mails of those
who have an address in their address book, mostly come within a month."""


class MailFormerAddress(models.Model):
    """An address that an alias or an alias domain had before, and that still reaches it.

    Bounces, answers and mails that people write from their address books come to the address they
    know, for weeks. So what was the catchall, bounce or notification address, or that of an
    alias, is kept when it changes: a mail to it is treated as one to the address that has taken
    its place, and nobody else can have it, until it has been silent for a month and is dropped.
    """

    _name = "mail.former.address"
    _description = "Former Email Address"
    _order = "alias_domain_id, address"
    _rec_name = "address"

    address = fields.Char("Former Address", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("catchall", "Catchall"),
            ("bounce", "Bounce"),
            ("notification", "Notification"),
            ("alias", "Alias"),
        ],
        required=True,
        readonly=True,
    )
    alias_domain_id = fields.Many2one(
        "mail.alias.domain", required=True, readonly=True, index=True, ondelete="restrict"
    )
    alias_id = fields.Many2one(
        "mail.alias", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    current_address = fields.Char(
        "Reaches Now",
        compute="_compute_current_address",
        help="Where a mail to the former address goes. Empty while the alias has no address, or "
        "belongs to another company than before.",
    )
    since = fields.Datetime(
        "Former Since", required=True, readonly=True, default=fields.Datetime.now
    )
    last_mail = fields.Datetime(
        readonly=True,
        help="When a mail to it came last, since it is a former address.",
    )
    mail_count = fields.Integer(
        "Mails", readonly=True, help="Mails that came to it since it is a former address."
    )
    is_silent = fields.Boolean(compute="_compute_is_silent")

    _address_unique = models.UniqueIndex("(address)", "This is a former address already.")

    @api.depends("kind", "alias_domain_id", "alias_id")
    def _compute_current_address(self):
        for former in self:
            former.current_address = former._target(
                former.kind, former.alias_domain_id.id, former.alias_id.id
            )

    @api.depends("since", "last_mail")
    def _compute_is_silent(self):
        border = fields.Datetime.now() - timedelta(days=SILENT_DAYS)
        for former in self:
            former.is_silent = (former.last_mail or former.since) < border

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create(vals_list)
        self._forget_known()
        return created

    def write(self, vals):
        result = super().write(vals)
        self._forget_known()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_known()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if self.env.context.get("former_address_in_use"):
            return
        for former in self.filtered(lambda former: not former.is_silent):
            raise UserError(former._in_use_sentence())

    def _in_use_sentence(self):
        last = (self.last_mail or self.since).date()
        values = {
            "address": self.address,
            "count": self.mail_count,
            "last": tools.format_date(self.env, last),
            "days": SILENT_DAYS,
            "then": tools.format_date(self.env, last + timedelta(days=SILENT_DAYS + 1)),
        }
        if self.last_mail:
            return self.env._(
                "%(address)s is still in use: %(count)s mails came to it, the last one on "
                "%(last)s. It can be dropped after %(days)s days without a mail, from %(then)s "
                "on; Drop Anyway does it now.",
                **values,
            )
        return self.env._(
            "%(address)s was in use until %(last)s, and answers to it may still be on their way. "
            "It can be dropped after %(days)s days without a mail, from %(then)s on; Drop Anyway "
            "does it now.",
            **values,
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_drop(self):
        """Forget addresses that have been silent; a mail to them reaches nothing from then on."""
        self.unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_drop_anyway(self):
        """Forget addresses that somebody may still write to; the person has been asked."""
        self.check_access("unlink")
        return self.with_context(former_address_in_use=True).action_drop()

    # ------------------------------------------------------------
    # KEEPING
    # ------------------------------------------------------------

    @api.model
    def _keep(self, was):
        """Keep addresses that have just been given up, unless they are in use as they were.

        :param was: values of rows of this model: address, kind, alias_domain_id, alias_id
        """
        addresses = {values["address"]: values for values in was}
        taken = self._users_of(addresses)
        for address, user in taken.items():
            if addresses[address]["kind"] != "notification":
                raise ValidationError(
                    self.env._(
                        "%(address)s cannot become the address of %(user)s at once: what others "
                        "send to it in answer to earlier mails would go astray. Give "
                        "%(user)s an address that is new.",
                        address=address,
                        user=user,
                    )
                )
        kept = self.search([("address", "in", [*addresses])]).mapped("address")
        self.create([addresses[address] for address in addresses if address not in {*taken, *kept}])

    @api.model
    def _users_of(self, addresses):
        """Who has these addresses now: ``{address: what to call it}``."""
        if not addresses:
            return {}
        users = {}
        aliases = self.env["mail.alias"].sudo().search([("alias_full_name", "in", [*addresses])])
        users.update({alias.alias_full_name: alias.display_name for alias in aliases})
        for domain in self.env["mail.alias.domain"].sudo().search([]):
            for address, kind in domain._addresses().items():
                if address in addresses:
                    users[address] = self._title(kind, domain)
        return users

    @api.model
    def _title(self, kind, alias_domain):
        titles = {
            "catchall": self.env._("the catchall of %(domain)s", domain=alias_domain.name),
            "bounce": self.env._("the bounces of %(domain)s", domain=alias_domain.name),
            "notification": self.env._("the notifications of %(domain)s", domain=alias_domain.name),
        }
        return titles[kind]

    @api.model
    def _check_free(self, wanted):
        """Refuse former addresses of others, and forget those that somebody takes back.

        :param wanted: ``[(address, kind, alias domain, alias)]``, as they are written now
        """
        known = self._known().addresses
        owners = {
            address: (kind, alias or alias_domain)
            for address, kind, alias_domain, alias in wanted
            if address in known
        }
        formers = self.sudo().search([("address", "in", [*owners])]) if owners else self
        for former in formers:
            owner = (former.kind, former.alias_id or former.alias_domain_id)
            if owner != owners[former.address] and former.current_address:
                raise ValidationError(former._taken_sentence())
        formers.with_context(former_address_in_use=True).unlink()

    def _taken_sentence(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(address)s is a former address (%(kind)s): since %(since)s mails to it go to "
            "%(current)s. Choose another address, or have an administrator drop the former one "
            "under Settings > Technical > Email > Former Addresses.",
            address=self.address,
            kind=kinds[self.kind],
            since=tools.format_date(self.env, self.since.date()),
            current=self.current_address,
        )
