"""The session, against the sandbox's SMTP server over real sockets."""

import contextlib
import itertools
import smtplib
import socket
import threading
import time

import pytest
from smtp_sending import ADA, BOB, CARL, connect, send

from core.outgoing.session import Session
from core.outgoing.wire import as_data
from core.reply import Command, ReplyClass, from_exception
from scripts.sandbox import SmtpPeer


@pytest.fixture
def peer():
    with SmtpPeer() as peer:
        yield peer


@pytest.fixture
def session(peer):
    session = Session(connect(peer), lambda: connect(peer))
    yield session
    session.quit()


def received(peer):
    return [mail.rcpt_tos for mail in peer.received]


def test_what_each_recipient_was_answered_is_kept(peer, session):
    peer.answer("RCPT", "550 5.1.1 No such user", match=BOB)
    peer.answer("RCPT", "451 4.7.1 Greylisted", match=CARL)
    refused = send(session, ADA, BOB, CARL)
    assert set(refused) == {BOB, CARL}
    assert received(peer) == [(ADA,)]
    assert session.replies[ADA].command is Command.END_OF_DATA
    assert session.replies[ADA].answer == "250 2.0.0 Message accepted"
    assert session.replies[BOB].reply_class is ReplyClass.RECIPIENT_UNKNOWN
    assert session.replies[CARL].code == 451
    assert (session.header_from, session.envelope_sender) == (
        "Me <me@acme.test>",
        "bounce@acme.test",
    )


def test_all_refused_raises_as_smtplib_and_the_session_goes_on(peer, session):
    peer.answer("RCPT", "550 5.1.1 No such user", times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(session)
    assert not session.fault
    send(session, BOB)
    assert received(peer) == [(BOB,)]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("MAIL", smtplib.SMTPSenderRefused),
        ("DATA", smtplib.SMTPDataError),
        (".", smtplib.SMTPDataError),
    ],
)
def test_a_refusal_of_the_message_is_a_refusal_of_all(peer, session, command, error):
    peer.answer(command, "451 4.3.0 Try later", times=1)
    with pytest.raises(error):
        send(session, ADA, BOB)
    assert {reply.code for reply in session.replies.values()} == {451}
    assert set(session.replies) == {ADA, BOB}
    send(session)
    assert received(peer) == [(ADA,)]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "BODY"])
def test_a_line_that_breaks_before_the_message_is_out_is_opened_again(peer, session, command):
    big = "x" * 70 + "\n"
    peer.drop(command, times=1)
    if command == "BODY":
        # What was written before the line was seen to break may have been the whole message.
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(session, ADA, BOB, body=big)
        assert session.in_doubt
        assert received(peer) == []
        return
    send(session, ADA, BOB, body=big)
    assert received(peer) == [(ADA, BOB)]
    assert not session.fault


def test_a_line_that_breaks_twice_is_the_fault_of_the_server(peer, session):
    peer.answer("RCPT", "550 5.1.1 No such user", match=BOB)
    peer.drop("DATA")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session, ADA, BOB)
    assert session.fault.server_fault
    assert session.replies[ADA].reply_class is ReplyClass.SERVER_UNREACHABLE
    assert session.replies[BOB].code == 550, "What was said before stays said"
    assert not session.in_doubt


def test_lost_after_the_message_is_in_doubt_and_not_sent_again(peer, session):
    peer.drop(".", accepted=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session, ADA, BOB)
    assert received(peer) == [(ADA, BOB)]
    assert session.doubtful == {ADA, BOB}
    assert session.replies[ADA].command is Command.END_OF_DATA


def test_421_ends_the_session(peer, session):
    peer.answer("RCPT", "550 5.1.1 No such user", match=ADA)
    peer.answer("RCPT", "421 4.7.0 Too many connections", match=BOB)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(session, ADA, BOB, CARL)
    assert session.fault.code == 421
    assert [session.replies[a].code for a in (ADA, BOB, CARL)] == [550, 421, 421]
    commands = len(peer.commands)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session)
    assert session.replies[ADA].code == 421
    assert len(peer.commands) == commands, "The server is left alone"


def test_421_to_a_line_that_has_carried_enough_is_no_fault(peer, session):
    send(session)
    peer.answer("MAIL", "421 4.7.0 Too many messages on this connection", times=1)
    send(session, BOB)
    assert received(peer) == [(ADA,), (BOB,)]


def test_a_silent_server_is_given_up_within_the_time_out(peer):
    peer.wait("MAIL", 30)
    session = Session(connect(peer, timeout=0.3), lambda: connect(peer, timeout=0.3))
    start = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session)
    session.quit()
    assert time.monotonic() - start < 2
    assert session.replies[ADA].by_rule == "timed_out"
    assert sum(command.name == "MAIL" for command in peer.commands) == 1, "Not asked twice"


def test_the_time_of_the_run_bounds_the_waiting(peer):
    peer.wait("RCPT", 30)
    session = Session(connect(peer, timeout=30), time_left=lambda: 0)
    start = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("line", [b"250 2.0.0 ", b"250-more\r\n"])
@pytest.mark.parametrize("command", [b"MAIL", b"."])
def test_a_server_that_answers_for_ever_is_given_up(command, line):
    """Each octet comes within the time-out, the answer does not."""
    with dripping_server(command, line) as port:
        session = Session(smtplib.SMTP("127.0.0.1", port, timeout=0.5))
        session.ehlo()
        start = time.monotonic()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(session)
        assert time.monotonic() - start < 2
        assert session.replies[ADA].by_rule == "timed_out"
        assert session.in_doubt == (command == b".")


@contextlib.contextmanager
def dripping_server(command, line):
    """Answers every command at once, and that one an octet at a time without an end."""

    def serve():
        connection, _address = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"220 here\r\n")
            for said in map(bytes.upper, connection.makefile("rb")):
                if said.strip().startswith(command):
                    for octet in itertools.cycle(line):
                        connection.sendall(bytes([octet]))
                        time.sleep(0.02)
                elif said.startswith((b"EHLO", b"MAIL", b"RCPT")):
                    connection.sendall(b"250-fine\r\n250 SIZE 1000\r\n")
                elif said.startswith(b"DATA"):
                    connection.sendall(b"354 go on\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)
        assert not thread.is_alive()


def test_too_many_recipients_get_further_transactions(peer, session):
    peer.answer("RCPT", "452 4.5.3 Too many recipients", times=1, match=CARL)
    assert not send(session, ADA, BOB, CARL)
    assert received(peer) == [(ADA, BOB), (CARL,)]


def test_a_full_mailbox_is_not_asked_twice(peer, session):
    peer.answer("RCPT", "452 4.2.2 Mailbox full", times=1, match=BOB)
    assert set(send(session, ADA, BOB)) == {BOB}


@pytest.mark.parametrize(
    "answer",
    [
        "250 2.0.0 queued as 4711 " + "x" * 10_000,
        "\r\n".join(["250-2.0.0 queued as 4711"] + ["250-more"] * 200 + ["250 end"]),
        "250 2.0.0 queued as 4711 \x07\x1b[31m",
    ],
)
def test_a_long_answer_is_an_answer(peer, session, answer):
    peer.answer(".", answer, times=1)
    send(session)
    reply = session.replies[ADA]
    assert reply.accepted
    assert "4711" in reply.text
    assert reply.text.isprintable()
    assert len(reply.text) < 3000
    send(session, BOB)
    assert received(peer)[-1] == (BOB,)


def test_an_address_that_smtp_cannot_carry_is_refused_alone(peer, session):
    session.esmtp_features.pop("smtputf8")
    assert set(send(session, ADA, "käthe@two.test")) == {"käthe@two.test"}
    assert received(peer) == [(ADA,)]
    assert session.replies["käthe@two.test"].permanent
    assert set(send(session, ADA, "a\r\nRCPT TO:<x@y.test>")) == {"a\r\nRCPT TO:<x@y.test>"}
    assert received(peer)[-1] == (ADA,)


def test_a_session_without_a_line_says_why():
    fault = from_exception(Command.CONNECT, ConnectionRefusedError("refused"))
    session = Session(None, fault=fault)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(session)
    assert session.replies == {ADA: fault}
    session.quit()


def test_a_server_that_is_silent_at_quit_does_not_keep_us(peer, monkeypatch):
    monkeypatch.setattr("core.outgoing.session.QUIT_TIMEOUT", 0.2)
    peer.wait("QUIT", 30)
    session = Session(connect(peer))
    start = time.monotonic()
    session.quit()
    assert time.monotonic() - start < 2


def test_periods_are_doubled_and_the_end_is_one():
    assert as_data(b"a\r\n.\r\n..b") == b"a\r\n..\r\n...b\r\n.\r\n"
    assert as_data(b".\r\n") == b"..\r\n.\r\n"
