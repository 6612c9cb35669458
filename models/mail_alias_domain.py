from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import domain_report, wording
from ..core.error import CoreError
from ..core.resolver import DnsResolver

NAMESERVER_PARAMETER = "email_communication.dns_nameserver"
"""Name servers to ask instead of the system's, as HOST:PORT separated by commas."""

PARAMETER_TEXTS = {
    "status": wording.STATUS,
    "reason": wording.REASONS,
    "problem": wording.PROBLEMS,
}


class MailAliasDomain(models.Model):
    """An alias domain keeps what the DNS said about it at the last check."""

    _inherit = "mail.alias.domain"

    dkim_selectors = fields.Char(
        "DKIM Selectors",
        help="The selectors that the outgoing servers sign with, separated by commas. Your mail "
        "provider shows each as the part in front of ._domainkey.",
    )
    dns_status = fields.Selection(
        [
            ("ok", "DNS is fine"),
            ("info", "DNS is fine, with notes"),
            ("warning", "DNS can be improved"),
            ("unknown", "DNS could not be checked"),
            ("error", "DNS has errors"),
        ],
        "DNS Verdict",
        readonly=True,
        copy=False,
    )
    dns_checked_at = fields.Datetime("DNS Checked On", readonly=True, copy=False)
    dns_report = fields.Json("DNS Report", readonly=True, copy=False)

    def write(self, vals):
        """A verdict about another name or other selectors says nothing about these."""
        if {"name", "dkim_selectors"} & vals.keys():
            vals = {"dns_status": False, "dns_checked_at": False, "dns_report": False, **vals}
        return super().write(vals)

    def action_check_dns(self):
        """Ask the DNS about the domain now and show what it says."""
        self.ensure_one()
        return self.env["mail.alias.domain.check"].create({"alias_domain_id": self.id}).action_check()

    # ------------------------------------------------------------
    # DNS
    # ------------------------------------------------------------

    @api.model
    def _ask_dns__(self, name, selectors):  # noqa: PLW3201
        """The `DomainReport` about a domain name, within the lifetime of a resolver.

        Raises UserError when the name servers to ask are not addresses.
        """
        return domain_report.check_sync(
            name, self._dns_resolver(), selectors=self._split_list(selectors)
        )

    @api.model
    def _dns_resolver(self):
        nameservers = self.env["ir.config_parameter"].sudo().get_param(NAMESERVER_PARAMETER)
        try:
            return DnsResolver(self._split_list(nameservers) or None)
        except CoreError as error:
            raise UserError(self._dns_sentence(wording.ERRORS[error.code], error.params)) from error

    @api.model
    def _split_list(self, text):
        return [part for raw in (text or "").split(",") if (part := raw.strip())]

    def _store_dns_report(self, report):
        self.write(
            {
                "dns_status": report.severity.value,
                "dns_checked_at": datetime.fromisoformat(report.asked_at).replace(tzinfo=None),
                "dns_report": report.to_json(),
            }
        )

    @api.model
    def _explain_finding(self, finding):
        """What a finding means, in the language of the user."""
        values = {**finding.values, "name": finding.name}
        for parameter, texts in PARAMETER_TEXTS.items():
            if parameter in values:
                values[parameter] = self.env._(texts[values[parameter]])  # pylint: disable=translation-not-lazy
        return self._dns_sentence(wording.SENTENCES[finding.code], values)

    @api.model
    def _dns_sentence(self, sentence, values):
        """Sentences of `core.wording` are exported for translation from there."""
        return self.env._(sentence).format(**values)
