import email
import socket
import threading
import time
from unittest.mock import patch

from odoo.addons.base.models import ir_mail_server as base
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import OutgoingCase


class SilentServer:
    """Accepts TCP connections, and says nothing or only the greeting."""

    def __init__(self, greeting=b""):
        self._greeting = greeting
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            if self._greeting:
                connection.sendall(self._greeting)

    def close(self):
        for connection in (self._socket, *self._open):
            connection.close()


@tagged("post_install", "-at_install")
class TestOutgoingHostile(OutgoingCase, TransactionCase):
    """Whatever a server or a mail is like: a clear message, the mail kept, the worker free."""

    def test_a_server_that_never_speaks(self):
        for greeting in (b"", b"220 hello\r\n"):
            silent = SilentServer(greeting)
            self.addCleanup(silent.close)
            self.server.smtp_port = silent.port
            mail = self.new_mail(email_to="ada@one.test")
            start = time.monotonic()
            with patch.object(base, "SMTP_TIMEOUT", 0.5):
                self.run_queue(mail)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(mail.state, "outgoing")
            self.assertEqual(mail.delivery_class, "server_unreachable")
            self.assertIn("did not answer in time", mail.failure_reason)

    def test_a_server_that_closes(self):
        for command in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "."):
            self.peer.reset()
            self.peer.drop(command)
            mail = self.new_mail(email_to="ada@one.test")
            self.run_queue(mail)
            self.assertEqual(mail.state, "outgoing", command)
            self.assertGreater(self.minutes_until_due(mail), 1)
            self.server._resume()
            mail.cancel()

    def test_strange_answers(self):
        for answer in (
            "550 " + "x" * 10_000,
            "550-5.7.1 no\r\n" * 300 + "550 5.7.1 no",
            "550 5.7.1 \x00\x1b[31m<script>alert(1)</script> \u202e",
        ):
            self.peer.reset()
            self.peer.answer("RCPT", answer)
            mail = self.new_mail(email_to="ada@one.test")
            self.run_queue(mail)
            self.assertEqual(mail.state, "exception")
            self.assertLess(len(mail.failure_reason), 2500)
            self.assertFalse({"\x00", "\x1b", "\u202e"} & set(mail.failure_reason))

    def test_five_thousand_recipients(self):
        addresses = [f"reader{number}@one.test" for number in range(5000)]
        mail = self.new_mail(email_to=", ".join(addresses))
        self.peer.answer("RCPT", "451 4.7.1 Later", match="reader4999@", times=1)
        self.run_queue(mail)
        self.assertEqual(len(self.accepted()), 4999)
        self.assertEqual(mail.state, "outgoing")
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(mail.state, "sent")
        self.assertEqual(set(self.accepted().values()), {1})
        self.assertEqual(len(self.accepted()), 5000)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_headers_cannot_be_injected(self):
        """Each alone, for one that keeps the e-mail from being built would hide the others."""
        evil = "Hi\r\nBcc: victim@three.test\r\n\r\nBody"
        partner = self.env["res.partner"].create({"name": evil, "email": "eve@one.test"})
        file = self.env["ir.attachment"].create({"name": f"{evil}.txt", "raw": b"file"})
        domains = self.env["mail.alias.domain"].search([])
        for line_break in ("\r\n", "\n", "\r", "\u2028", "\x0b"):
            name = evil.replace("\r\n", line_break)
            partner.name = name
            for values in (
                {"recipient_ids": partner.ids},
                {"email_to": f'"{name}" <eve@one.test>'},
                {"email_to": "eve@one.test", "email_cc": f'"{name}" <carl@one.test>'},
                {"email_to": "eve@one.test", "subject": name},
                {"email_to": "eve@one.test", "email_from": f'"{name}" <me@acme.test>'},
                {"email_to": "eve@one.test", "reply_to": f'"{name}" <me@acme.test>'},
                {"email_to": "eve@one.test", "headers": repr({"X-Name": name})},
                {"email_to": "eve@one.test", "attachment_ids": file.ids},
            ):
                with self.subTest(line_break=line_break, values=list(values)):
                    self.peer.reset()
                    # With one the notification address is the sender.
                    self.env.company.alias_domain_id = domains[:1] if line_break != "\n" else False
                    mail = self.new_mail(**values)
                    self.run_queue(mail)
                    self.assertEqual(mail.state, "sent", mail.failure_reason)
                    self.assertLessEqual(set(self.accepted()), {"eve@one.test", "carl@one.test"})
                    [received] = self.peer.received
                    head = received.data.partition(b"\r\n\r\n")[0]
                    self.assertFalse(email.message_from_bytes(head)["Bcc"])
                    self.assertEqual(head.count(b"\n"), head.count(b"\r\n"))

    def test_a_mail_whose_author_is_gone(self):
        message = self.post("ada@one.test")
        message.author_id = False
        self.peer.answer("RCPT", "451 4.7.1 Later", times=1)
        self.send(message)
        mail = message.notification_ids.mail_mail_id
        self.assertEqual(mail.state, "outgoing")
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(set(self.statuses(message).values()), {"sent"})

    def test_an_address_that_cannot_be_sent_to(self):
        mail = self.new_mail(email_to="ada@one.test, nobody, käthe@two.test")
        self.run_queue(mail)
        self.assertEqual(self.accepted()["ada@one.test"], 1)
        invalid = self.new_mail(email_to="nobody")
        self.run_queue(invalid)
        self.assertEqual(invalid.state, "exception")
        self.assertIn(invalid.failure_type, ("mail_email_invalid", "mail_email_missing"))
        self.assertFalse(invalid.delivery_ids)
