from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.dns.resolver import DnsResolver, InvalidNameserver
from ..core.domain import report as domain_report
from ..core.domain.changes import find_changes
from ..core.domain.pasted import mail_domain_in
from ..core.domain.report import DomainReport, unanswered
from ..core.findings.finding import Severity
from ..core.name import InvalidName
from ..core.provider import selectors_for
from ..core.transport import https
from .ir_config_parameter import NAMESERVER_PARAMETER  # noqa: F401 - others look for it here

KEPT_DAYS = 365
"""Days that the checks of an alias domain are kept: the year in which people ask since when."""
KEPT_DAYS_UNATTACHED = 1
"""Days for checks of other domains, which nobody comes back to."""
GC_LIMIT = 1000
"""Checks deleted in one go."""
LOOK_BACK = 30
"""Earlier checks in which to look for what was last known about a record."""

SEVERITIES = [
    ("ok", "Fine"),
    ("info", "Fine, with notes"),
    ("warning", "Can be improved"),
    ("unknown", "Could not tell"),
    ("error", "Needs repair"),
]
"""From the best to the worst, as `core.finding` ranks them."""


class MailAliasDomainCheck(models.Model):
    """What the DNS said about the e-mail of a domain at one moment.

    The domain need not be an alias domain yet. The report is kept as it was; its wording is
    made when it is read, in the language of who reads it.
    """

    _name = "mail.alias.domain.check"
    _description = "DNS check of an e-mail domain"
    _rec_name = "domain_name"
    _order = "id desc"

    alias_domain_id = fields.Many2one(
        "mail.alias.domain", ondelete="cascade", index="btree_not_null"
    )
    domain_name = fields.Char(
        "Domain", help="An address of the web or of e-mail can be pasted: its domain is taken."
    )
    dkim_selectors = fields.Char(
        "DKIM Selectors",
        help="Selectors to check besides those of the outgoing servers, separated by commas. Your "
        "mail provider shows each as the part in front of ._domainkey.",
    )
    dkim_selectors_tested = fields.Char(
        "Tested Selectors", compute="_compute_dkim_selectors_tested"
    )
    asked_at = fields.Datetime("Asked On", readonly=True, copy=False)
    elapsed = fields.Float("Seconds", readonly=True, copy=False, digits=(6, 2))
    severity = fields.Selection(SEVERITIES, "Verdict", readonly=True, copy=False)
    # Much longer than all the rest, and asked for one check at a time
    report = fields.Json(readonly=True, copy=False, prefetch=False)

    @api.constrains("dkim_selectors")
    def _check_dkim_selectors(self):
        for check in self:
            self.env["mail.provider"]._parse_selectors(check.dkim_selectors)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_domain(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_domain(vals) if "domain_name" in vals else vals)

    @api.model
    def _with_domain(self, vals):
        """The name of an alias domain is checked as it is, whatever is wrong with it."""
        if vals.get("alias_domain_id"):
            return vals
        return {**vals, "domain_name": self._domain_of(vals.get("domain_name"))}

    @api.model
    def _domain_of(self, text):
        """The domain in what somebody typed or pasted; a ValidationError says why there is none."""
        try:
            return mail_domain_in(text or "")
        except InvalidName as error:
            raise ValidationError(error.explain(self.env._)) from error

    @api.autovacuum
    def _gc_checks(self):
        now = fields.Datetime.now()
        outdated = self.search(
            [
                "|",
                ("create_date", "<", now - timedelta(days=KEPT_DAYS)),
                "&",
                ("alias_domain_id", "=", False),
                ("create_date", "<", now - timedelta(days=KEPT_DAYS_UNATTACHED)),
            ],
            limit=GC_LIMIT,
        )
        outdated.unlink()
        return len(outdated), len(outdated) == GC_LIMIT

    # ------------------------------------------------------------
    # ASKING
    # ------------------------------------------------------------

    def action_check(self):
        """Ask the DNS, within the lifetime of a resolver, and show what it says.

        What an earlier check found stays as it was; asking again is a new one.
        """
        self.ensure_one()
        check = self.copy() if self.report else self
        if check.alias_domain_id:
            check.alias_domain_id._check_dns_or_log(check)
        else:
            check._check_dns__()
        return check._action_shown(self)

    def _action_shown(self, earlier):
        """The window of a check stays one; a page shows the new check, or what it has become."""
        if self.env.context.get("dialog_size"):
            return self._action_open()
        on_a_page = {**self._action_open(), "target": "current", "context": {}}
        return True if self == earlier else on_a_page

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("DNS Check"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _check_dns__(self):
        """Ask about the domain, keep the report, and tell the alias domain if it is about it."""
        try:
            report = self._ask_dns__()
        except InvalidNameserver as error:
            self._keep_unanswered("nameserver_unknown", nameserver=error.params["nameserver"])
        else:
            self._keep(report)

    def _keep_unanswered(self, code, **params):
        """A check that came to nothing counts too: yesterday's verdict may be true no more."""
        self._keep(unanswered(self.domain_name or "", code, **params))

    def _keep(self, report):
        self.write(
            {
                "asked_at": datetime.fromisoformat(report.asked_at).replace(tzinfo=None),
                "elapsed": report.elapsed,
                "severity": report.severity.value,
                "report": report.to_json(),
            }
        )
        if self.alias_domain_id and self.alias_domain_id.name == self.domain_name:
            self.alias_domain_id._register_check(self, self._find_changes(self._previous()))

    def _ask_dns__(self):
        name = (self.domain_name or "").strip()
        return domain_report.check_sync(
            name,
            self._dns_resolver(),
            selectors=[*self.env["mail.dkim.key"]._selectors(name), *self._selector_names(name)],
            senders=self._expected_senders(name),
            remarks=self.env["ir.mail_server"]._sending_remarks(name),
            transport=True,
            fetch=https.fetch_public,
        )

    def _selector_names(self, name):
        entries = self.env["mail.provider"]._parse_selectors(self.dkim_selectors)
        return [selector.name for selector in selectors_for(name, entries) or ()]

    def _expected_senders(self, name):
        """The active outgoing servers that may send as addresses of the domain."""
        companies = self.env["res.company"].sudo().search([])
        notification_addresses = companies.alias_domain_id.mapped("default_from_email")
        return self.env["ir.mail_server"]._expected_senders(name, notification_addresses)

    @api.model
    def _dns_resolver(self):
        return DnsResolver(self.env["ir.config_parameter"].sudo()._get_nameservers())

    def _tested_selectors(self, name):
        """``[(selector, the sender that signs with it or "")]``, and the senders nobody knows of.

        What is named for the domain itself has no sender.
        """
        senders = self._expected_senders(name)
        tested = [(selector, "") for selector in self._selector_names(name)]
        tested += [
            (selector.name, sender.name)
            for sender in senders
            for selector in sender.selectors or ()
        ]
        return tested, [sender.name for sender in senders if sender.selectors is None]

    def _previous(self, limit=LOOK_BACK):
        """The checks of the same alias domain before this one, the latest first."""
        return self.search(
            [
                ("alias_domain_id", "=", self.alias_domain_id.id),
                ("domain_name", "=", self.domain_name),
                ("report", "!=", False),
                ("id", "<", self.id),
            ],
            limit=limit,
        )

    def _find_changes(self, previous):
        return find_changes(self._report(), [check._report() for check in previous])

    def _is_no_worse_than(self, earlier):
        """Whether every record is known, and none is worse than it was up to `earlier`."""
        if any(item.severity is Severity.UNKNOWN for item in self._report().findings):
            return False
        changes = self._find_changes(earlier + earlier._previous())
        return not any(change.is_regression for change in changes)

    def _report(self):
        return DomainReport.from_json(self.report)
