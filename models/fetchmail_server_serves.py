from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL, email_split

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
        latest = self._latest_recipients()
        for mailbox in self:
            found = [
                address.lower()
                for recipients in latest[mailbox.id]
                for address in email_split(recipients)
                if address.rpartition("@")[2].lower() in domains
            ]
            names = sorted(dict.fromkeys(found), key=lambda name: -found.count(name))
            more = ", …" if len(names) > NAMED else ""
            mailbox.serves = bool(names) and ", ".join(names[:NAMED]) + more

    def _latest_recipients(self):
        """Texts by mailbox, in one query for all of a list."""
        self.env["mail.incoming"].flush_model(["mailbox_id", "recipients"])
        rows = self.env.execute_query(
            SQL(
                """SELECT mailbox.id, latest.recipients
                     FROM unnest(%s) AS mailbox (id)
               CROSS JOIN LATERAL (
                          SELECT recipients FROM mail_incoming
                           WHERE mailbox_id = mailbox.id AND recipients IS NOT NULL
                        ORDER BY id DESC LIMIT %s
                   ) AS latest""",
                self.ids,
                ROWS,
            )
        )
        found = defaultdict(list)
        for mailbox_id, recipients in rows:
            found[mailbox_id].append(recipients)
        return found
