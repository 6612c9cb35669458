"""Mails that came in before the update count for the loop protection as well."""

from odoo import SUPERUSER_ID, api
from psycopg2.extras import execute_values

MAILS_AT_ONCE = 1000


def migrate(cr, version):
    spool = api.Environment(cr, SUPERUSER_ID, {})["mail.incoming"]
    last = 0
    while mails := _next_mails(cr, last):
        execute_values(
            cr._obj,
            "UPDATE mail_incoming SET email_normalized = sender FROM (VALUES %s) read (id, sender) "
            "WHERE mail_incoming.id = read.id",
            [(mail_id, spool._loop_sender(email_from) or None) for mail_id, email_from in mails],
            template="(%s, %s::varchar)",
        )
        last = mails[-1][0]


def _next_mails(cr, last):
    cr.execute(
        "SELECT id, email_from FROM mail_incoming WHERE id > %s AND email_normalized IS NULL "
        "AND email_from IS NOT NULL ORDER BY id LIMIT %s",
        [last, MAILS_AT_ONCE],
    )
    return cr.fetchall()
