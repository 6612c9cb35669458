"""Only the provider that a person picked is stored from now on, in a column that says so."""

from odoo.tools.sql import column_exists, rename_column

TABLE, OLD, NEW = "ir_mail_server", "provider_id", "picked_provider_id"


def migrate(cr, version):
    if column_exists(cr, TABLE, OLD) and not column_exists(cr, TABLE, NEW):
        rename_column(cr, TABLE, OLD, NEW)
