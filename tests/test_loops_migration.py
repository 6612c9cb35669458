from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from .test_loops import CREATED, HELD, LIMIT, ROBOT, LoopCase


@tagged("post_install", "-at_install")
class TestLoopsMigration(LoopCase, TransactionCase):
    """What came in before the update counts, and what was held can be decided."""

    def migrate(self):
        for name in ("pre-loops", "post-loops"):
            path = file_path(f"email_communication/migrations/19.0.1.5.0/{name}.py")
            load_script(path, name).migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()

    def test_senders_are_filled_in(self):
        rows = self.send(LIMIT + 1)
        nobody = self.send(From="")
        self.assertEqual(self.states(rows), [CREATED] * LIMIT + [HELD])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_incoming SET email_normalized = NULL, loop_threshold = NULL, "
            "loop_minutes = NULL, loop_alias_id = NULL, loop_told_at = NULL"
        )
        self.env.invalidate_all()
        self.migrate()
        self.assertEqual(rows.mapped("email_normalized"), [ROBOT] * (LIMIT + 1))
        self.assertFalse(nobody.email_normalized)
        self.assertEqual(self.states(self.send()), [HELD])
        held = rows[-1]
        self.assertEqual(held.held_count, 2)
        self.assertIn("within 60 minutes", held.held_advice)
        held.action_release_sender()
        self.assertEqual(self.states(held), [CREATED])
