from odoo import api, fields, models
from odoo.tools import email_domain_extract, email_normalize

from ..core.outgoing.coverage import UNCOVERED, shadows
from .sending_run import Run

HOLD_PARAMETER = "email_communication.hold_uncovered_senders"
USERS_MAX = 5000
"""Senders of one kind that are looked at: each takes microseconds, and a person waits."""
SHOWN = 3
"""Addresses of a domain that are named."""


class IrMailServer(models.Model):
    """What no server covers: senders that nobody may send as, and filters that never decide."""

    _inherit = "ir.mail_server"

    coverage_note = fields.Text(
        "Never Chosen For", compute="_compute_coverage_note", groups="base.group_system"
    )

    @api.depends("from_filter", "sequence", "active", "owner_user_id")
    @api.depends_context("lang")
    def _compute_coverage_note(self):
        self.coverage_note = ""
        shared = self._shared_servers()
        found = shadows((server.id, server.from_filter) for server in shared)
        used = self.browse(found).sudo()._active_usages_compute()
        for server in self:
            if server.id not in used:
                notes = map(server._shadow_sentence, found.get(server.id, ()))
                server.coverage_note = "\n".join(notes)

    def _shadow_sentence(self, shadow):
        first = self.sudo().browse(shadow.key).name
        if not shadow.entries:
            return self.env._(
                "“%(server)s” comes first and has no FROM filter either: this one is used only "
                "where it is named, or while that one cannot send.",
                server=first,
            )
        return self.env._(
            "“%(server)s” comes first and lists %(entries)s as well: this one is used for it only "
            "where it is named, or while that one cannot send.",
            server=first,
            entries=", ".join(map(str, shadow.entries)),
        )

    # ------------------------------------------------------------
    # SENDERS IN USE
    # ------------------------------------------------------------

    @api.model
    def _uncovered_senders(self):
        """Senders in use that no server may send as: ``[{"kind", "senders", "count",
        "sentence"}]``, one row for each kind, domain and way in which they are sent."""
        servers = self._shared_servers()
        rows = {}
        for kind, company, addresses in self._senders_in_use():
            asked = servers.with_company(company)
            if company.alias_domain_id:
                asked = asked._in_sending_context(company.default_from_email, company.bounce_email)
            for address in addresses:
                choice = asked._choose_sender(address, servers)
                if choice.rule in UNCOVERED:
                    key = (kind, email_domain_extract(address), choice.rule, choice.key)
                    rows.setdefault(key, []).append(address)
        return [self._uncovered_row(*key, senders) for key, senders in rows.items()]

    def _uncovered_row(self, kind, _domain, rule, server_id, senders):
        server = self.sudo().browse(server_id).name
        shown = ", ".join(senders[:SHOWN]) + (", …" if len(senders) > SHOWN else "")
        return {
            "kind": kind,
            "senders": shown,
            "count": len(senders),
            "sentence": self._sender_rule_sentence(rule, server, senders[0]),
        }

    @api.model
    def _senders_in_use(self):
        """(kind, company, normalised addresses) of everybody who is set up to send."""
        companies = self.env["res.company"].sudo().search([])
        for company in companies:
            yield self.env._("Default From"), company, _addresses([company.default_from_email])
        users = self.env["res.users"].sudo().search([("share", "=", False)], limit=USERS_MAX)
        for company in users.company_id:
            of_company = users.filtered(lambda user, company=company: user.company_id == company)
            yield self.env._("Users"), company, _addresses(of_company.mapped("email"))
        for kind, model, domain in self._sending_records():
            found = self.env[model].sudo()._read_group(domain, ["email_from"], limit=USERS_MAX)
            yield kind, self.env.company.sudo(), _addresses(text for (text,) in found)

    @api.model
    def _sending_records(self):
        """Templates say {{ object... }} where the sender is another one each time."""
        fixed = [("email_from", "!=", False), ("email_from", "not like", "{{")]
        yield self.env._("Templates"), "mail.template", fixed
        if "mailing.mailing" in self.env:
            unsent = [*fixed, ("state", "!=", "done")]
            yield self.env._("Mass mailings"), "mailing.mailing", unsent

    # ------------------------------------------------------------
    # HOLDING
    # ------------------------------------------------------------

    def _build_email__(self, email_from, *args, **kwargs):
        """Where Settings say so, nothing leaves as somebody else: the mail fails with the reason,
        and can be retried once a server lists its sender."""
        choice = (run := Run.of(self.env)) and run.work and run.work.choice
        if choice and choice.rule in UNCOVERED and self._holds_uncovered():
            sentence = self.env._(
                "It was held: no outgoing server may send as %(sender)s. Add the address or its "
                "domain to the FROM filter of a server that may, then retry.",
                sender=email_normalize(email_from, strict=False) or email_from,
            )
            raise AssertionError(self.NO_VALID_FROM, sentence)
        return super()._build_email__(email_from, *args, **kwargs)

    @api.model
    def _holds_uncovered(self):
        return bool(self.env["ir.config_parameter"].sudo().get_param(HOLD_PARAMETER))


def _addresses(texts):
    """Each once, as they are compared."""
    found = (email_normalize(text, strict=False) for text in texts if text)
    return list(dict.fromkeys(filter(None, found)))
