import re

from odoo.tests import TransactionCase, tagged

# As Odoo's own test of it reads views: the reason stands behind the field.
NEVER_SHOWN = re.compile(
    r"""(<field [^>]*invisible=['"](?:True|1)['"][^>]*>)\s*(<!--)?""", re.MULTILINE
)


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    def test_fields_that_a_view_never_shows_say_why(self):
        views = self.env["ir.model.data"].search(
            [("module", "=", "email_communication"), ("model", "=", "ir.ui.view")]
        )
        fields = [
            (view.name, field, comment)
            for view in views
            for field, comment in NEVER_SHOWN.findall(
                self.env["ir.ui.view"].browse(view.res_id).arch_db
            )
        ]
        self.assertGreater(len(fields), 1)
        self.assertEqual([field for field in fields if not field[2]], [])
