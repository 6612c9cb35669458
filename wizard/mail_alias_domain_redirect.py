import base64

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..core.incoming import redirections as core_redirections
from ..core.name import InvalidName, mail_domain
from ..models.mail_incoming_retention import ROW_DAYS

SHOWN = 500
"""Rows of the table on the screen; the files have all of them."""


class MailAliasDomainRedirect(models.TransientModel):
    """What to tell the mail server of an alias domain, so that every mail for Odoo gets there.

    Nothing is changed by it: the table is for whoever runs the mail of the domain.
    """

    _name = "mail.alias.domain.redirect"
    _description = "Redirections of an Alias Domain"

    alias_domain_id = fields.Many2one("mail.alias.domain", required=True, ondelete="cascade")
    way = fields.Selection(
        [
            ("database", "To the same names at the domain of the database"),
            ("mailbox", "Into a mailbox that Odoo fetches"),
        ],
        "Redirect",
        required=True,
        default="database",
    )
    own_domain = fields.Char(
        "Domain of the Database",
        default=lambda self: self._default_own_domain(),
        help="The domain whose mail is handed to this Odoo, such as mycompany.odoo.com.",
    )
    mailbox_id = fields.Many2one("fetchmail.server", domain="[('state', '=', 'done')]")
    mailbox_address = fields.Char(
        compute="_compute_mailbox_address",
        readonly=False,
        store=True,
        help="The address of the mailbox, where it is not its login.",
    )
    problem = fields.Char(compute="_compute_rows")
    count = fields.Integer(compute="_compute_rows")
    table = fields.Html(compute="_compute_rows", sanitize=False)
    text = fields.Text(compute="_compute_rows")
    virtual_map = fields.Text("Postfix Virtual Map", compute="_compute_rows")
    csv_file = fields.Binary("CSV", compute="_compute_rows", attachment=False)
    csv_name = fields.Char(compute="_compute_rows")

    @api.model
    def _default_own_domain(self):
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        host = url.partition("//")[2].partition("/")[0].partition(":")[0]
        try:
            return mail_domain(host)
        except InvalidName:
            return False

    @api.depends("mailbox_id")
    def _compute_mailbox_address(self):
        for wizard in self:
            wizard.mailbox_address = email_normalize(wizard.mailbox_id.user or "") or False

    @api.depends("alias_domain_id", "way", "own_domain", "mailbox_id", "mailbox_address")
    @api.depends_context("lang", "tz")
    def _compute_rows(self):
        for wizard in self:
            target, wizard.problem = wizard._target()
            rows = core_redirections.redirections(wizard._addresses(), **target) if target else []
            wizard.count = len(rows)
            wizard.text = core_redirections.as_text(rows) or False
            wizard.virtual_map = wizard._virtual_map(rows) if rows else False
            wizard.table = wizard._rendered(rows) if rows else False
            wizard.csv_file = wizard._csv(rows) if rows else False
            wizard.csv_name = f"redirections-{wizard.alias_domain_id.name}.csv"
            if target and not rows:
                wizard.problem = self.env._(
                    "Nothing has to be redirected: all addresses are at %(domain)s already.",
                    domain=wizard.own_domain or wizard.mailbox_address,
                )

    def action_download_csv(self):
        """The whole table as a file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/csv_file/{self.csv_name}?download=1",
            "target": "download",
        }

    def _target(self):
        """Where the mails go, as `redirections` takes it, or why that is not known."""
        if self.way == "mailbox":
            if mailbox := email_normalize(self.mailbox_address or ""):
                return {"mailbox": mailbox}, False
            return None, self.env._(
                "Choose a mailbox that Odoo fetches, and write its address where that is not its "
                "login."
            )
        if not self.own_domain:
            return None, self.env._(
                "Write the domain whose mail is handed to this Odoo, such as mycompany.odoo.com."
            )
        try:
            return {"own_domain": mail_domain(self.own_domain)}, False
        except InvalidName as error:
            return None, error.explain(self.env._)

    def _addresses(self):
        return [
            (address, role, self._date(last) if last else "")
            for address, role, last in self.alias_domain_id._reached_by()
        ]

    def _date(self, value):
        return fields.Datetime.to_string(fields.Datetime.context_timestamp(self, value))[:16]

    def _rendered(self, rows):
        return self.env["ir.qweb"]._render(
            "email_communication.redirections_table",
            {"rows": rows[:SHOWN], "rest": len(rows[SHOWN:]), "days": ROW_DAYS},
        )

    def _virtual_map(self, rows):
        comments = [
            self.env._(
                "Redirections of %(domain)s to Odoo, %(date)s. For virtual_alias_maps; run "
                "postmap on the file.",
                domain=self.alias_domain_id.name,
                date=fields.Date.context_today(self),
            )
        ]
        if missing := core_redirections.unwritable(rows):
            comments.append(
                self.env._(
                    "These begin with #, which Postfix takes for a comment, so they cannot be "
                    "redirected by it: %(addresses)s.",
                    addresses=", ".join(missing),
                )
            )
        return core_redirections.as_virtual_map(rows, comments)

    def _csv(self, rows):
        titles = [
            self.env._("Address"),
            self.env._("Redirect To"),
            self.env._("What It Is"),
            self.env._("Last Mail"),
        ]
        return base64.b64encode(core_redirections.as_csv(rows, titles).encode())
