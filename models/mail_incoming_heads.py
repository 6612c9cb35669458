from email.parser import BytesHeaderParser
from email.policy import compat32

from odoo import api, models
from odoo.tools import SQL

from ..core.incoming.headers import HEADER_BYTES, header_block


class MailIncoming(models.Model):
    """Headers of mails that are here, for what an administrator tries out on them."""

    _inherit = "mail.incoming"

    @api.model
    def _latest_heads(self, mailbox, limit):
        """The latest mails of a mailbox whose source is kept, as pairs of the row and its parsed
        header; no body is read."""
        if not mailbox:
            return []
        found = self.env.execute_query(
            SQL(
                """SELECT incoming.id, substring(source.raw FROM 1 FOR %s)
                   FROM mail_incoming incoming
                   JOIN mail_incoming_source source ON source.incoming_id = incoming.id
                   WHERE incoming.mailbox_id = %s ORDER BY incoming.id DESC LIMIT %s""",
                HEADER_BYTES,
                mailbox.id,
                limit,
            )
        )
        parser = BytesHeaderParser(policy=compat32)
        return [
            (self.browse(row_id), parser.parsebytes(header_block(bytes(head or b""))))
            for row_id, head in found
        ]
