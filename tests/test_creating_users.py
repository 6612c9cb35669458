from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

ADDON = "email_communication"


@tagged("post_install", "-at_install")
class TestCreatingUsers(TransactionCase):
    """Odoo creates a user in steps that are only whole together.

    A field of ours that makes a step search our records writes the user to the database too soon,
    where a constraint refuses it (`res_users_notification_type`).
    """

    def test_users_with_an_inbox_after_alert_users_were_read(self):
        watcher = new_test_user(self.env, "watcher", groups="base.group_system")
        alias_domain = self.env["mail.alias.domain"].create(
            {"name": "acme.test", "dns_alert_user_ids": watcher.ids}
        )
        self.assertEqual(alias_domain.dns_alert_user_ids, watcher)
        for login, group in (("inbox", "base.group_user"), ("inbox_admin", "base.group_system")):
            user = self.env["res.users"].create(
                {
                    "name": login,
                    "login": login,
                    "notification_type": "inbox",
                    "group_ids": [Command.set(self.env.ref(group).ids)],
                }
            )
            self.assertEqual(user.notification_type, "inbox")
        user.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        self.assertEqual(user.notification_type, "email")

    def test_no_domain_of_ours_makes_a_field_depend_on_another_model(self):
        """A domain that is a list makes the fields it names dependencies; one in a string not."""
        fields = [
            field
            for model in self.env.values()
            for field in model._fields.values()
            if field.relational and set(field._modules) == {ADDON}
        ]
        self.assertIn("dns_alert_user_ids", {field.name for field in fields})
        found = [str(field) for field in fields if isinstance(field.domain, list) and field.domain]
        self.assertEqual(found, [])
