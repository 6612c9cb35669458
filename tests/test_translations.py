import re
from functools import cached_property
from io import BytesIO

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import trans_export

CHATTER = re.compile(r"(?:field|selection)__?mail_alias_domain__(?P<field>[a-z_]+?)(?:__[a-z]+)?$")
PLACE = re.compile(r"model:(?P<model>[a-z0-9_.]+),(?P<field>[a-z0-9_]+)[,:]")


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
        """Without those of the fields that other apps add to every chatter, and so to ours, or to
        what Odoo keeps about a model: which there are depends on the apps that are installed."""
        return {
            entry.msgid
            for entry in polib.pofile(template)
            if not all(
                self.is_of_chatter(place) or self.is_of_another_app(place)
                for place, _line in entry.occurrences
            )
        }

    def is_of_another_app(self, place):
        found = PLACE.match(place)
        field = found and self.env[found["model"]]._fields.get(found["field"])
        return bool(field) and not self.our_modules & set(field._modules)

    @cached_property
    def our_modules(self):
        addon = self.env.ref("base.module_email_communication")
        needed = addon + addon.upstream_dependencies(exclude_states=("uninstalled",))
        return {"base", *needed.mapped("name")}

    def is_of_chatter(self, place):
        found = CHATTER.search(place)
        return bool(found) and found["field"] not in self.own_fields

    @property
    def own_fields(self):
        fields = self.env["mail.alias.domain"]._fields.items()
        return {name for name, field in fields if set(field._modules) == {"email_communication"}}
