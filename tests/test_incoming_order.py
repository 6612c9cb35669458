from odoo.tests import TransactionCase, tagged

from .incoming_common import IncomingCase


@tagged("post_install", "-at_install")
class TestIncomingOrder(IncomingCase, TransactionCase):
    """An answer is never processed before the mail that it answers."""

    def spool(self, *raws):
        values = {**self.mailbox._spool_values(), "account": "spool", "folder": "INBOX"}
        return self.env["mail.incoming"]._spool(
            [(raw, {**values, "uid": str(number)}) for number, raw in enumerate(raws)]
        )

    def test_an_answer_waits_for_what_it_answers(self):
        answer = {"to": "nobody@acme.test", "References": f"<1.{self.id()}@customer.test>"}
        first, second = self.spool(self.raw_mail(1), self.raw_mail(2, **answer))
        with self.registry_cursor() as env:
            self.assertIs(second.with_env(env)._process(), False)
        self.env.invalidate_all()
        self.assertEqual((second.state, second.attempts), ("received", 0))
        self.assertIn("still waiting", second.error)
        self.assertTrue(second.next_try)
        self.process_waiting()
        self.assertEqual((first.state, second.state), ("done", "received"))
        second.next_try = "2020-01-01 00:00:00"
        self.process_waiting()
        self.assertEqual((second.state, second.reason), ("done", "reply"))
        self.assertEqual(second.res_id, first.res_id)
        self.assertFalse(second.error)

    def test_by_hand_it_does_not_wait(self):
        other = {"References": f"<1.{self.id()}@customer.test>"}
        _first, second = self.spool(self.raw_mail(1), self.raw_mail(2, **other))
        with self.registry_cursor() as env:
            second.with_env(env).action_process()
        self.env.invalidate_all()
        self.assertEqual(second.state, "done")
