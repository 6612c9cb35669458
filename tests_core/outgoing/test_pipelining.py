"""Many commands in one write: what servers make of it, over real sockets."""

import smtplib
import socket
import threading
import time
from contextlib import suppress

import pytest
from smtp_sending import ADA, BOB, CARL, connect, message, send

from core.outgoing.exchange import PIPELINED
from core.outgoing.session import Session
from core.reply import Command, ReplyClass

HELLO = b"250-mail.one.test\r\n250-PIPELINING\r\n250 SIZE\r\n"


class Scripted:
    """A server that answers each line as `script` says, and counts what came in at a time."""

    def __init__(self, script, *, swallows=False, offers=HELLO):
        self.lines, self.reads, self.messages = [], 0, []
        self._script, self._swallows, self._offers = script, swallows, offers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listening.getsockname()
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                line, _address = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._guard, args=(line,), daemon=True).start()

    def _guard(self, line):
        with line, suppress(OSError):
            self._serve(line)

    def _serve(self, line):
        line.sendall(b"220 mail.one.test\r\n")
        buffer = body = b""
        in_data = False
        while chunk := line.recv(65_536):
            self.reads += 1
            buffer += chunk
            while b"\r\n" in buffer:
                command, buffer = buffer.split(b"\r\n", 1)
                if in_data:
                    if command != b".":
                        body += command + b"\r\n"
                        continue
                    self.messages.append(body)
                    in_data, body = False, b""
                self.lines.append(command)
                answer = self._offers if command[:4] == b"ehlo" else self._script(command)
                if answer is None:
                    return
                line.sendall(answer)
                in_data = answer.startswith(b"354")
                if self._swallows:
                    buffer = b""

    def close(self):
        self._listening.close()


def accepting(command):
    return b"354 Go on\r\n" if command == b"DATA" else b"250 2.0.0 OK\r\n"


@pytest.fixture
def serve():
    servers, sessions = [], []

    def start(script=accepting, *, timeout=5, time_left=None, **kwargs):
        servers.append(server := Scripted(script, **kwargs))

        def open_line():
            return connect(server, timeout)

        sessions.append(session := Session(open_line(), open_line, time_left=time_left))
        return server, session

    yield start
    for session in sessions:
        session.quit()
    for server in servers:
        server.close()


def test_the_envelope_is_one_write(serve):
    server, session = serve()
    before = server.reads
    send(session, ADA, BOB, CARL)
    # the envelope, and the message
    assert server.reads - before <= 3
    assert len(server.messages) == 1
    assert {reply.command for reply in session.replies.values()} == {Command.END_OF_DATA}


def test_without_the_offer_it_is_one_command_at_a_time(serve):
    server, session = serve(offers=b"250 mail.one.test\r\n")
    before = server.reads
    send(session, ADA, BOB, CARL)
    assert server.reads - before >= 6
    assert len(server.messages) == 1


def test_each_recipient_has_its_own_answer(serve):
    def script(command):
        if BOB.encode() in command:
            return b"550 5.1.1 No such user\r\n"
        return b"452 4.2.2 Full\r\n" if CARL.encode() in command else accepting(command)

    server, session = serve(script)
    assert set(send(session, ADA, BOB, CARL)) == {BOB, CARL}
    assert session.replies[ADA].accepted
    assert session.replies[BOB].reply_class is ReplyClass.RECIPIENT_UNKNOWN
    assert session.replies[CARL].code == 452
    assert len(server.messages) == 1


@pytest.mark.parametrize("to_data", [b"554 5.5.1 No valid recipients\r\n", b"354 Go on\r\n"])
def test_nothing_travels_when_all_are_refused(serve, to_data):
    """Some servers ask for the message all the same; it would reach nobody."""
    refusing = True

    def script(command):
        if refusing and command.startswith(b"RCPT"):
            return b"550 5.1.1 No such user\r\n"
        return to_data if refusing and command == b"DATA" else accepting(command)

    server, session = serve(script)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(session, ADA, BOB)
    assert {reply.code for reply in session.replies.values()} == {550}
    assert server.messages == [] and not session.fault and not session.in_doubt
    refusing = False
    send(session, CARL)
    assert len(server.messages) == 1


@pytest.mark.parametrize("command", [b"MAIL", b"DATA"])
def test_a_refusal_of_all_reads_every_answer(serve, command):
    refusals = [b"451 4.3.0 Try later\r\n"]

    def script(line):
        if line.startswith(command) and refusals:
            return refusals.pop()
        return accepting(line)

    server, session = serve(script)
    with pytest.raises(smtplib.SMTPResponseException):
        send(session, ADA, BOB)
    assert {reply.code for reply in session.replies.values()} == {451}
    assert server.messages == []
    send(session, CARL)
    assert list(session.replies) == [CARL] and session.replies[CARL].accepted


def test_421_in_the_middle_ends_the_session(serve):
    def script(command):
        if BOB.encode() in command:
            return b"421 4.7.0 Too many connections\r\n"
        return b"550 5.1.1 No\r\n" if CARL.encode() in command else accepting(command)

    server, session = serve(script)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(session, CARL, ADA, BOB)
    assert session.fault.code == 421
    assert session.replies[CARL].code == 550, "What was said before stays said"
    assert session.replies[ADA].code == session.replies[BOB].code == 421
    assert server.messages == []


def test_a_server_that_throws_away_what_it_has_not_read(serve):
    """It is asked again, one command at a time, and from then on."""
    server, session = serve(swallows=True, timeout=0.5, time_left=lambda: 30)
    send(session, ADA, BOB)
    assert len(server.messages) == 1
    begin = time.monotonic()
    send(session, CARL)
    assert time.monotonic() - begin < 0.4
    assert len(server.messages) == 2
    assert server.connections == 2


def test_who_waits_for_the_outcome_is_not_made_to_wait_twice(serve):
    server, session = serve(swallows=True, timeout=0.5)
    begin = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session, ADA)
    assert time.monotonic() - begin < 0.9
    assert server.messages == []


def test_one_answer_too_many_is_not_taken_for_the_next_one(serve):
    said = [b"250 2.0.0 OK\r\n550 5.0.0 And by the way\r\n"]

    def script(command):
        return said.pop() if command == b"." and said else accepting(command)

    server, session = serve(script)
    send(session, ADA)
    time.sleep(0.05)
    send(session, BOB)
    assert session.replies[BOB].accepted
    assert (len(server.messages), server.connections) == (2, 2)


def test_thousands_of_recipients_block_nobody(serve):
    server, session = serve()
    recipients = [f"{number}@one.test" for number in range(20 * PIPELINED)]
    send(session, *recipients)
    assert len(session.replies) == len(recipients)
    assert all(reply.accepted for reply in session.replies.values())
    assert len(server.messages) == 1


def test_a_command_is_one_line(serve):
    server, session = serve()
    with suppress(ValueError):
        session.send_message(message(), "me@acme.test\r\nRCPT TO:<eve@evil.test>", [ADA])
    assert not any(b"RCPT TO:<eve" in line for line in server.lines)


def test_the_data_of_a_message_that_ends_without_a_line_end(serve):
    server, session = serve()
    send(session, ADA, body="one\n.two\n..three")
    assert b"\r\n..two\r\n...three\r\n" in server.messages[0]
