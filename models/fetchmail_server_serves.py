from odoo import fields, models
from odoo.tools import email_split

ROWS = 300
"""Of the latest incoming emails of a mailbox that are looked at."""
NAMED = 5


class FetchmailServer(models.Model):
    """For which addresses of ours a mailbox is seen to bring emails."""

    _inherit = "fetchmail.server"

    serves = fields.Char(
        compute="_compute_serves",
        help="The addresses of the alias domains to which its latest emails were written.",
    )

    def _compute_serves(self):
        domains = set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))
        for mailbox in self:
            rows = (
                self.env["mail.incoming"]
                .sudo()
                .search_fetch(
                    [("mailbox_id", "=", mailbox.id)],
                    ["recipients"],
                    limit=ROWS,
                )
            )
            found = [
                address.lower()
                for row in rows
                for address in email_split(row.recipients or "")
                if address.rpartition("@")[2].lower() in domains
            ]
            names = sorted(dict.fromkeys(found), key=lambda name: -found.count(name))
            more = ", …" if len(names) > NAMED else ""
            mailbox.serves = bool(names) and ", ".join(names[:NAMED]) + more
