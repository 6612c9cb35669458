from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

VERDICTS = {
    "ok": (_lt("Fine"), "fa-check-circle text-success"),
    "note": (_lt("Mind this"), "fa-exclamation-triangle text-warning"),
    "repair": (_lt("Needs repair"), "fa-times-circle text-danger"),
}
"""The icon never stands without the word."""
ALIASES = 1_000
"""Aliases of a company that are looked at."""
NAMED = 5
"""Aliases that are named when something is wrong with them."""


class Line(NamedTuple):
    """:param verdict: a key of `VERDICTS`"""

    verdict: str
    title: str
    sentence: str


class ResCompany(models.Model):
    """What a company needs for its e-mail, on one page: its own addresses, mailboxes, aliases."""

    # Apart from the rest: it only reads
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    mail_check_html = fields.Html(
        "E-mail Check",
        compute="_compute_mail_check_html",
        sanitize=False,
        groups="base.group_system",
    )

    @api.depends("alias_domain_id")
    @api.depends_context("lang")
    def _compute_mail_check_html(self):
        for company in self:
            company.mail_check_html = self.env["ir.qweb"]._render(
                "email_communication.company_mail_check",
                {
                    "lines": [
                        (line, *map(str, self._verdict_words(line.verdict)))
                        for line in company._mail_check_lines()
                    ]
                },
            )

    @api.model
    def _verdict_words(self, verdict):
        title, icon = VERDICTS[verdict]
        return self.env._(title), icon

    def action_check_mail(self):
        """The page of one company."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mail of %(company)s", company=self.name),
            "res_model": "res.company",
            "res_id": self.id,
            "views": [(self.env.ref("email_communication.res_company_view_form_mail").id, "form")],
        }

    def _mail_check_lines(self):
        company = self.sudo()
        lines = [company._check_mail_domain()]
        if company.alias_domain_id:
            lines += [company._check_mail_sharing(), company._check_mail_dns()]
        return [*lines, company._check_mailboxes(), company._check_mail_aliases()]

    def _check_mail_domain(self):
        title, domain = self.env._("Addresses"), self.alias_domain_id
        if not domain:
            return Line(
                "repair",
                title,
                self.env._(
                    "%(company)s has no alias domain, so answers to its mails go to their "
                    "authors and bounces are not recognised. Choose one in Settings.",
                    company=self.name,
                ),
            )
        return Line(
            "ok",
            title,
            self.env._(
                "Answers come to %(catchall)s, bounces to %(bounce)s, and %(notification)s sends "
                "where no server sends for the author.",
                catchall=domain.catchall_email,
                bounce=domain.bounce_email,
                notification=domain.default_from_email or self.env._("nobody"),
            ),
        )

    def _check_mail_sharing(self):
        title = self.env._("Of Its Own")
        others = self.alias_domain_id.company_ids - self
        if not others:
            return Line("ok", title, self.env._("No other company uses this alias domain."))
        return Line(
            "note",
            title,
            self.env._(
                "%(others)s use the same alias domain: their aliases may lead into records of "
                "%(company)s, and the other way round. Give each company a domain of its own "
                "where that must not be.",
                others=", ".join(others.mapped("name")),
                company=self.name,
            ),
        )

    def _check_mail_dns(self):
        title, domain = self.env._("DNS"), self.alias_domain_id
        status = domain.dns_status
        if not status:
            sentence = self.env._(
                "The DNS of %(domain)s has not been checked as it is now. Open the alias domain "
                "and press Check DNS.",
                domain=domain.name,
            )
            return Line("note", title, sentence)
        verdicts = dict(domain._fields["dns_status"]._description_selection(self.env))
        sentence = self.env._(
            "The last check of %(domain)s says: %(verdict)s.",
            domain=domain.name,
            verdict=verdicts[status],
        )
        verdict = {"ok": "ok", "info": "ok", "error": "repair"}.get(status, "note")
        return Line(verdict, title, sentence)

    def _check_mailboxes(self):
        title = self.env._("Mailboxes")
        mailboxes = self.env["fetchmail.server"].search([("state", "=", "done")])
        own = mailboxes.filtered(lambda box: box.company_id == self)
        shared = mailboxes.filtered(lambda box: not box.company_id)
        if failing := (own + shared).filtered("error_date"):
            return Line(
                "repair",
                title,
                self.env._(
                    "These mailboxes cannot be fetched: %(names)s. Open them to see why.",
                    names=", ".join(failing.mapped("name")),
                ),
            )
        if not own and not shared:
            return Line(
                "note",
                title,
                self.env._(
                    "No mailbox is fetched for %(company)s. That is right where its mail is "
                    "redirected to Odoo, or handed over by a mail server.",
                    company=self.name,
                ),
            )
        return Line(
            "ok",
            title,
            self.env._(
                "%(own)s mailboxes of its own and %(shared)s of all companies are fetched.",
                own=len(own),
                shared=len(shared),
            ),
        )

    def _check_mail_aliases(self):
        title = self.env._("Aliases")
        aliases = self.env["mail.alias"].search(
            [("alias_domain_id", "=", self.alias_domain_id.id), ("alias_name", "!=", False)],
            limit=ALIASES,
        )
        gone = aliases.filtered(lambda alias: alias._leads_to_another_company())
        if gone:
            return Line(
                "repair",
                title,
                self.env._(
                    "These aliases lead into another company, so their mails wait for a decision: "
                    "%(aliases)s.",
                    aliases=self._some_aliases(gone),
                ),
            )
        if invalid := aliases.filtered(lambda alias: alias.alias_status == "invalid"):
            return Line(
                "repair",
                title,
                self.env._(
                    "The last mail to these aliases caused an error: %(aliases)s.",
                    aliases=self._some_aliases(invalid),
                ),
            )
        return Line(
            "ok",
            title,
            self.env._(
                "%(count)s aliases; none of them leads into another company, and none has failed "
                "last.",
                count=len(aliases),
            ),
        )

    @api.model
    def _some_aliases(self, aliases):
        names = ", ".join(aliases[:NAMED].mapped("display_name"))
        rest = len(aliases) - NAMED
        return (
            self.env._("%(names)s and %(rest)s more", names=names, rest=rest) if rest > 0 else names
        )
