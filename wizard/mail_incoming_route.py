from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, email_split

from ..models.incoming_run import is_plain_test


class MailIncomingRoute(models.TransientModel):
    """Says where incoming emails belong, and processes them."""

    _name = "mail.incoming.route"
    _description = "Destination of Incoming Emails"

    incoming_ids = fields.Many2many("mail.incoming", required=True)
    kind = fields.Selection(
        [
            ("record", "An existing record"),
            ("new_record", "A new record"),
            ("alias", "An alias"),
            ("new_alias", "A new alias for this address"),
        ],
        default="record",
        required=True,
    )
    record_ref = fields.Reference("_selection_models", "Record")
    model_id = fields.Many2one(
        "ir.model",
        "Create",
        domain="[('is_mail_thread', '=', True), ('transient', '=', False)]",
        ondelete="cascade",
    )
    alias_id = fields.Many2one(
        "mail.alias", domain="[('alias_name', '!=', False)]", ondelete="cascade"
    )
    address = fields.Char(compute="_compute_address", store=True, readonly=False)
    suggestion = fields.Char(compute="_compute_suggestion")

    @api.model
    def _selection_models(self):
        models_ = self.env["ir.model"].sudo().search([("is_mail_thread", "=", True)])
        return [(m.model, m.name) for m in models_ if not m.transient and m.model in self.env]

    @api.depends("incoming_ids")
    def _compute_address(self):
        """The first address of ours that nobody answers."""
        domains = set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))
        for route in self:
            found = email_split(route.incoming_ids[:1].recipients or "")
            ours = [a for a in found if a.rpartition("@")[2].lower() in domains]
            route.address = (ours or found or [False])[0]

    @api.depends("incoming_ids")
    def _compute_suggestion(self):
        """The record that the sender most likely means: the same subject, or who wrote last."""
        for route in self:
            message = route.incoming_ids[:1].sudo()._likely_parent()
            name = message.record_name or message.subject
            route.suggestion = message and self.env._(
                "It probably belongs to “%(record)s”.", record=name
            )
            if message and not route.record_ref and message.model in self.env:
                route.record_ref = f"{message.model},{message.res_id}"

    def action_apply(self):
        self.ensure_one()
        self.incoming_ids.check_access("write")
        if self.kind == "new_alias":
            return self._create_alias()
        return self.incoming_ids._process_by_hand(self._destination())

    def _destination(self):
        if self.kind == "record" and self.record_ref:
            return {"model": self.record_ref._name, "res_id": self.record_ref.id}
        if self.kind == "new_record" and self.model_id:
            return {"model": self.model_id.model, "res_id": 0}
        if self.kind == "alias" and self.alias_id:
            return {"model": self.alias_id.alias_model_id.model, "alias_id": self.alias_id.id}
        raise UserError(self.env._("Choose where these emails belong."))

    def _create_alias(self):
        """The address answers from now on, and so does all that waited for it."""
        name, _at, domain_name = (email_normalize(self.address or "") or "").partition("@")
        domain = self.env["mail.alias.domain"].search([("name", "=", domain_name)], limit=1)
        if not domain or not self.model_id:
            raise UserError(
                self.env._(
                    "“%(address)s” cannot become an alias. Type an address of one of the alias "
                    "domains, and choose what it creates.",
                    address=self.address or "",
                )
            )
        self._create_committed(
            {
                "alias_name": name,
                "alias_domain_id": domain.id,
                "alias_model_id": self.model_id.id,
            }
        )
        waiting = self.env["mail.incoming"].search(
            [("state", "=", "unrouted"), ("recipients", "ilike", f"{name}@{domain_name}")]
        )
        return (waiting | self.incoming_ids)._process_by_hand()

    def _create_committed(self, values):
        """The transactions in which the mails are processed have to see the alias."""
        if is_plain_test(self.env.cr):
            return self.env["mail.alias"].create(values)
        with self.env.registry.cursor() as cr:
            return self.env(cr=cr)["mail.alias"].create(values)
