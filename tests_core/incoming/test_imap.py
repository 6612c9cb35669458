import contextlib
import imaplib

import pytest

from core.incoming.imap import ImapFolder, uid_set
from scripts.sandbox.scripted_peer import ScriptedPeer


def peer_of(answer):
    """A peer that every client can talk to; `answer` says the rest."""

    def answered(line):
        tag, _, command = line.partition(" ")
        if command == "CAPABILITY":
            return f"* CAPABILITY IMAP4REV1\r\n{tag} OK done\r\n".encode()
        return answer(line)

    return ScriptedPeer(b"* PREAUTH ready\r\n", answered)


def folder(answers):
    """A folder over a peer: `answers` maps the beginning of a command to its untagged lines."""

    def answer(line):
        tag, _, command = line.partition(" ")
        for start, data in answers.items():
            if command.upper().startswith(start):
                if data is None:
                    return None
                return data + f"{tag} OK done\r\n".encode()
        return f"{tag} OK done\r\n".encode()

    return peer_of(answer)


@pytest.fixture
def opened():
    connections = []

    def connect(peer):
        connections.append(imaplib.IMAP4("127.0.0.1", peer.port, timeout=5))
        return ImapFolder(connections[-1])

    yield connect
    for connection in connections:
        with contextlib.suppress(OSError):  # some have left already
            connection.shutdown()


def literal(uid, raw, seq=None, name=b"BODY[]"):
    return b"* %d FETCH (UID %d %s {%d}\r\n%s)\r\n" % (seq or uid, uid, name, len(raw), raw)


SELECT = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 77] ok\r\n"


def test_it_opens_and_lists_what_is_unread(opened):
    with folder({"SELECT": SELECT, "UID SEARCH": b"* SEARCH 9 4 12\r\n"}) as peer:
        box = opened(peer)
        box.open()
        assert box.uidvalidity == "77"
        assert box.unread() == [4, 9, 12]
        assert peer.lines[-1].endswith("UID SEARCH UNSEEN")


def test_a_large_folder_is_searched_in_windows(opened):
    with folder({"SELECT": b"* 120000 EXISTS\r\n", "UID SEARCH": b"* SEARCH 1\r\n"}) as peer:
        box = opened(peer)
        box.open()
        assert box.unread() == [1]
        windows = [line.partition("SEARCH ")[2] for line in peer.lines if "SEARCH" in line]
        assert windows == ["1:50000 UNSEEN", "50001:100000 UNSEEN", "100001:120000 UNSEEN"]


def test_only_what_was_asked_for_is_taken(opened):
    """Others change flags meanwhile, and some servers answer without the UID."""
    answer = (
        b"* 7 FETCH (FLAGS (\\Seen))\r\n"
        + literal(4, b"four")
        + b"* 2 EXPUNGE\r\n"
        + b"* 9 FETCH (FLAGS (\\Seen) UID 9)\r\n"
        + literal(99, b"not asked for")
        + b"* 12 FETCH (BODY[] {4}\r\nnone)\r\n"
        + literal(9, b"ni(ne\r\n)", seq=4)
    )
    with folder({"SELECT": SELECT, "UID FETCH": answer}) as peer:
        box = opened(peer)
        box.open()
        assert box.fetch([4, 9, 12]) == {4: b"four", 9: b"ni(ne\r\n)"}


def test_an_answer_that_nobody_can_read_costs_one_mail(opened):
    def answer(line):
        tag, _, command = line.partition(" ")
        done = f"{tag} OK done\r\n".encode()
        if command.startswith("UID FETCH"):
            good = literal(1, b"one") if "1" in command.split()[2] else b""
            bad = b"* 2 FETCH (UID 2 BODY[] {3}\r\ntwo\r\n" if "2" in command.split()[2] else b""
            return good + bad + done
        return done

    with peer_of(answer) as peer:
        box = opened(peer)
        box.open()
        assert box.fetch([1, 2]) == {1: b"one"}


@pytest.mark.parametrize("rest", [b"", b" more"])
def test_a_literal_that_lies_about_its_size_is_not_taken(opened, rest):
    answer = b"* 1 FETCH (UID 1 BODY[] {2}\r\nfour" + rest + b")\r\n"
    with folder({"UID FETCH": answer}) as peer:
        box = opened(peer)
        box.open()
        assert box.fetch([1]) == {}


def test_a_literal_that_never_comes_ends_the_connection(opened):
    with folder({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {2000}\r\nfour)\r\n"}) as peer:
        box = opened(peer)
        box.open()
        box.connection.sock.settimeout(0.2)
        with pytest.raises(OSError, match="timed out"):
            box.fetch([1])


def test_a_server_that_gives_nothing_says_why(opened):
    def answer(line):
        tag, _, command = line.partition(" ")
        said = "NO [LIMIT] too much" if command.startswith("UID FETCH") else "OK done"
        return f"{tag} {said}\r\n".encode()

    with peer_of(answer) as peer:
        box = opened(peer)
        box.open()
        with pytest.raises(imaplib.IMAP4.error, match="LIMIT"):
            box.fetch([1, 2])


def test_it_acknowledges_in_one_command_and_logs_out(opened):
    with folder({}) as peer:
        box = opened(peer)
        box.open()
        box.acknowledge([5, 6, 7, 9])
        box.leave()
        commands = [line.partition(" ")[2] for line in peer.lines]
    assert "UID STORE 5:7,9 +FLAGS.SILENT (\\Seen)" in commands
    assert "LOGOUT" in commands
    assert not any("CLOSE" in command for command in commands)


def test_a_refused_command_raises_what_imaplib_raises(opened):
    def answer(line):
        return f"{line.partition(' ')[0]} NO [OVERQUOTA] full\r\n".encode()

    with (
        peer_of(answer) as peer,
        pytest.raises(imaplib.IMAP4.error, match="OVERQUOTA"),
    ):
        opened(peer).open()


def test_leaving_a_lost_connection_raises_nothing(opened):
    with folder({"LOGOUT": None}) as peer:
        box = opened(peer)
        box.open()
        box.leave()


def test_sets_are_short():
    assert uid_set([1, 2, 3, 7, 9, 10]) == "1:3,7,9:10"
    assert uid_set(range(1, 501)) == "1:500"


# ------------------------------------------------------------
# FOLDERS AND MEMORY
# ------------------------------------------------------------


def commands(peer):
    return [line.partition(" ")[2] for line in peer.lines]


def test_only_what_came_after_is_asked_for(opened):
    """And the last message, which a server names for an asterisk, is none of it."""
    select = SELECT + b"* OK [UIDNEXT 42] next\r\n"
    with folder({"SELECT": select, "UID SEARCH": b"* SEARCH 41\r\n"}) as peer:
        box = opened(peer)
        box.open()
        assert box.last_uid() == 41
        assert box.after(41) == []
        assert box.after(40) == [41]
        assert commands(peer)[-1] == "UID SEARCH UID 41:*"


def test_names_of_folders_are_quoted_and_coded(opened):
    with folder({"SELECT": SELECT}) as peer:
        box = opened(peer)
        box.name = 'Grüße "x" *'
        box.open()
        assert commands(peer)[-1] == 'SELECT "Gr&APwA3w-e \\"x\\" *"'


def moving(opened, capability, refused=()):
    def answer(line):
        tag, _, command = line.partition(" ")
        done = f"{tag} OK done\r\n".encode()
        for start, said in refused:
            if command.startswith(start) and not any("CREATE" in item for item in peer.lines):
                return f"{tag} {said}\r\n".encode()
        if command == "CAPABILITY":
            return f"* CAPABILITY IMAP4REV1 {capability}\r\n".encode() + done
        return SELECT + done if command.startswith("SELECT") else done

    with ScriptedPeer(b"* PREAUTH ready\r\n", answer) as peer:
        box = opened(peer)
        box.open()
        box.move([4, 5, 9], "Done")
        found = commands(peer)
    assert not any(line in ("CLOSE", "EXPUNGE") for line in found)
    return [line for line in found if not line.startswith(("CAPABILITY", "SELECT"))]


def test_messages_are_moved_in_one_command(opened):
    assert moving(opened, "MOVE UIDPLUS") == ['UID MOVE 4:5,9 "Done"']


def test_without_move_they_are_copied_and_only_they_are_expunged(opened):
    assert moving(opened, "UIDPLUS") == [
        'UID COPY 4:5,9 "Done"',
        "UID STORE 4:5,9 +FLAGS.SILENT (\\Deleted)",
        "UID EXPUNGE 4:5,9",
    ]
    assert moving(opened, "")[-1] == "UID STORE 4:5,9 +FLAGS.SILENT (\\Deleted)"


def test_a_folder_that_is_not_there_is_made(opened):
    refused = [("UID MOVE", "NO [TRYCREATE] no such folder")]
    assert moving(opened, "MOVE", refused) == [
        'UID MOVE 4:5,9 "Done"',
        'CREATE "Done"',
        'UID MOVE 4:5,9 "Done"',
    ]


def test_a_server_that_only_says_that_it_moves(opened):
    found = moving(opened, "MOVE UIDPLUS", [("UID MOVE", "BAD what")])
    assert found[0] == 'UID MOVE 4:5,9 "Done"'
    assert found[-1] == "UID EXPUNGE 4:5,9"
