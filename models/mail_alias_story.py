from datetime import timedelta

from odoo import api, fields, models

STORY_DAYS = 30
"""Days whose mails are counted for an alias."""


class MailAlias(models.Model):
    """What an alias does, who may write to it and how its mails have fared, in words."""

    # Apart from the rest: it only reads
    _inherit = "mail.alias"  # pylint: disable=consider-merging-classes-inherited

    makes_sentence = fields.Char("What a Mail Does", compute="_compute_sentences")
    writers_sentence = fields.Char("Who May Write", compute="_compute_sentences")
    status_sentence = fields.Char("State", compute="_compute_sentences")
    last_mail = fields.Datetime(
        compute="_compute_story",
        groups="base.group_system",
        help="The last one among the incoming emails that are listed.",
    )
    outcomes = fields.Char("Last 30 Days", compute="_compute_story", groups="base.group_system")

    @api.depends(
        "alias_model_id",
        "alias_force_thread_id",
        "alias_parent_model_id",
        "alias_parent_thread_id",
        "alias_contact",
        "alias_status",
    )
    @api.depends_context("lang", "uid")
    def _compute_sentences(self):
        for alias in self:
            alias.makes_sentence = alias._makes_sentence()
            alias.writers_sentence = alias._writers_sentence()
            alias.status_sentence = alias._status_sentence()

    def _makes_sentence(self):
        kind = self.sudo().alias_model_id.name
        if not kind:
            return False
        if self.alias_force_thread_id:
            return self.env._(
                "Every mail is put into %(record)s.",
                record=self._record_name(self.sudo().alias_model_id, self.alias_force_thread_id),
            )
        owner = self.sudo().alias_parent_model_id
        if owner and self.alias_parent_thread_id:
            return self.env._(
                "A new mail creates a record (%(kind)s) for %(owner)s; an answer goes to the "
                "record that it answers.",
                kind=kind,
                owner=self._record_name(owner, self.alias_parent_thread_id),
            )
        return self.env._(
            "A new mail creates a record (%(kind)s); an answer goes to the record that it answers.",
            kind=kind,
        )

    def _record_name(self, model, res_id):
        """As the reader may see it."""
        record = self.env[model.model].browse(res_id).exists() if model.model in self.env else None
        if not record:
            return self.env._("a record that is gone (%(kind)s)", kind=model.name)
        name = record.display_name if record.has_access("read") else res_id
        return self.env._("%(kind)s “%(name)s”", kind=model.name, name=name)

    def _writers_sentence(self):
        if self.alias_contact == "partners":
            return self.env._(
                "Only addresses of contacts that are known here. Others get an answer that says so."
            )
        if self.alias_contact == "followers":
            return self.env._(
                "Only followers of the record that it is about. Others get an answer that says so."
            )
        return self.env._("Everyone.")

    def _status_sentence(self):
        sentences = {
            "valid": self.env._("The last mail to it made what it should."),
            "invalid": self.env._(
                "The last mail to it caused an error: look at its default values, and at the "
                "incoming emails below."
            ),
        }
        return sentences.get(self.alias_status) or self.env._(
            "Not tested: no mail has made a record by it since it was made or changed."
        )

    @api.depends("alias_full_name")
    @api.depends_context("lang")
    def _compute_story(self):
        spool = self.env["mail.incoming"].sudo()
        reached = {alias: alias._reached_by() for alias in self}
        addresses = {address for found in reached.values() for address in found}
        since = fields.Datetime.now() - timedelta(days=STORY_DAYS)
        last, late = spool._last_seen(addresses), spool._seen(addresses, since=since)
        for alias in self:
            times = [last[address] for address in reached[alias] if address in last]
            alias.last_mail = max(times, default=False)
            alias.outcomes = alias._outcomes_sentence(
                [outcome for address in reached[alias] for outcome in late.get(address, ())]
            )

    def _reached_by(self):
        """The addresses at which mails for it come in: its own, those at the accepted domains,
        and its former ones."""
        if not self.alias_name or not self.alias_domain_id:
            return set()
        found = {self._owned_address()[0], *self.sudo().former_address_ids.mapped("address")}
        if self.alias_incoming_local:
            found |= {f"{self.alias_name}@{name}" for name in self._accepted_domains()}
        return found

    @api.model
    def _outcomes_sentence(self, outcomes):
        counts = {}
        for state, count, _last in outcomes:
            counts[state] = counts.get(state, 0) + count
        if not counts:
            return self.env._("No mail.")
        titles = dict(self.env["mail.incoming"]._fields["state"]._description_selection(self.env))
        parts = [f"{titles[state]}: {counts[state]}" for state in titles if state in counts]
        return ", ".join(parts)

    def action_incoming(self):
        """The mails that came to it."""
        self.ensure_one()
        domain = [("recipients", "ilike", address) for address in sorted(self._reached_by())]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mails to %(alias)s", alias=self.display_name),
            "res_model": "mail.incoming",
            "views": [(False, "list"), (False, "form")],
            "domain": ["|"] * (len(domain) - 1) + domain if domain else [("id", "=", 0)],
        }
