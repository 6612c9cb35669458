from odoo import api, fields, models
from odoo.tools import SQL

ROWS = 20_000
"""Of the latest incoming emails that are looked at."""
NAMED = 5


class MailAliasDomain(models.Model):
    """Through which mailboxes and scripts mail for the addresses of a domain is seen to come in."""

    # Apart from the rest: it only reads
    _inherit = "mail.alias.domain"  # pylint: disable=consider-merging-classes-inherited

    served_by = fields.Char(
        "Comes In Through",
        compute="_compute_served_by",
        help="Where emails to its addresses came from in the last two months.",
    )

    @api.depends("name")
    def _compute_served_by(self):
        for domain in self:
            names = domain._ways_in() if domain.name else []
            domain.served_by = ", ".join(names) or self.env._("Nothing has come in")

    def _ways_in(self):
        """The names of mailboxes, scripts and callers, the busiest first."""
        pattern = "%@" + self.name.replace("\\", "").replace("%", "").replace("_", r"\_") + "%"
        query = SQL(
            """SELECT mailbox_name, count(*) FROM (
                   SELECT mailbox_name, recipients FROM mail_incoming ORDER BY id DESC LIMIT %s
               ) latest
               WHERE recipients ILIKE %s GROUP BY mailbox_name ORDER BY 2 DESC LIMIT %s""",
            ROWS,
            pattern,
            NAMED,
        )
        return [name or self.env._("a caller") for name, _count in self.env.execute_query(query)]
