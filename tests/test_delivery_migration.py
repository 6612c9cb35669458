from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, file_path

COLUMNS = ("delivery_server", "delivery_rule", "delivery_from", "delivery_envelope_sender")
DETAILS = ("Relay", "domain", "Me <me@acme.test>", "bounce@acme.test")


@tagged("post_install", "-at_install")
class TestDeliveryMigration(TransactionCase):
    """What earlier versions kept on e-mails and notifications is not lost by the update."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for table in ("mail_mail", "mail_notification"):
            for name in COLUMNS:
                cls.env.cr.execute(
                    SQL(
                        "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s varchar",
                        SQL.identifier(table),
                        SQL.identifier(name),
                    )
                )

    def keep(self, record):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET (%s) = %s WHERE id = %s",
                SQL.identifier(record._table),
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                DETAILS,
                record.id,
            )
        )

    def migrate(self):
        path = file_path("email_communication/migrations/19.0.1.3.0/post-migrate.py")
        load_script(path, "post_migrate").migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()

    def kept(self, domain):
        found = self.env["mail.delivery"].search(domain, order="id")
        for item in found:
            self.assertEqual(
                (item.server_name, item.sender_rule, item.email_from, item.envelope_sender), DETAILS
            )
        return [(item.email, item.kind, item.state, item.reply_text) for item in found]

    def test_notifications(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "Ada", "email": "Ada <ada@one.test>"},
                {"name": "Twin", "email": "ada@one.test"},
                {"name": "Bob", "email": "bob@two.test"},
                {"name": "Nobody"},
            ]
        )
        message = self.env["mail.message"].create({"body": "Hello", "email_from": "me@acme.test"})
        mail = self.env["mail.mail"].create({"mail_message_id": message.id})
        for partner, status, reason in zip(
            partners,
            ("sent", "bounce", "exception", "exception"),
            (False, "Mailbox gone", "550 no", "No address"),
            strict=True,
        ):
            self.keep(
                self.env["mail.notification"].create(
                    {
                        "mail_message_id": message.id,
                        "mail_mail_id": mail.id,
                        "res_partner_id": partner.id,
                        "notification_type": "email",
                        "notification_status": status,
                        "failure_reason": reason,
                    }
                )
            )
        self.migrate()
        of_message = [("mail_message_id_int", "=", message.id)]
        self.assertEqual(
            self.kept(of_message),
            [
                ("ada@one.test", "to", "accepted", False),
                ("ada@one.test", "to", "accepted", "Mailbox gone"),
                ("bob@two.test", "to", "refused", "550 no"),
                ("Nobody", "to", "refused", "No address"),
            ],
        )

    def test_mails_without_notifications(self):
        mail = self.env["mail.mail"].create(
            {
                "email_to": "Ada <ada@one.test>, bob@two.test",
                "email_cc": "carl@three.test",
                "state": "sent",
                "recipient_ids": self.env["res.partner"]
                .create({"name": "Dora", "email": "dora@four.test"})
                .ids,
            }
        )
        failed = self.env["mail.mail"].create(
            {"email_to": "eve@five.test", "state": "exception", "failure_reason": "550 no"}
        )
        self.keep(mail)
        self.keep(failed)
        self.migrate()
        self.assertEqual(
            set(self.kept([("mail_mail_id_int", "=", mail.id)])),
            {
                ("ada@one.test", "to", "accepted", False),
                ("bob@two.test", "to", "accepted", False),
                ("carl@three.test", "cc", "accepted", False),
                ("dora@four.test", "to", "accepted", False),
            },
        )
        self.assertEqual(
            self.kept([("mail_mail_id_int", "=", failed.id)]),
            [("eve@five.test", "to", "refused", "550 no")],
        )
        self.assertEqual(failed.state, "exception", "No old failed mail is sent by the update")

    def test_a_delivery_lives_as_long_as_its_message(self):
        message = self.env["mail.message"].create({"body": "Hello"})
        deliveries = self.env["mail.delivery"].create(
            [
                {"email": f"{n}@one.test", "state": "accepted", "mail_message_id_int": message.id}
                for n in range(3)
            ]
        )
        self.env.flush_all()
        self.env["mail.delivery"]._gc_deliveries()
        self.assertEqual(len(deliveries.exists()), 3)
        message.unlink()
        self.env.flush_all()
        done, is_left = self.env["mail.delivery"]._gc_deliveries()
        self.assertGreaterEqual(done, 3)
        self.assertFalse(is_left)
        self.assertFalse(deliveries.exists())
