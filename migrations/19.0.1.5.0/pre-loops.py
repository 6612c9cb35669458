"""The sender of each incoming email is a column of its own now, filled by `post-loops.py`.

It is made here, as Odoo would otherwise compute it for all mails in one go.
"""

from odoo.tools.sql import column_exists, table_exists


def migrate(cr, version):
    if table_exists(cr, "mail_incoming") and not column_exists(
        cr, "mail_incoming", "email_normalized"
    ):
        cr.execute("ALTER TABLE mail_incoming ADD COLUMN email_normalized varchar")
