"""The steps of a test of a connection, on real sockets."""

import socket
import ssl
import time
from itertools import count

import pytest
from tls_peer import TlsPeer, days_from_now, unchecked

from core.probe import KINDS, OUTCOMES, Probe, State, Step, explain

LOOPBACK = "127.0.0.1"


def codes(probe):
    return [(step.kind, step.code) for step in probe.steps]


def refusing_port():
    with socket.create_server((LOOPBACK, 0)) as listening:
        return listening.getsockname()[1]


# ----------------------------------------------------------------
# NAME
# ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code", "shown"),
    [
        ("", "host_missing", "No server is named."),
        ("https://smtp.example.com/inbox", "host_not_clean", "Write “smtp.example.com”"),
        ("smtp.example.com:587", "host_not_clean", "Write “smtp.example.com”"),
        (" smtp.example.com", "host_not_clean", "Write “smtp.example.com”"),
        ("smtp example.com", "host_spaces", "has spaces in it"),
        ("smtp..example.com", "host_invalid", "two dots in a row"),
        ("a" * 64 + ".example.com", "host_invalid", "longer than 63 characters"),
        ("smtp.\u202eexample.com", "host_invalid", "a character that domain names cannot have"),
    ],
)
def test_a_host_that_is_none_is_told_without_asking_anybody(typed, code, shown):
    probe = Probe(resolve=lambda host: pytest.fail("asked"))
    assert not probe.resolve(typed)
    assert codes(probe) == [("name", code)]
    assert shown in " ".join(explain(probe.steps[0]))
    assert probe.failed


def test_a_name_is_resolved():
    probe = Probe(resolve=lambda host: [host.replace("smtp.bücher.example", "?"), LOOPBACK])
    assert probe.resolve("smtp.bücher.example") == ["smtp.xn--bcher-kva.example", LOOPBACK]
    assert probe.steps[0].state is State.OK


def test_an_address_is_taken_as_it_is():
    assert Probe().resolve(LOOPBACK) == [LOOPBACK]
    assert list(Probe(resolve=lambda host: [host]).resolve("::1")) == ["::1"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "not_found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "name_unknown"),
        (TimeoutError(), "name_unknown"),
        (UnicodeError("label too long"), "not_found"),
    ],
)
def test_could_not_tell_is_not_wrong(error, code):
    def resolve(host):
        raise error

    probe = Probe(resolve=resolve)
    assert not probe.resolve("smtp.example.com")
    assert codes(probe) == [("name", code)]


# ----------------------------------------------------------------
# PORT
# ----------------------------------------------------------------


def test_the_port_that_answers_is_told_with_its_time():
    ticks = count(0, 0.5)
    probe = Probe(clock=lambda: next(ticks))
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        sock = probe.open("localhost", [LOOPBACK], port)
        sock.close()
    assert codes(probe) == [("port", "connected")]
    assert probe.steps[0].seconds == 1.0
    assert explain(probe.steps[0])[0] == f"Port {port} of {LOOPBACK} answers."


def test_the_second_address_is_tried():
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]

        def connect(address, port, seconds):
            if address == "192.0.2.1":
                raise TimeoutError
            return socket.create_connection((address, port), seconds)

        probe = Probe(connect=connect)
        probe.open("localhost", ["192.0.2.1", LOOPBACK], port).close()
    assert codes(probe) == [("port", "connected")]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(), "refused"),
        (TimeoutError(), "silent"),
        (OSError(101, "Network is unreachable"), "unreachable"),
        (OverflowError("port must be 0-65535."), "unreachable"),
    ],
)
def test_a_port_that_does_not_connect(error, code):
    def connect(address, port, seconds):
        raise error

    probe = Probe(connect=connect)
    assert probe.open("smtp.example.com", [LOOPBACK], 25) is None
    assert codes(probe) == [("port", code)]
    assert all(explain(probe.steps[0]))


def test_the_ports_that_answer():
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        assert Probe().answering_ports([LOOPBACK], [refusing_port(), port]) == [port]


# ----------------------------------------------------------------
# ENCRYPTION
# ----------------------------------------------------------------


def encrypted(peer, context, host=LOOPBACK):
    probe = Probe()
    sock = probe.encrypt(socket.create_connection((LOOPBACK, peer.port)), context, host, peer.port)
    if sock:
        sock.close()
    return probe


def test_a_certificate_is_shown_with_its_names_and_days():
    with TlsPeer("127.0.0.1", "*.mail.test", not_after=days_from_now(90)) as peer:
        probe = encrypted(peer, peer.trusting())
    assert codes(probe) == [("tls", "encrypted"), ("certificate", "certificate_ok")]
    assert probe.steps[0].values["version"].startswith("TLSv1.")
    assert explain(probe.steps[1])[0] == (
        "It is issued to mail of the test, for *.mail.test, 127.0.0.1, and valid for 90 more days."
    )


def test_a_certificate_that_ends_soon():
    with TlsPeer(not_after=days_from_now(5)) as peer:
        probe = encrypted(peer, peer.trusting())
    assert codes(probe)[1] == ("certificate", "certificate_expires")
    assert "for 5 more days only" in explain(probe.steps[1])[0]


def test_an_outdated_certificate_that_is_checked():
    with TlsPeer(not_after=days_from_now(-3)) as peer:
        probe = encrypted(peer, peer.trusting())
    assert codes(probe) == [("tls", "expired")]
    assert "outdated" in explain(probe.steps[0])[0]


def test_an_outdated_certificate_that_is_not_checked():
    with TlsPeer(not_after=days_from_now(-3)) as peer:
        probe = encrypted(peer, unchecked())
    assert codes(probe)[1] == ("certificate", "certificate_expired")
    assert not probe.failed


def test_a_certificate_for_another_name():
    with TlsPeer("mail.other.test") as peer:
        checked = encrypted(peer, peer.trusting())
        not_checked = encrypted(peer, unchecked())
    assert codes(checked) == [("tls", "other_name")]
    assert codes(not_checked)[1] == ("certificate", "certificate_other_name")
    assert "mail.other.test" in explain(not_checked.steps[1])[0]


def test_a_certificate_of_nobody_we_know():
    with TlsPeer() as peer:
        probe = encrypted(peer, ssl.create_default_context())
    assert codes(probe) == [("tls", "untrusted")]


@pytest.mark.parametrize(
    ("said", "code"),
    [(b"220 smtp.example.com ready\r\n", "not_tls"), (b"", "tls_dropped")],
)
def test_a_port_that_does_not_speak_tls(said, code):
    with socket.create_server((LOOPBACK, 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        with listening.accept()[0] as server:
            server.sendall(said)
            server.shutdown(socket.SHUT_WR)
            probe = Probe()
            assert probe.encrypt(client, unchecked(), LOOPBACK, 465) is None
    assert codes(probe) == [("tls", code)]


# ----------------------------------------------------------------
# TIME
# ----------------------------------------------------------------


def test_who_drips_does_not_keep_the_test_for_longer():
    with socket.create_server((LOOPBACK, 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        with listening.accept()[0] as server:
            probe = Probe(seconds=0.3)
            server.sendall(b"2")
            started = time.monotonic()
            with client, pytest.raises(TimeoutError):
                probe.reader(client).readline()
    assert time.monotonic() - started < 2


def test_nothing_is_begun_when_the_time_is_up():
    ticks = count(0, 30)
    probe = Probe(seconds=40, clock=lambda: next(ticks), connect=lambda *args: pytest.fail("tried"))
    probe.say("name", "resolved", host="a", addresses="b")
    assert probe.open("smtp.example.com", [LOOPBACK], 25) is None
    assert codes(probe)[-1] == ("port", "silent")


# ----------------------------------------------------------------
# KEEPING
# ----------------------------------------------------------------


def test_a_step_is_kept_and_read_back():
    probe = Probe()
    step = probe.say("port", "refused", host="a\u202eb", port=25, said="")
    assert step.values["host"] == "a\\x202eb"
    assert Step.from_json(step.to_json()) == step


def test_a_step_of_another_version_is_still_readable():
    unknown = Step("port", "no_such_code", State.FAILED, 0.1)
    changed = Step("port", "refused", State.FAILED, 0.1)
    assert "test again" in explain(unknown)[0]
    assert "test again" in explain(changed)[0]


def test_every_outcome_says_what_to_do_unless_it_is_fine():
    for code, outcome in OUTCOMES.items():
        if outcome.state is State.FAILED:
            assert outcome.hint, code
    assert set(KINDS) == {"name", "port", "other_ports", "tls", "certificate"}
