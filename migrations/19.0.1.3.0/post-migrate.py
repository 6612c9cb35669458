"""How e-mails went out was kept on them and on their notifications; now it is kept a recipient."""

from odoo.tools import SQL
from odoo.tools.mail import email_normalize_all
from odoo.tools.sql import column_exists

MAILS_AT_ONCE = 1000
MAIL_STATES = {"outgoing": "waiting", "exception": "refused", "cancel": "cancelled"}

NOTIFICATIONS = """
    INSERT INTO mail_delivery (
        mail_mail_id_int, mail_message_id_int, res_partner_id_int, email, kind, state, attempts,
        doubts, reply_text, server_name, sender_rule, email_from, envelope_sender)
    SELECT CASE WHEN twin = 1 THEN mail_mail_id END, mail_message_id, res_partner_id, email, 'to',
           state, 1, 0, failure_reason, delivery_server, delivery_rule, delivery_from,
           delivery_envelope_sender
    FROM (
        SELECT notification.*, named.email,
               CASE notification.notification_status
                   WHEN 'ready' THEN 'waiting' WHEN 'process' THEN 'waiting'
                   WHEN 'exception' THEN 'refused' WHEN 'canceled' THEN 'cancelled'
                   ELSE 'accepted' END AS state,
               row_number() OVER (
                   PARTITION BY notification.mail_mail_id, named.email ORDER BY notification.id
               ) AS twin
        FROM mail_notification notification
        LEFT JOIN res_partner partner ON partner.id = notification.res_partner_id
        CROSS JOIN LATERAL (
            SELECT coalesce(nullif(notification.mail_email_address, ''), partner.email_normalized,
                            nullif(partner.email, ''), partner.name, '?') AS email
        ) named
        WHERE notification.notification_type = 'email' AND notification.delivery_rule IS NOT NULL
    ) sent
    ORDER BY id
    ON CONFLICT DO NOTHING
"""

MAILS = """
    SELECT id, mail_message_id, email_to, email_cc, state, failure_reason, delivery_server,
           delivery_rule, delivery_from, delivery_envelope_sender,
           ARRAY(SELECT coalesce(partner.email_normalized, partner.email, partner.name)
                 FROM mail_mail_res_partner_rel recipient
                 JOIN res_partner partner ON partner.id = recipient.res_partner_id
                 WHERE recipient.mail_mail_id = mail.id)
    FROM mail_mail mail
    WHERE delivery_rule IS NOT NULL AND id > %s
      AND NOT EXISTS (SELECT 1 FROM mail_delivery WHERE mail_mail_id_int = mail.id)
    ORDER BY id LIMIT %s
"""

INSERT = """
    INSERT INTO mail_delivery (
        mail_mail_id_int, mail_message_id_int, email, kind, state, attempts, doubts, reply_text,
        server_name, sender_rule, email_from, envelope_sender)
    VALUES (%s, %s, %s, %s, %s, 1, 0, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""


def migrate(cr, version):
    if column_exists(cr, "mail_notification", "delivery_rule"):
        cr.execute(NOTIFICATIONS)
    if column_exists(cr, "mail_mail", "delivery_rule"):
        _move_from_mails(cr)
        # The field has become a computed one; Odoo drops the columns of the others.
        cr.execute(SQL("ALTER TABLE mail_mail DROP COLUMN IF EXISTS delivery_server"))


def _move_from_mails(cr):
    last_id = 0
    while True:
        cr.execute(MAILS, [last_id, MAILS_AT_ONCE])
        rows = cr.fetchall()
        if not rows:
            return
        for row in rows:
            _move_one(cr, *row)
        last_id = rows[-1][0]


def _move_one(cr, mail_id, message_id, email_to, email_cc, state, reason, *details):
    *details, partner_emails = details
    recipients = dict.fromkeys(email_normalize_all(email_cc or ""), "cc")
    for text in (email_to, *partner_emails):
        recipients.update(dict.fromkeys(email_normalize_all(text or ""), "to"))
    if not recipients:
        recipients = {email_to or email_cc or "?": "to"}
    for email, kind in recipients.items():
        delivery_state = MAIL_STATES.get(state, "accepted")
        cr.execute(INSERT, [mail_id, message_id, email, kind, delivery_state, reason, *details])
