from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.dns.resolver import DnsResolver
from ..core.domain import report as domain_report
from ..core.domain import zone_file
from ..core.domain.changes import find_changes
from ..core.domain.report import DomainReport
from ..core.error import CoreError
from ..core.findings import wording
from ..core.findings.finding import Severity
from ..core.provider import selectors_for, split
from ..core.transport import https

NAMESERVER_PARAMETER = "email_communication.dns_nameserver"
"""Name servers to ask instead of the system's, as HOST:PORT separated by commas."""

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
    domain_name = fields.Char("Domain")
    dkim_selectors = fields.Char(
        "DKIM Selectors",
        help="Selectors to check besides those of the outgoing servers, separated by commas. Your "
        "mail provider shows each as the part in front of ._domainkey.",
    )
    asked_at = fields.Datetime("Asked On", readonly=True, copy=False)
    elapsed = fields.Float("Seconds", readonly=True, copy=False, digits=(6, 2))
    severity = fields.Selection(SEVERITIES, "Verdict", readonly=True, copy=False)
    report = fields.Json(readonly=True, copy=False)
    findings = fields.Json(compute="_compute_findings")
    zone_snippet = fields.Text("Records to Publish", compute="_compute_zone_snippet")

    @api.depends("report")
    @api.depends_context("lang")
    def _compute_findings(self):
        """The findings worded for people, what matters most first."""
        for check in self:
            check.findings = check.report and check._worded_findings()

    @api.depends("report")
    def _compute_zone_snippet(self):
        for check in self:
            report = check.report and check._report()
            check.zone_snippet = report and zone_file.export(report.findings, report.domain)

    @api.constrains("dkim_selectors")
    def _check_dkim_selectors(self):
        for check in self:
            self.env["mail.provider"]._parse_selectors(check.dkim_selectors)

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
        check._check_dns__()
        return check._action_open()

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
        report = self._ask_dns__()
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
            selectors=self._selector_names(name),
            senders=self._expected_senders(name),
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
        nameservers = self.env["ir.config_parameter"].sudo().get_param(NAMESERVER_PARAMETER)
        try:
            return DnsResolver(split(nameservers) or None)
        except CoreError as error:
            raise UserError(error.explain(self.env._)) from error

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

    # ------------------------------------------------------------
    # WORDING
    # ------------------------------------------------------------

    def _report_with_messages(self):
        messages = [wording.explain(item, self.env._) for item in self._report().findings]
        findings = [
            {**finding, "message": message}
            for finding, message in zip(self.report["findings"], messages, strict=True)
        ]
        return {**self.report, "findings": findings}

    def _worded_findings(self):
        """A list of dicts of JSON types for the web client, in the language of the user."""
        verdicts = dict(self._fields["severity"]._description_selection(self.env))
        worst_first = list(reversed(verdicts))
        verdicts["info"] = self.env._("Note")
        findings = sorted(
            self._report().findings, key=lambda item: worst_first.index(item.severity.value)
        )
        return [
            {
                "kind": item.record_type,
                "title": self._title(item.record_type),
                "severity": item.severity.value,
                "verdict": verdicts[item.severity.value],
                "name": item.name,
                "rdtype": item.rdtype,
                "found": list(item.found),
                "expected": item.expected or "",
                "sentence": wording.explain(item, self.env._),
            }
            for item in findings
        ]

    @api.model
    def _title(self, record_type):
        """The name of a kind of check: most are known by their abbreviation everywhere."""
        titles = {
            "domain": self.env._("Domain"),
            "alignment": self.env._("Sender"),
            "smtp_host": self.env._("Sending host"),
        }
        return titles.get(record_type, record_type.replace("_", "-").upper())
