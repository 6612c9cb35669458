from odoo import api, models
from odoo.tools import SQL

WRITTEN_ADDRESS = r"""[^\s<>,;:"()]+@[^\s<>,;:"()]+"""
"""An address in the recipients of a row, in the words of PostgreSQL."""


class MailIncoming(models.Model):
    """When, and with what outcome, mails came to an address: what the spool has of it."""

    _inherit = "mail.incoming"

    @api.model
    def _seen(self, addresses, since=None):
        """``{address: [(state, number of mails, last of them), ...]}`` for addresses in lower case.

        One pass over the rows, however many addresses there are.

        :param since: leave out what came before
        """
        addresses = list(addresses)
        if not addresses:
            return {}
        self.flush_model(["recipients", "state"])
        domains = [f"%@{name}%" for name in {item.rpartition("@")[2] for item in addresses}]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mail.address, mail.state, COUNT(*), MAX(mail.create_date)
                  FROM (SELECT DISTINCT incoming.id, incoming.state, incoming.create_date,
                                        rtrim(lower(written.match[1]), '.') AS address
                          FROM mail_incoming AS incoming,
                               regexp_matches(incoming.recipients, %(written)s, 'g')
                                   AS written(match)
                         WHERE incoming.recipients ILIKE ANY(%(domains)s)
                           AND (%(since)s IS NULL OR incoming.create_date >= %(since)s)
                       ) AS mail
                 WHERE mail.address = ANY(%(addresses)s)
              GROUP BY mail.address, mail.state
                """,
                written=WRITTEN_ADDRESS,
                domains=domains,
                since=since,
                addresses=addresses,
            )
        )
        seen = {}
        for address, state, count, last in rows:
            seen.setdefault(address, []).append((state, count, last))
        return seen

    @api.model
    def _last_seen(self, addresses):
        """``{address: when a mail to it came last}``, as far back as mails are listed."""
        return {
            address: max(last for _state, _count, last in outcomes)
            for address, outcomes in self._seen(addresses).items()
        }
