"""Connections that are kept, against the sandbox's SMTP server over real sockets."""

import os

import pytest
from smtp_sending import BOB, CARL, connect, send

from core.outgoing import pool as core_pool
from core.outgoing.pool import AGE_SECONDS, IDLE_SECONDS, MESSAGES, Pool
from core.outgoing.session import Session
from scripts.sandbox import SmtpPeer


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def peer():
    with SmtpPeer() as peer:
        yield peer


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("core.outgoing.session.time.monotonic", clock)
    return clock


@pytest.fixture
def pool(clock, monkeypatch):
    monkeypatch.setattr(Pool, "_sweep_later", lambda self: None)
    pool = Pool(clock)
    yield pool
    clock.now += IDLE_SECONDS
    pool.sweep()


def session_of(pool, peer, key="server"):
    line = pool.take(key) or connect(peer)
    return Session(line, lambda: connect(peer), keep=lambda line: pool.give(key, line))


def send_through(pool, peer, *recipients, key="server"):
    session = session_of(pool, peer, key)
    send(session, *recipients)
    session.quit()
    return session


def connections(peer):
    return len({command.connection for command in peer.commands})


def test_the_next_session_uses_the_same_connection(pool, peer):
    for _number in range(3):
        send_through(pool, peer)
    assert (len(peer.received), connections(peer)) == (3, 1)


def test_two_at_the_same_time_have_a_connection_each(pool, peer):
    first, second = session_of(pool, peer), session_of(pool, peer)
    send(first)
    send(second, BOB)
    first.quit()
    second.quit()
    assert connections(peer) == 2
    send_through(pool, peer, CARL)
    assert connections(peer) == 2


def test_another_key_is_another_connection(pool, peer):
    send_through(pool, peer)
    send_through(pool, peer, key="the same server with another password")
    assert connections(peer) == 2


@pytest.mark.parametrize("seconds", [IDLE_SECONDS, AGE_SECONDS])
def test_what_was_idle_for_long_is_not_trusted(pool, peer, clock, seconds):
    send_through(pool, peer)
    clock.now += seconds
    send_through(pool, peer)
    assert (len(peer.received), connections(peer)) == (2, 2)


def test_a_busy_connection_does_not_grow_old(pool, peer, clock):
    for _number in range(12):
        send_through(pool, peer)
        clock.now += IDLE_SECONDS - 20
    assert connections(peer) == 2, "After five minutes comes a new one"


def test_a_connection_carries_so_many_messages(pool, peer):
    session = session_of(pool, peer)
    for _number in range(MESSAGES + 1):
        send(session)
    session.quit()
    assert (len(peer.received), connections(peer)) == (MESSAGES + 1, 2)


def test_a_server_that_has_hung_up_meanwhile_is_called_again(pool, peer):
    send_through(pool, peer)
    peer.stop()
    with SmtpPeer() as same:
        session = send_through(pool, same)
        assert not session.fault and not session.in_doubt
        assert len(same.received) == 1


def test_421_to_a_line_that_was_kept_is_no_refusal(pool, peer):
    """It was idle for too long, or has carried enough."""
    session = session_of(pool, peer)
    session.quit()
    peer.answer("MAIL", "421 4.4.2 Idle for too long", times=1)
    session = send_through(pool, peer)
    assert not session.fault
    assert (len(peer.received), connections(peer)) == (1, 2)


def test_a_faulty_line_is_not_kept(pool, peer):
    peer.drop(".")
    session = session_of(pool, peer)
    with pytest.raises(Exception):  # noqa: B017 - which one is tested elsewhere
        send(session)
    session.quit()
    assert pool.take("server") is None


def test_the_sweep_ends_what_nobody_uses(pool, peer, clock):
    send_through(pool, peer)
    pool.sweep()
    clock.now += IDLE_SECONDS
    pool.sweep()
    assert not pool._lines


def test_a_forked_process_has_lines_of_its_own(pool, peer, monkeypatch):
    session = send_through(pool, peer)
    monkeypatch.setattr(core_pool.os, "getpid", os.getppid)
    assert pool.take("server") is None
    session._smtp.close()
