import hashlib

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL

from .incoming_run import SourceLost


class MailIncomingSource(models.Model):
    """The bytes of an incoming mail, beside its row, so that nothing reads them by the way.

    They stand in the database while a mail waits: the file store is not synced to the disk, and a
    disk that was full leaves half a file. Nobody has rights on this model; the row of the mail
    hands its source out.
    """

    _name = "mail.incoming.source"
    _description = "Source of an Incoming Email"
    _log_access = False

    incoming_id = fields.Many2one("mail.incoming", required=True, ondelete="cascade", index=True)
    raw = fields.Binary(attachment=False)
    size = fields.Integer()

    @api.model
    def _store(self, raws):
        """Keep the bytes as they are, not as base64, which the ORM would expect.

        :param raws: the bytes by the id of their row
        """
        if not raws:
            return
        rows = SQL(", ").join(
            SQL("(%s, %s, %s)", incoming_id, psycopg2.Binary(raw), len(raw))
            for incoming_id, raw in raws.items()
        )
        self.env.cr.execute(
            SQL("INSERT INTO mail_incoming_source (incoming_id, raw, size) VALUES %s", rows),
            log_exceptions=False,  # a query that fails would be logged with the mails in it
        )

    @api.model
    def _read_raw(self, incoming_id, sha256):
        """:raises SourceLost: when it is gone, or not what was fetched"""
        self.env.cr.execute(
            SQL(
                """SELECT raw FROM mail_incoming_source
                   WHERE incoming_id = %s ORDER BY id DESC LIMIT 1""",
                incoming_id,
            )
        )
        found = self.env.cr.fetchone()
        raw = bytes(found[0]) if found and found[0] is not None else None
        if raw is None or hashlib.sha256(raw).hexdigest() != sha256:
            raise SourceLost
        return raw

    @api.model
    def _drop(self, incoming_ids):
        if incoming_ids:
            self.env.cr.execute(
                SQL("DELETE FROM mail_incoming_source WHERE incoming_id IN %s", tuple(incoming_ids))
            )
