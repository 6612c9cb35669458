from io import BytesIO

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import trans_export


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Translators get every text; `make translations` writes the template anew."""

    def test_the_template_has_every_text(self):
        buffer = BytesIO()
        trans_export(None, ["email_communication"], buffer, "po", self.env)
        now = self.texts(buffer.getvalue().decode())
        with file_open("email_communication/i18n/email_communication.pot") as template:
            written = self.texts(template.read())
        self.assertIn("The domain has no SPF record", " ".join(now))
        self.assertEqual(now, written, "Run: make translations")

    def texts(self, template):
        return {entry.msgid for entry in polib.pofile(template)}
