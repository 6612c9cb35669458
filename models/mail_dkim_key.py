import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ..core.dkim import sign as core_sign
from ..core.dns.name import InvalidName, to_ascii
from ..core.name import LABEL_MAX, spelling
from ..core.sender import Selector

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(days=8)
"""How long the record of a replaced key stays: mail servers keep a message for 5 days (RFC 5321
section 4.5.4.1), and whoever forwards it may keep it once more."""
WAITING, SIGNING, STOPPED, RETIRING, RETIRED = (
    "waiting",
    "signing",
    "stopped",
    "retiring",
    "retired",
)
CHECKED = (WAITING, SIGNING, STOPPED)
"""States in which the record has to be in the DNS, for the key to sign."""
TYPED = {"alias_domain_id", "selector", "algorithm"}
"""What a person says about a key; the rest follows from it, and from the DNS."""
SECRET = "private_key"
"""A column of the table and no field of the model: whatever reads fields (forms, exports, filters,
groupings, RPC, related fields, addons that log every field) does not know that it exists."""


class MailDkimKey(models.Model):
    """A key pair with which Odoo signs the e-mails of an alias domain (DKIM).

    The public part is published in the DNS, as the record says. Signing starts by itself once it
    is there, and stops, with an activity, when it no longer is. A newer key of the same domain
    takes over once its own record is there; the record of the older one stays for some days, for
    e-mails that are on their way. The private part never leaves the server.
    """

    _name = "mail.dkim.key"
    _description = "DKIM Key"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "record_name"

    alias_domain_id = fields.Many2one(
        "mail.alias.domain", required=True, ondelete="cascade", index=True
    )
    domain_name = fields.Char("Signing Domain", readonly=True)
    selector = fields.Char(
        required=True,
        help="The part in front of ._domainkey, by which receivers find the key.",
    )
    algorithm = fields.Selection(
        [("rsa", "RSA, 2048 bits"), ("ed25519", "Ed25519")], required=True, default="rsa"
    )
    record_name = fields.Char("Name of the Record", compute="_compute_record_name", store=True)
    public_record = fields.Text("TXT Record to Publish", readonly=True)
    state = fields.Selection(
        [
            (WAITING, "Waiting for the DNS"),
            (SIGNING, "Signing"),
            (STOPPED, "Stopped"),
            (RETIRING, "Replaced"),
            (RETIRED, "No longer needed"),
        ],
        required=True,
        readonly=True,
        default=WAITING,
    )
    stop_reason = fields.Selection(
        [
            ("dns", "Its record is not in the DNS"),
            ("renamed", "The alias domain has another name"),
            ("packages", "A Python package is missing"),
            ("unusable", "The private key cannot be used"),
        ],
        readonly=True,
    )
    dns_checked_at = fields.Datetime("DNS Asked On", readonly=True)
    signing_since = fields.Datetime(readonly=True)
    retired_at = fields.Datetime("Record Needed Until", readonly=True)
    state_sentence = fields.Char("What Happens", compute="_compute_state_sentence")

    _once_in_a_domain = models.UniqueIndex("(domain_name, selector)")

    def init(self):
        if not column_exists(self.env.cr, self._table, SECRET):
            create_column(self.env.cr, self._table, SECRET, "bytea")

    @api.depends("domain_name", "selector")
    def _compute_record_name(self):
        for key in self:
            key.record_name = f"{key.selector}._domainkey.{key.domain_name}"

    @api.constrains("selector")
    def _check_selector(self):
        for key in self:
            entries = self.env["mail.provider"]._parse_selectors(key.selector)
            fits = len(key.selector) <= LABEL_MAX
            if not fits or [item.selector for item in entries] != [Selector(key.selector)]:
                raise ValidationError(
                    self.env._(
                        "“%(text)s” is not one selector. Write a short name of small letters and "
                        "digits, such as odoo1.",
                        text=key.selector,
                    )
                )

    # ------------------------------------------------------------
    # MAKING KEYS
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.browse().check_access("create")
        for vals in vals_list:
            self._check_typed(vals)
        pairs, prepared = [], []
        for vals in vals_list:
            private, values = self._with_new_pair(vals)
            pairs.append(private)
            prepared.append(values)
        keys = super().create(prepared)
        keys.flush_recordset()
        for key, private in zip(keys, pairs, strict=True):
            # What fails is logged with its values
            self.env.cr.execute(
                SQL("UPDATE mail_dkim_key SET private_key = %s WHERE id = %s", private, key.id),
                log_exceptions=False,
            )
        return keys

    def write(self, vals):
        self.check_access("write")
        self._check_typed(vals)
        if TYPED & vals.keys() and not self.env.su:
            raise UserError(self.env._("A key does not change. Make a new one instead."))
        return super().write(vals)

    def copy_data(self, default=None):
        raise UserError(self.env._("A key is not copied. Make a new one instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signing(self):
        if used := self.filtered(lambda key: key.state == SIGNING):
            raise UserError(
                self.env._(
                    "E-mails are signed with %(keys)s. Retire the key first, and keep its record "
                    "in the DNS until the e-mails on their way have arrived.",
                    keys=", ".join(used.mapped("record_name")),
                )
            )

    def _check_typed(self, vals):
        """Whether it signs is the DNS's to say, and nobody's who can write on the model."""
        own = {name for name in vals if name in self._fields and self._is_own(name)}
        if not self.env.su and own - TYPED:
            raise UserError(
                self.env._("What a key is and does follows from the DNS; it cannot be set.")
            )

    @api.model
    def _is_own(self, name):
        """Not one of the chatter or of Odoo's bookkeeping."""
        return name not in self.pool["mail.thread"]._fields and (
            name not in self.pool["mail.activity.mixin"]._fields
        )

    @api.model
    def _with_new_pair(self, vals):
        algorithm = vals.get("algorithm") or "rsa"
        if problem := self._missing_packages(algorithm):
            raise UserError(problem)
        alias_domain = self.env["mail.alias.domain"].browse(vals.get("alias_domain_id"))
        try:
            domain = to_ascii(alias_domain.name or "")
        except InvalidName as error:
            raise ValidationError(error.explain(self.env._)) from error
        private, record = core_sign.generate(algorithm)
        return private, {
            **vals,
            "algorithm": algorithm,
            "selector": (vals.get("selector") or self._free_selector(domain, algorithm)).strip(),
            "domain_name": domain,
            "public_record": record,
        }

    @api.model
    def _missing_packages(self, algorithm="rsa"):
        """What has to be installed first, in a sentence; "" where all is there."""
        if not (missing := core_sign.missing_packages(algorithm)):
            return ""
        packages = " ".join(missing)
        return core_sign.SigningError("packages_missing", packages=packages).explain(self.env._)

    @api.model
    def _free_selector(self, domain_name, algorithm="rsa"):
        """One that says when it was made, so that whoever finds the record knows its age."""
        start = f"odoo{fields.Date.context_today(self):%Y%m}"
        ending = "" if algorithm == "rsa" else f"-{algorithm}"
        taken = set(self.sudo().search([("domain_name", "=", domain_name)]).mapped("selector"))
        names = (f"{start}{'' if n == 1 else f'-{n}'}{ending}" for n in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    # ------------------------------------------------------------
    # USING KEYS
    # ------------------------------------------------------------

    @api.model
    def _signing_keys__(self):
        """The keys in use, with their private parts: for the code that sends, and nobody else."""
        keys = self.sudo().search([("state", "=", SIGNING)], order="algorithm desc, id")
        return keys.filtered(lambda key: key._is_of_its_domain())._with_private_parts__()

    def _is_of_its_domain(self):
        """A domain that gets another name may be somebody else's."""
        try:
            return to_ascii(self.alias_domain_id.name or "") == self.domain_name
        except InvalidName:
            return False

    def _with_private_parts__(self):
        rows = self.env.execute_query(
            SQL("SELECT id, private_key FROM mail_dkim_key WHERE id IN %s", self._ids or (0,))
        )
        private = {row_id: bytes(value or b"") for row_id, value in rows}
        return tuple(
            core_sign.SigningKey(
                key.domain_name, key.selector, key.algorithm, private.get(key.id, b"")
            )
            for key in self
        )

    def _forget_private_part(self):
        """What does not sign any more is no secret to keep."""
        self.env.cr.execute(
            SQL("UPDATE mail_dkim_key SET private_key = NULL WHERE id IN %s", self._ids or (0,))
        )

    def _why_unusable__(self):
        """The reason why it could not sign now, as `stop_reason`; False where it could."""
        if not self._is_of_its_domain():
            return "renamed"
        if core_sign.missing_packages(self.algorithm):
            return "packages"
        try:
            core_sign.sign(
                f"From: test@{self.domain_name}\r\n\r\n".encode(), self._with_private_parts__()
            )
        except core_sign.SigningError:
            _logger.warning("The private key of %s cannot be used", self.record_name)
            return "unusable"
        return False

    @api.model
    def _selectors(self, domain_name, states=CHECKED):
        """What the DNS of a domain has to have for these keys, as `core.sender.Selector`."""
        keys = self.sudo().search(
            [("domain_name", "=", spelling(domain_name)), ("state", "in", states)]
        )
        return tuple(Selector(key.selector, record=key.public_record) for key in keys)
