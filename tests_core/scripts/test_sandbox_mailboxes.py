"""The sandbox's mailboxes, read by imaplib and poplib over real sockets, with each server."""

import imaplib
import poplib
import socket
import ssl
import threading

import pytest

from scripts.sandbox import DovecotServer, ImapPeer, PymapServer
from scripts.sandbox import dovecot as dovecot_module
from scripts.sandbox.imap_peer import pick_server

SERVERS = [server for server in (DovecotServer, PymapServer) if server.is_available()]
ADDRESS = "odoo@acme.test"
OTHER = "customer@customer.test"
MESSAGE = b"From: a@acme.test\r\nSubject: hello\r\n\r\nText with \xc3\xa9 and a NUL-free line\r\n"


# Without any server the list has one entry, which picks one and so fails with a sentence.
@pytest.fixture(params=SERVERS or [pick_server], ids=lambda server: server.__name__, scope="module")
def running(request):
    server = request.param if request.param in SERVERS else request.param()
    with ImapPeer({ADDRESS: "secret", OTHER: "other"}, server=server) as peer:
        yield peer


@pytest.fixture
def peer(running):
    """Empty mailboxes; starting a server for each test would take longer than the tests."""
    for address, password in running.users.items():
        with imaplib.IMAP4(running.host, running.port, timeout=5) as client:
            client.login(address, password)
            count = int(client.select("INBOX")[1][0])
            if count:
                client.store("1:*", "+FLAGS", "\\Deleted")
                client.expunge()
    return running


def login(client):
    client.login(ADDRESS, "secret")
    client.select("INBOX")
    return client


def test_a_delivered_message_is_there_unseen(peer):
    peer.deliver(ADDRESS, MESSAGE)
    [stored] = peer.messages(ADDRESS)
    assert stored.data == MESSAGE
    assert "\\Seen" not in stored.flags
    assert peer.messages(OTHER) == []


def test_messages_are_in_order_of_delivery(peer):
    for number in range(3):
        peer.deliver(ADDRESS, b"Subject: %d\r\n\r\n" % number)
    assert [stored.data[9:10] for stored in peer.messages(ADDRESS)] == [b"0", b"1", b"2"]


def test_an_address_without_mailbox(peer):
    with pytest.raises(KeyError):
        peer.deliver("nobody@acme.test", MESSAGE)


def test_imap_fetch_and_flags(peer):
    peer.deliver(ADDRESS, MESSAGE)
    with imaplib.IMAP4(peer.host, peer.port, timeout=5) as client:
        login(client)
        assert client.search(None, "(UNSEEN)")[1] == [b"1"]
        assert client.fetch("1", "(RFC822)")[1][0][1] == MESSAGE
        client.store("1", "+FLAGS", "\\Seen")
        assert client.search(None, "(UNSEEN)")[1] == [b""]
    assert "\\Seen" in peer.messages(ADDRESS)[0].flags


def test_looking_at_the_messages_changes_no_flag(peer):
    peer.deliver(ADDRESS, MESSAGE)
    assert [peer.messages(ADDRESS)[0].flags - {"\\Recent"} for _look in range(2)] == [
        frozenset()
    ] * 2


def test_imap_over_tls_with_a_certificate_that_can_be_verified(peer):
    context = ssl.create_default_context(cafile=peer.ca_file)
    peer.deliver(ADDRESS, MESSAGE)
    with imaplib.IMAP4_SSL(peer.host, peer.ssl_port, ssl_context=context, timeout=5) as client:
        login(client)
        assert client.fetch("1", "(RFC822)")[1][0][1] == MESSAGE


def test_wrong_passwords_are_refused_without_growing_delay(peer):
    for _attempt in range(3):
        with (
            imaplib.IMAP4(peer.host, peer.port, timeout=1) as client,
            pytest.raises(imaplib.IMAP4.error),
        ):
            client.login(ADDRESS, "wrong")


def test_a_mailbox_in_use_accepts_deliveries_of_many_threads(peer):
    with imaplib.IMAP4(peer.host, peer.port, timeout=5) as client:
        login(client)
        threads = [
            threading.Thread(target=peer.deliver, args=(ADDRESS, MESSAGE)) for _number in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.noop()
        assert len(client.search(None, "ALL")[1][0].split()) == 12


def test_a_large_message(peer):
    raw = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * 70000
    peer.deliver(ADDRESS, raw)
    assert peer.messages(ADDRESS)[0].data == raw


def test_without_any_server_a_sentence_says_what_to_install(monkeypatch):
    for server in (DovecotServer, PymapServer):
        monkeypatch.setattr(server, "is_available", staticmethod(lambda: False))
    with pytest.raises(RuntimeError, match="Install Dovecot"):
        ImapPeer({ADDRESS: "secret"}).start()


def test_stop_leaves_no_listener():
    with ImapPeer({ADDRESS: "secret"}) as peer:
        port = peer.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory):
    if not DovecotServer.is_available():
        pytest.skip("Dovecot is not installed; POP3 is not tested.")
    state = tmp_path_factory.mktemp("dovecot")
    with ImapPeer({ADDRESS: "secret"}, state, server=DovecotServer) as peer:
        yield peer


def test_dovecot_takes_other_ports_when_another_program_was_faster(tmp_path, monkeypatch):
    if not DovecotServer.is_available():
        pytest.skip("Dovecot is not installed; pymap lets the system choose its ports.")
    free_ports = dovecot_module._free_ports
    with socket.create_server(("127.0.0.1", 0)) as taken:
        choices = iter([[taken.getsockname()[1], *free_ports(3)], free_ports(4)])
        monkeypatch.setattr(dovecot_module, "_free_ports", lambda count: next(choices))
        with ImapPeer({ADDRESS: "secret"}, tmp_path, server=DovecotServer) as peer:
            assert peer.port != taken.getsockname()[1]
            peer.deliver(ADDRESS, MESSAGE)
    assert not (tmp_path / "dovecot.json").exists()


def test_a_state_folder_with_a_space_in_its_name(tmp_path):
    state = tmp_path / "my folder"
    state.mkdir()
    with ImapPeer({ADDRESS: "secret"}, state) as peer:
        peer.deliver(ADDRESS, MESSAGE)
        assert len(peer.messages(ADDRESS)) == 1


@pytest.mark.parametrize("encrypted", [True, False])
def test_pop3_fetch_and_delete(dovecot, encrypted):
    dovecot.deliver(ADDRESS, MESSAGE)
    if encrypted:
        context = ssl.create_default_context(cafile=dovecot.ca_file)
        client = poplib.POP3_SSL(dovecot.host, dovecot.pop3s_port, timeout=5, context=context)
    else:
        client = poplib.POP3(dovecot.host, dovecot.pop3_port, timeout=5)
    client.user(ADDRESS)
    client.pass_("secret")
    assert client.stat()[0] == 1
    assert b"\r\n".join(client.retr(1)[1]) + b"\r\n" == MESSAGE
    client.dele(1)
    client.quit()
    assert dovecot.messages(ADDRESS) == []


def test_imap_starttls(dovecot):
    context = ssl.create_default_context(cafile=dovecot.ca_file)
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=5) as client:
        client.starttls(context)
        login(client)


def test_dovecot_logs_into_the_state_folder_without_errors(dovecot, tmp_path):
    with ImapPeer({ADDRESS: "secret"}, tmp_path, server=DovecotServer) as peer:
        peer.deliver(ADDRESS, MESSAGE)
        log = (tmp_path / "dovecot.log").read_text()
    assert "starting up for imap, pop3" in log
    assert [line for line in log.splitlines() if "Error" in line or "Fatal" in line] == []
