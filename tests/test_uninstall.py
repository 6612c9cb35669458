from odoo.tests import TransactionCase, tagged

from ..hooks import uninstall_hook

ADDON = "email_communication"


@tagged("post_install", "-at_install")
class TestUninstall(TransactionCase):
    """Odoo removes what is ours; the hook sees to what it cannot know of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": "acme.test"})

    def test_nothing_said_in_the_chatter_is_left(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "zone.txt",
                "raw": b"the zone",
                "res_model": "mail.alias.domain",
                "res_id": self.alias_domain.id,
            }
        )
        message = self.alias_domain.message_post(body="Hello", attachment_ids=attachment.ids)
        activity = self.alias_domain.activity_schedule("mail.mail_activity_data_warning")
        self.alias_domain.message_subscribe(self.env.ref("base.partner_admin").ids)
        followers = self.alias_domain.message_follower_ids
        self.assertTrue(followers)
        uninstall_hook(self.env)
        for records in (message, attachment, activity, followers):
            self.assertFalse(records.exists(), records)

    def test_outgoing_servers_keep_no_activities(self):
        server = self.env["ir.mail_server"].create({"name": "Relay", "smtp_host": "127.0.0.1"})
        activity = server.activity_schedule("mail.mail_activity_data_warning")
        message = server.message_post(body="Hello")
        uninstall_hook(self.env)
        self.assertFalse(activity.exists())
        self.assertFalse(message.exists())
        field = self.env["ir.model.fields"]._get("ir.mail_server", "activity_state")
        self.assertEqual(field.modules, ADDON)

    def test_fields_of_the_chatter_are_ours_alone(self):
        """An update of another app has made it an owner of fields on alias domains."""
        data = self.env["ir.model.data"]
        field = self.env["ir.model.fields"]._get("mail.alias.domain", "activity_state")
        for rows in (field, field.selection_ids[:1]):
            name = f"row_of_{rows._name.replace('.', '_')}"
            values = {
                "module": "of_another_app",
                "name": name,
                "model": rows._name,
                "res_id": rows.id,
            }
            data.create(values)
        uninstall_hook(self.env)
        for name in self.alias_domain._fields:
            row = self.env["ir.model.fields"]._get("mail.alias.domain", name)
            owners = data.search([("model", "=", "ir.model.fields"), ("res_id", "=", row.id)])
            if self.alias_domain._is_of_chatter(name):
                self.assertEqual(set(owners.mapped("module")), {ADDON}, name)
        name = self.env["ir.model.fields"]._get("mail.alias.domain", "name")
        self.assertEqual(name.modules, "mail", "What is Odoo's stays Odoo's")
        of_selection = [("model", "=", "ir.model.fields.selection")]
        of_field = [("res_id", "in", field.selection_ids.ids)]
        owners = data.search([*of_selection, *of_field])
        self.assertEqual(set(owners.mapped("module")), {ADDON})

    def test_activities_about_incoming_emails_go(self):
        row = self.env["mail.incoming"]._spool([(b"Subject: Hello\r\n\r\n", {"state": "failed"})])
        row._note_failure("a cause")
        self.assertTrue(row.alert_id.active)
        alert = row.alert_id
        uninstall_hook(self.env)
        self.assertFalse(alert.exists())
