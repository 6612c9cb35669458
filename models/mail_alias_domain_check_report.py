from odoo import api, fields, models

from ..core.domain import zone_file
from ..core.findings import wording

WRONG = ("error", "unknown", "warning")
"""What has to be looked at, the worst first."""
ORDER = ("domain", "mx", "spf", "dkim", "dmarc", "alignment")
"""Kinds of findings as they matter: no domain, no mail in, not allowed, not signed, no policy."""


class MailAliasDomainCheck(models.Model):
    """The report of a check in words, in the language of whoever reads it."""

    # Apart from the asking: what is kept, and what is shown of it
    _inherit = "mail.alias.domain.check"  # pylint: disable=consider-merging-classes-inherited

    headline = fields.Char(compute="_compute_headline")
    findings = fields.Json(compute="_compute_findings")
    zone_snippet = fields.Text("Records to Publish", compute="_compute_zone_snippet")

    @api.depends("domain_name", "dkim_selectors")
    @api.depends_context("lang")
    def _compute_dkim_selectors_tested(self):
        for check in self:
            check.dkim_selectors_tested = check.domain_name and check._selectors_sentence(
                check.domain_name
            )

    @api.depends("report")
    @api.depends_context("lang")
    def _compute_headline(self):
        for check in self:
            check.headline = check.report and check._headline()

    @api.depends("report")
    @api.depends_context("lang")
    def _compute_findings(self):
        """The findings worded for people, in the order in which they matter."""
        for check in self:
            check.findings = check.report and check._worded_findings()

    @api.depends("report")
    def _compute_zone_snippet(self):
        for check in self:
            check.zone_snippet = check.report and zone_file.export(check._report().findings)

    def _report_with_messages(self):
        messages = [wording.explain(item, self.env._) for item in self._report().findings]
        findings = [
            {**finding, "message": message}
            for finding, message in zip(self.report["findings"], messages, strict=True)
        ]
        return {**self.report, "findings": findings}

    def _headline(self):
        """What is wrong, in one line: each kind of record by the worst that is said of it."""
        needs = {}
        for severity in WRONG:
            for item in self._in_order():
                if item.severity.value == severity:
                    needs.setdefault(self._title(item.record_type), severity)
        sentences = {
            "error": self.env._("To be repaired: %(records)s."),
            "unknown": self.env._("It could not be told: %(records)s."),
            "warning": self.env._("To be improved: %(records)s."),
        }
        found = [
            sentences[severity] % {"records": ", ".join(t for t in needs if needs[t] == severity)}
            for severity in dict.fromkeys(needs.values())
        ]
        return " ".join(found) or self.env._("Nothing has to be done.")

    def _in_order(self):
        """What is wrong first, then what is fine, then notes; each by what matters most."""

        def rank(item):
            severity, kind = item.severity.value, item.record_type
            group = 0 if severity in WRONG else 1 + (severity == "info")
            return group, ORDER.index(kind) if kind in ORDER else len(ORDER)

        return sorted(self._report().findings, key=rank)

    def _worded_findings(self):
        """A list of dicts of JSON types for the web client, in the language of the user."""
        verdicts = dict(self._fields["severity"]._description_selection(self.env))
        verdicts["info"] = self.env._("Note")
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
            for item in self._in_order()
        ]

    @api.model
    def _title(self, record_type):
        """The name of a kind of check: most are known by their abbreviation everywhere."""
        titles = {
            "domain": self.env._("Domain"),
            "alignment": self.env._("Sender"),
            "smtp_host": self.env._("Sending host"),
            "sending": self.env._("Sending"),
        }
        return titles.get(record_type, record_type.replace("_", "-").upper())

    def _selectors_sentence(self, name):
        """Which selectors a check looks at, and why those; where none is known, what to do."""
        tested, unknown = self._tested_selectors(name)
        sources = {}
        for selector, sender in tested:
            source = f"“{sender}”" if sender else self.env._("named here")
            sources.setdefault(selector, {})[source] = None
        parts = [f"{selector} ({', '.join(found)})" for selector, found in sources.items()]
        sentences = []
        if parts:
            sentences.append(self.env._("Tested: %(selectors)s.", selectors=", ".join(parts)))
        if unknown:
            sentences.append(
                self.env._(
                    "Not known: those of %(servers)s. Name them here or on the server.",
                    servers=", ".join(f"“{sender}”" for sender in dict.fromkeys(unknown)),
                )
            )
        return " ".join(sentences) or self.env._(
            "None is known, so no DKIM key is tested. Name them here or on the outgoing server."
        )
