from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

MODELS = ("ir.mail_server", "fetchmail.server")


@tagged("post_install", "-at_install")
class TestMailOperator(TransactionCase):
    """Somebody who looks after the mail servers, without the rights on the settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env["res.groups"].create({"name": "Mail operators"})
        for name in MODELS:
            rights = dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True)
            cls.env["ir.model.access"].create(
                {
                    "name": name,
                    "model_id": cls.env["ir.model"]._get_id(name),
                    "group_id": group.id,
                    **rights,
                }
            )
        cls.operator = new_test_user(cls.env, "operator", groups="base.group_user")
        cls.operator.group_ids += group
        cls.servers = cls.env["ir.mail_server"].with_user(cls.operator)
        cls.mailboxes = cls.env["fetchmail.server"].with_user(cls.operator)
        cls.google = cls.env.ref("email_communication.mail_provider_google")
        cls.server = cls.env["ir.mail_server"].create(
            {"name": "Server", "smtp_host": "smtp.gmail.com", "from_filter": "news@acme.test"}
        )
        cls.mailbox = cls.env["fetchmail.server"].create(
            {
                "name": "Mailbox",
                "server": "imap.gmail.com",
                "server_type": "imap",
                "user": "ada",
                "password": "x",
            }
        )

    def test_the_forms_open(self):
        with Form(self.server.with_user(self.operator)) as form:
            self.assertEqual(form.provider_id, self.google)
            form.provider_id = self.env.ref("email_communication.mail_provider_brevo")
        with Form(self.servers) as form:
            form.name = "New"
            form.provider_id = self.google
            self.assertEqual(form.smtp_host, "smtp.gmail.com")
        # Saving a mailbox needs rights on scheduled actions, also in Odoo alone
        form = Form(self.mailbox.with_user(self.operator))
        self.assertEqual(form.provider_id, self.google)

    def test_what_we_add_can_be_read(self):
        """Odoo's own fields are another matter: some need rights on mailings."""
        for records in (self.servers, self.mailboxes):
            ours = [
                name
                for name in records.fields_get()  # the others are not on the form for them
                if "email_communication" in records._fields[name]._modules
            ]
            with self.subTest(model=records._name):
                self.assertIn("provider_id", ours)
                self.assertTrue(records.search_read([], ours))
        google = self.google.with_user(self.operator)
        self.assertIn(google.id, dict(google.name_search("Goog")))
        self.assertTrue(google.read())

    def test_providers_are_the_administrators_to_change(self):
        with self.assertRaises(AccessError):
            self.google.with_user(self.operator).quirks = "Mine."
        with self.assertRaises(AccessError):
            self.google.with_user(self.operator).unlink()
