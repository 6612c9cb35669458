from odoo import api, fields, models
from odoo.fields import Command

SEVERITIES = [
    ("ok", "Fine"),
    ("info", "Note"),
    ("warning", "Improve"),
    ("unknown", "Unclear"),
    ("error", "Wrong"),
]


class MailAliasDomainCheck(models.TransientModel):
    """Asks the DNS, live, what it says about the e-mail of a domain.

    The domain need not be an alias domain yet. When it is one, the report is kept on it.
    """

    _name = "mail.alias.domain.check"
    _description = "Check the DNS of an e-mail domain"

    alias_domain_id = fields.Many2one("mail.alias.domain", "Alias Domain", ondelete="cascade")
    domain_name = fields.Char(
        "Domain", compute="_compute_question", store=True, readonly=False, precompute=True
    )
    dkim_selectors = fields.Char(
        "DKIM Selectors",
        compute="_compute_question",
        store=True,
        readonly=False,
        precompute=True,
        help="The selectors that the outgoing servers sign with, separated by commas. Your mail "
        "provider shows each as the part in front of ._domainkey.",
    )
    severity = fields.Selection(SEVERITIES, readonly=True)
    elapsed = fields.Float("Seconds", readonly=True, digits=(6, 2))
    finding_ids = fields.One2many("mail.alias.domain.check.finding", "check_id", readonly=True)

    @api.depends("alias_domain_id")
    def _compute_question(self):
        for check in self:
            check.domain_name = check.alias_domain_id.name or check.domain_name
            check.dkim_selectors = check.alias_domain_id.dkim_selectors or check.dkim_selectors

    def action_check(self):
        """Ask the DNS and show the findings in this same window."""
        self.ensure_one()
        alias_domains = self.env["mail.alias.domain"]
        report = alias_domains._ask_dns__(self.domain_name or "", self.dkim_selectors)
        self.write(
            {
                "severity": report.severity.value,
                "elapsed": report.elapsed,
                "finding_ids": [
                    Command.clear(),
                    *(Command.create(self._finding_values(item)) for item in report.findings),
                ],
            }
        )
        if self.alias_domain_id.name == self.domain_name:
            self.alias_domain_id.dkim_selectors = self.dkim_selectors
            self.alias_domain_id._store_dns_report(report)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("DNS check"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _finding_values(self, finding):
        return {
            "record_type": finding.record_type.replace("_", "-").upper(),
            "name": finding.name,
            "rdtype": finding.rdtype,
            "found": "\n".join(finding.found),
            "expected": finding.expected,
            "severity": finding.severity.value,
            "explanation": self.env["mail.alias.domain"]._explain_finding(finding),
        }


class MailAliasDomainCheckFinding(models.TransientModel):
    """One judged DNS fact: what is there, what should be there, and what to do."""

    _name = "mail.alias.domain.check.finding"
    _description = "Finding of a DNS check"

    check_id = fields.Many2one("mail.alias.domain.check", required=True, ondelete="cascade")
    record_type = fields.Char("Record", readonly=True)
    name = fields.Char(readonly=True)
    rdtype = fields.Char("Type", readonly=True)
    found = fields.Text("What is there", readonly=True)
    expected = fields.Text("What should be there", readonly=True)
    severity = fields.Selection(SEVERITIES, "Verdict", readonly=True)
    explanation = fields.Text("Meaning", readonly=True)
