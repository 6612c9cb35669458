import email
import email.policy
import itertools
import smtplib
from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from .test_loops import LIMIT, LoopCase

ROBOT = "customer@customer.test"
ROUNDS = 40
"""More than any of these needs: whoever is not silent by then never will be."""


class Responder:
    """A program on the other side, which answers every mail that comes to its mailbox.

    :param headers: what its answers say of themselves
    :param keeps_thread: whether it names the mail that it answers
    :param answers_to: where it writes, instead of where it was asked to
    """

    def __init__(self, sandbox, headers=(), keeps_thread=False, answers_to=None):
        self.sandbox, self.headers = sandbox, dict(headers)
        self.keeps_thread, self.answers_to = keeps_thread, answers_to
        self.sent = self.read = 0

    def say(self, to, mail=None):
        self.sent += 1
        answer = EmailMessage(policy=email.policy.SMTP)
        answer["From"] = f"Robot <{ROBOT}>"
        answer["To"] = to
        answer["Subject"] = f"Question {self.sent}"
        answer["Message-Id"] = f"<{self.sent}.{id(self)}@customer.test>"
        if mail and self.keeps_thread:
            answer["In-Reply-To"] = mail["Message-Id"]
            answer["References"] = f"{mail['References'] or ''} {mail['Message-Id']}".strip()
        for name, value in self.headers.items() if mail else ():
            answer[name] = value
        answer.set_content("We have received your mail.")
        peer = self.sandbox.smtp2
        with smtplib.SMTP(peer.host, peer.port, timeout=10) as client:
            client.send_message(answer)

    def run(self):
        mails = self.sandbox.imap.messages(ROBOT)
        for stored in mails[self.read :]:
            mail = email.message_from_bytes(stored.data, policy=email.policy.SMTP)
            self.say(self.answers_to or mail["Reply-To"] or mail["From"], mail)
        self.read = len(mails)


@tagged("post_install", "-at_install")
class TestPingPong(LoopCase, TransactionCase):
    """Odoo thanks for each mail, and what is on the other side answers each: they stop."""

    def setUp(self):
        super().setUp()
        model = type(self.env["res.partner"])
        message_new = model.message_new

        def thanking(records, *args, **kwargs):
            record = message_new(records, *args, **kwargs)
            record.message_post(
                body="Thank you for your mail.",
                message_type="auto_comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=record.ids,
                force_send=False,
            )
            return record

        self.enterContext(patch.object(model, "message_new", thanking))

    def play(self, responder, to="contacts@acme.test"):
        """Until nobody has anything to say; returns how many mails each side sent."""
        responder.read = len(self.sandbox.imap.messages(ROBOT))
        before, silent_at = responder.read, None
        responder.say(to)
        for turn in itertools.count():
            self.assertLess(turn, ROUNDS, "they write to each other without end")
            said = responder.sent
            self.fetch()
            with self.registry_cursor() as env:
                env["mail.mail"].process_email_queue()
            responder.run()
            if responder.sent == said and silent_at is not None:
                break
            silent_at = turn if responder.sent == said else None
        return responder.sent, len(self.sandbox.imap.messages(ROBOT)) - before

    def test_one_that_gives_no_sign(self):
        """Thanked for LIMIT mails, then told once; its answer to that is held, too."""
        responder = Responder(self.sandbox, answers_to="contacts@acme.test")
        self.assertEqual(self.play(responder), (LIMIT + 2, LIMIT + 1))
        self.assertEqual(len(self.partners()), LIMIT)
        held = self.spooled().filtered(lambda row: row.state == "held")
        self.assertEqual(set(held.mapped("reason")), {"loop_sender"})
        self.assertEqual(len(held), 2)

    def test_one_that_says_what_it_is(self):
        """Its answer is a note, and nobody answers that."""
        responder = Responder(self.sandbox, {"Auto-Submitted": "auto-replied"}, keeps_thread=True)
        self.assertEqual(self.play(responder), (2, 1))
        note = self.spooled()[-1].mail_message_id
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))

    def test_another_odoo(self):
        """It thanks as well, in the thread: that is an answer, for which nobody thanks."""
        self.assertEqual(self.play(Responder(self.sandbox, keeps_thread=True)), (2, 1))
        self.assertEqual(len(self.partners()), 1)

    def test_one_that_answers_to_the_catchall(self):
        """No record is made there, so nothing is counted but the notices."""
        responder = Responder(self.sandbox, answers_to="catchall@acme.test")
        sent, received = self.play(responder, to="catchall@acme.test")
        self.assertEqual((sent, received), (LIMIT + 1, LIMIT))

    def test_one_that_is_told_each_time(self):
        """As often as it was thanked, and no more."""
        self.alias.alias_loop_policy = "bounce"
        responder = Responder(self.sandbox, answers_to="contacts@acme.test")
        sent, received = self.play(responder)
        self.assertEqual((sent, received), (2 * LIMIT + 1, 2 * LIMIT))
