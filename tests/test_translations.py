from io import BytesIO

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import TranslationFileReader, trans_export


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Translators get every text; `make translations` writes the template anew."""

    def test_the_template_has_every_text(self):
        buffer = BytesIO()
        trans_export(None, ["email_communication"], buffer, "po", self.env)
        buffer.seek(0)
        now = {row["src"] for row in TranslationFileReader(buffer)}
        with file_open("email_communication/i18n/email_communication.pot", "rb") as template:
            written = {row["src"] for row in TranslationFileReader(template)}
        self.assertIn("The domain has no SPF record", " ".join(now))
        self.assertEqual(now, written, "Run: make translations")
