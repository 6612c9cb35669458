import base64
import contextlib
import json
import ssl

import pytest
import trustme

from core.incoming import probe_words
from core.incoming.probe import check_mailbox
from core.incoming.probe_report import PORTS, Offer, Target
from core.probe import Probe, State
from scripts.sandbox import ImapPeer
from scripts.sandbox.scripted_peer import ScriptedPeer

USER, PASSWORD = "odoo@acme.test", "sand;box"


@pytest.fixture(scope="module")
def dovecot():
    with ImapPeer({USER: PASSWORD}) as peer:
        peer.deliver(USER, b"Subject: Hello\r\n\r\nHello\r\n")
        with peer._client(USER) as client:
            client.create('"Gr&APwA3w-e"')
        yield peer


def context_of(ca_file=None):
    def context(validates):
        made = ssl.create_default_context()
        if ca_file:
            made.load_verify_locations(ca_file)
        if not validates:
            made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        return made

    return context


def log_in(connection):
    if hasattr(connection, "login"):
        connection.login(USER, PASSWORD)
    else:
        connection.user(USER)
        connection.pass_(PASSWORD)


def check(port, protocol="imap", log_in=log_in, seconds=10, step_seconds=3, ca_file=None, **values):
    values = {"user": USER, "secrets": (PASSWORD,), "context": context_of(ca_file), **values}
    target = Target(protocol, values.pop("host", "127.0.0.1"), port, **values)
    probe = Probe(seconds, probe_words.OUTCOMES, step_seconds=step_seconds)
    return check_mailbox(target, log_in, probe)


def codes(report):
    return {step.kind: step.code for step in report.steps}


def words(report, kind):
    step = [item for item in report.steps if item.kind == kind][-1]
    return " ".join(probe_words.explain(step))


# ------------------------------------------------------------
# A REAL SERVER
# ------------------------------------------------------------


@pytest.mark.parametrize("encryption", ["none", "starttls", "ssl"])
@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_a_mailbox_that_is_well(dovecot, protocol, encryption):
    ports = {
        ("imap", False): dovecot.port,
        ("imap", True): dovecot.ssl_port,
        ("pop", False): dovecot.pop3_port,
        ("pop", True): dovecot.pop3s_port,
    }
    port = ports[protocol, encryption == "ssl"]
    report = check(
        port,
        protocol,
        encryption=encryption,
        validates=True,
        ca_file=dovecot.ca_file,
        host="localhost",
    )
    assert report.works, report.steps
    assert sum(step.seconds for step in report.steps) < 1
    assert codes(report)["login"] == ("logged_in" if encryption != "none" else "logged_in_open")
    if encryption != "none":
        assert "localhost" in words(report, "certificate")
    if protocol == "imap":
        assert set(report.folders) == {"INBOX", "Grüße"}
        assert "1 messages, 1 of them unread" in words(report, "folder")
    else:
        assert "1 messages" in words(report, "messages")
    assert not any("\\Seen" in message.flags for message in dovecot.messages(USER))


def test_better_choices_are_offered(dovecot):
    plain = check(dovecot.port)
    assert plain.offers == [Offer(dovecot.port, "starttls")]
    wrong = check(dovecot.port, encryption="ssl")
    assert not wrong.works
    assert wrong.offers == [Offer(dovecot.port, "starttls")]
    assert "Choose another encryption" in words(wrong, "tls")


def test_other_ports_are_tried(dovecot, monkeypatch):
    usual = {dovecot.ssl_port: "ssl", dovecot.port: "starttls"}
    monkeypatch.setitem(PORTS, "imap", usual)
    report = check(1)
    assert codes(report)["port"] == "refused"
    assert report.offers == [Offer(*item) for item in usual.items()]


def test_a_certificate_that_nobody_trusts(dovecot):
    report = check(dovecot.ssl_port, encryption="ssl", validates=True, host="localhost")
    assert codes(report)["tls"] == "untrusted"
    assert "days" in words(report, "certificate")
    assert check(dovecot.ssl_port, encryption="ssl", host="localhost").works


def test_a_wrong_password(dovecot):
    def wrong(connection):
        connection.login(USER, "secret-7")

    report = check(dovecot.port, log_in=wrong, secrets=("secret-7",))
    assert codes(report)["login"] == "login_refused"
    assert "AUTHENTICATIONFAILED" in words(report, "login")
    assert "folders" not in codes(report)


def test_a_folder_that_is_not_there(dovecot):
    report = check(dovecot.port, folders=("INBOX", 'No*" such\\ %', "Grüße"))
    assert not report.works
    assert [step.code for step in report.steps if step.kind == "folder"] == [
        "folder",
        "folder_missing",
        "folder",
    ]


# ------------------------------------------------------------
# SERVERS THAT NOBODY RUNS
# ------------------------------------------------------------


def imap(answers=None, greeting=b"* OK ready\r\n", capability="IMAP4REV1", **options):
    """A peer that lets everybody in; `answers` maps the beginning of a command to what it says."""

    def answer(line):
        tag, _, command = line.partition(" ")
        for start, said in (answers or {}).items():
            if command.upper().startswith(start):
                return said and said.replace(b"TAG", tag.encode())
        done = f"{tag} OK done\r\n".encode()
        if command == "CAPABILITY":
            return f"* CAPABILITY {capability}\r\n".encode() + done
        return done

    return ScriptedPeer(greeting, answer, **options)


def test_a_long_greeting_and_a_long_refusal():
    refusal = {"LOGIN": b"TAG NO " + b"no " * 33_000 + PASSWORD.encode() + b"\r\n"}
    with imap(refusal, greeting=b"* OK " + b"hello " * 1_700 + b"\r\n") as peer:
        report = check(peer.port)
    assert codes(report)["greeting"] == "greeting"
    assert codes(report)["login"] == "login_failed"
    assert len(words(report, "login")) < 1_000


def test_a_secret_is_never_repeated():
    with imap({"LOGIN": f"TAG NO wrong: {PASSWORD}\r\n".encode()}) as peer:
        report = check(peer.port)
    assert PASSWORD not in json.dumps([step.to_json() for step in report.steps])


def test_a_server_that_lies_about_its_capabilities():
    with imap({"STARTTLS": b"TAG BAD what\r\n"}, capability="IMAP4REV1 STARTTLS") as peer:
        report = check(peer.port, encryption="starttls")
        assert codes(report)["tls"] == "starttls_refused"
    with imap() as peer:
        report = check(peer.port, encryption="starttls")
        assert codes(report)["tls"] == "starttls_missing"


def test_a_server_that_takes_no_password_in_the_open():
    with imap(capability="IMAP4REV1 STARTTLS LOGINDISABLED") as peer:
        report = check(peer.port)
    assert codes(report)["login"] == "login_disabled"
    assert report.offers == [Offer(peer.port, "starttls")]
    assert not any("LOGIN" in line for line in peer.lines)


@pytest.mark.parametrize("greeting", [b"", b"* OK", b"220 mail ready\r\n", b"SSH-2.0-x\r\n"])
def test_what_is_no_mailbox(greeting):
    with ScriptedPeer(greeting, lambda _line: None) as peer:
        report = check(peer.port, step_seconds=0.5)
    assert not report.works
    assert report.steps[-1].kind == "greeting"


def test_nobody_is_kept_longer_than_the_test_takes():
    with ScriptedPeer(b"* OK ready\r\n", lambda _line: b"* still thinking\r\n") as peer:
        report = check(peer.port, seconds=1.5, step_seconds=0.7)
    assert not report.works
    assert sum(step.seconds for step in report.steps) < 3


def test_many_folders_with_any_name():
    lines = b"".join(b'* LIST (\\HasNoChildren) "/" "box %d"\r\n' % n for n in range(10_050))
    odd = (
        b'* LIST () "/" "a \\"b\\" \\\\ *%"\r\n* LIST () NIL {6}\r\nline\r\n\r\n'
        b'* LIST (\\Noselect) "/" "parent"\r\n* LIST () "/" &Jjo-!\r\n* LIST () "/" &broken\r\n'
    )
    with imap({"LIST": odd + lines + b"TAG OK done\r\n"}) as peer:
        report = check(peer.port)
    assert report.works
    assert len(report.folders) <= 10_000
    assert report.folders[:2] == ['a "b" \\ *%', "line\r\n"]
    assert "☺!" in report.folders
    assert "parent" not in report.folders


def test_a_token_that_the_provider_refuses_is_told_in_its_words():
    said = base64.b64encode(json.dumps({"status": "400", "scope": "https://mail.test/"}).encode())

    def answer(line):
        tag, _, command = line.partition(" ")
        if command.startswith("AUTHENTICATE"):
            answer.tag, answer.asked = tag, 0
            return b"+ \r\n"
        if not command:
            answer.asked += 1
            if answer.asked == 1:
                return b"+ " + said + b"\r\n"
            assert line == ""
            return f"{answer.tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n".encode()
        done = f"{tag} OK done\r\n".encode()
        return b"* CAPABILITY IMAP4REV1\r\n" + done if command == "CAPABILITY" else done

    def with_token(connection):
        token = f"user={USER}\1auth=Bearer TOKEN-7\1\1"
        connection.authenticate("XOAUTH2", lambda _question: token)
        connection.select("INBOX")

    with ScriptedPeer(b"* OK ready\r\n", answer) as peer:
        report = check(peer.port, log_in=with_token, has_password=False)
    assert codes(report)["login"] == "consent"
    assert "status 400" in words(report, "login")
    assert "Connect the account again" in words(report, "login")
    assert "TOKEN-7" not in words(report, "login")


def test_certificates_that_are_wrong():
    authority = trustme.CA()
    issued = authority.issue_cert("other.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)

    def trusting(validates):
        made = context_of()(validates)
        authority.configure_trust(made)
        return made

    with imap(tls=context) as peer:
        report = check(
            peer.port, encryption="ssl", validates=True, host="localhost", context=trusting
        )
    assert codes(report)["tls"] == "other_name"
    assert "other.test" in words(report, "certificate")


def test_every_step_has_words():
    for code, outcome in probe_words.OUTCOMES.items():
        assert isinstance(outcome.state, State), code
    with contextlib.ExitStack() as stack:
        report = check(stack.enter_context(imap()).port)
    for step in report.steps:
        assert probe_words.explain(step)[0]
        assert step.kind in probe_words.KINDS
