import smtplib

from odoo import models
from odoo.exceptions import UserError

from ..core import reply
from ..core.name import InvalidName, to_ascii
from ..core.reply import Command
from ..core.text import printable

ANSWERS = "email_communication.answers_to_test"
"""Key of the context under which a connection test finds its `TestAnswers`."""

TESTED = (Command.MAIL, Command.RCPT, Command.DATA)
"""What Odoo's test says once it is connected, in this order."""
PORT_OFTEN_BLOCKED = 25
BLOCKED = ("timed_out", "connection_refused", "network")
"""Rules of `core.reply` for what came instead of a connection."""
REFUSED = 400
"""From this code on an answer says no (RFC 5321 section 4.2.1)."""


class TestAnswers:
    """What a server answered to a connection test: Odoo tells it as the octets that came."""

    def __init__(self):
        self.given = []

    def listen(self, session):
        read = session.getreply

        def getreply():
            answer = read()
            self.given.append(answer)
            return answer

        self.given.clear()
        session.getreply = getreply

    def judged(self, error):
        """The `Reply` that explains why a test failed, or None where it is not the server."""
        if isinstance(error, smtplib.SMTPException | OSError | UnicodeError):
            said = len(self.given)
            return reply.from_exception(TESTED[min(said, 2)] if said else Command.CONNECT, error)
        if self.given and self.given[-1][0] >= REFUSED:
            return reply.read(TESTED[len(self.given) - 1], *self.given[-1])
        return None


class IrMailServer(models.Model):
    """A connection test that fails says what happened, and what to do about it."""

    # Apart from the choice of a server, so that each subject is one readable file
    _inherit = "ir.mail_server"  # pylint: disable=consider-merging-classes-inherited

    def test_smtp_connection(self, autodetect_max_email_size=False):
        """Odoo's words stay, made safe to show; what they mean stands below them."""
        answers = TestAnswers()
        try:
            return super(
                IrMailServer, self.with_context(**{ANSWERS: answers})
            ).test_smtp_connection(autodetect_max_email_size)
        except UserError as error:
            judged = answers.judged(error.__cause__)
            if judged is None:
                raise
            said = [printable(line) for line in str(error).splitlines()]
            sentence = "\n".join((*said, "", self._test_sentence(judged, error)))
            raise UserError(sentence) from error

    def _connect__(self, *args, **kwargs):
        session = super()._connect__(*args, **kwargs)
        answers = self.env.context.get(ANSWERS)
        if isinstance(answers, TestAnswers) and session:
            answers.listen(session)
        return session

    def _test_sentence(self, judged, error):
        if isinstance(error.__cause__, UnicodeError) and len(self) == 1:
            try:
                to_ascii(self.smtp_host or "")
            except InvalidName as wrong:
                return wrong.explain(self.env._)
        meaning = reply.explain_admin(judged, self.env._)
        sentence = f"{meaning.rstrip('.')}. {reply.next_step(judged, self.env._)}"
        if judged.by_rule in BLOCKED and self.mapped("smtp_port") == [PORT_OFTEN_BLOCKED]:
            sentence += " " + self.env._(
                "Many networks and hosting companies block port 25. Try 587 with TLS (STARTTLS), "
                "465 with SSL/TLS, or 2525."
            )
        return sentence
