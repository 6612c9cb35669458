import poplib

import pytest

from core.incoming.pop3 import Pop3Mailbox
from scripts.sandbox.scripted_peer import ScriptedPeer

LIST = b"+OK\r\n1 120\r\n2 120\r\n3 120\r\n.\r\n"
UIDL = b"+OK\r\n1 aaa\r\n2 b b\r\n3 ccc\r\n.\r\n"


def peer_of(retr, uidl=UIDL, capa=b"-ERR no\r\n", dele=b"+OK\r\n"):
    def answer(line):
        command = line.upper().split()
        if not command:
            return b"-ERR\r\n"
        return {
            "LIST": LIST,
            "UIDL": uidl,
            "CAPA": capa,
            "DELE": dele,
            "QUIT": b"+OK\r\n",
        }.get(command[0]) or retr(int(command[1]))

    return ScriptedPeer(b"+OK ready\r\n", answer)


@pytest.fixture
def opened():
    connections = []

    def connect(peer):
        connections.append(poplib.POP3("127.0.0.1", peer.port, timeout=5))
        box = Pop3Mailbox(connections[-1])
        box.open()
        return box

    yield connect
    for connection in connections:
        connection.close()


def test_messages_are_what_they_were(opened):
    def retr(number):
        return b"+OK\r\nSubject: %d\r\n\r\n..dot\r\n...\r\n.\r\n" % number

    for capa in (b"-ERR no\r\n", b"+OK\r\nPIPELINING\r\nUIDL\r\n.\r\n"):
        with peer_of(retr, capa=capa) as peer:
            box = opened(peer)
            assert box.unread() == [1, 2, 3]
            assert box.uidls == {1: "aaa", 2: "b b", 3: "ccc"}
            assert box.sizes([1, 3]) == {1: 120, 3: 120}
            assert box.fetch([1, 3]) == {
                1: b"Subject: 1\r\n\r\n.dot\r\n..\r\n",
                3: b"Subject: 3\r\n\r\n.dot\r\n..\r\n",
            }
            box.acknowledge([1, 3])
            box.leave()
            assert peer.lines[-3:] == ["DELE 1", "DELE 3", "QUIT"]


def test_a_line_of_a_megabyte(opened):
    line = b"x" * 1_000_000
    with peer_of(lambda number: b"+OK\r\n" + line + b"\r\n.\r\n") as peer:
        assert opened(peer).fetch([1]) == {1: line + b"\r\n"}


def test_a_dot_in_the_middle_of_a_long_line_is_text(opened):
    line = b"x" * 65_536 + b".\r\n"
    with peer_of(lambda number: b"+OK\r\n" + line + b".\r\n") as peer:
        assert opened(peer).fetch([1]) == {1: line}


def test_a_refused_message_costs_itself_only(opened):
    def retr(number):
        return b"-ERR gone\r\n" if number == 2 else b"+OK\r\nHello\r\n.\r\n"

    with peer_of(retr) as peer:
        assert set(opened(peer).fetch([1, 2, 3])) == {1, 3}


def test_a_server_without_uidl(opened):
    with peer_of(None, uidl=b"-ERR unknown\r\n") as peer:
        assert opened(peer).uidls == {}


def test_a_message_without_an_end_is_given_up(opened):
    def retr(number):
        return b"+OK\r\n" + b"x" * 1_000 * 1_100 + b"\r\n" + b"y" * 2_000_000

    with peer_of(retr) as peer, pytest.raises(OSError, match="without an end"):
        opened(peer).fetch([1])


def test_a_refused_quit_raises_nothing(opened):
    with peer_of(lambda number: b"") as peer:
        box = opened(peer)
        peer.__exit__()
        box.leave()
