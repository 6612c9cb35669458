"""The test of an outgoing server, against SMTP servers on real sockets."""

import base64
import socket
import ssl
import threading
import time

import pytest
from tls_peer import TlsPeer, unchecked

from core.outgoing import probe as smtp_probe
from core.outgoing.probe import Offer, Target, test_server
from core.outgoing.probe_words import OUTCOMES, explain
from core.probe import Probe, State
from scripts.sandbox import SmtpPeer

LOOPBACK = "127.0.0.1"
ME, YOU = "me@acme.test", "noreply@odoo.test"


def trusting(authority_file):
    def context(validates):
        return ssl.create_default_context(cafile=authority_file) if validates else unchecked()

    return context


def check(peer, encryption="none", log_in=None, probe=None, **values):
    target = {
        "host": LOOPBACK,
        "port": peer.port,
        "encryption": encryption,
        "context": trusting(getattr(peer, "ca_file", None)),
        **values,
    }
    return test_server(Target(**target), ME, YOU, log_in, probe)


def codes(report):
    return [step.code for step in report.steps]


def said(report):
    return "\n".join(" ".join(explain(step)) for step in report.steps)


def seen(peer):
    return [command.name for command in peer.commands]


@pytest.fixture
def peer():
    with SmtpPeer(auth={"me": "hush-hush"}, auth_required=False) as peer:
        yield peer


class Scripted:
    """A server that says to each line what `answers` has for its first word."""

    def __init__(self, answers, greeting=b"220 scripted\r\n"):
        self.answers, self.greeting, self.lines = answers, greeting, []

    def __enter__(self):
        self.listening = socket.create_server((LOOPBACK, 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.listening.close()

    def serve(self):
        while True:
            try:
                sock = self.listening.accept()[0]
            except OSError:
                return
            with sock, sock.makefile("rb") as lines:
                try:
                    self.talk(sock, lines)
                except OSError:
                    continue

    def talk(self, sock, lines):
        sock.sendall(self.greeting)
        for line in lines:
            self.lines.append(line.decode().rstrip("\r\n"))
            word = self.lines[-1].split(" ")[0].upper()
            answer = self.answers.get(word, self.answers.get("*", b"250 fine\r\n"))
            if callable(answer):
                answer = answer(self.lines[-1])
            sock.sendall(answer)


# ----------------------------------------------------------------
# A SERVER THAT IS WELL
# ----------------------------------------------------------------


def test_everything_but_the_message(peer):
    report = check(
        peer, "starttls", lambda smtp: smtp.login("me", "hush-hush"), validates=True, user="me"
    )
    assert report.works
    assert codes(report) == [
        "resolved",
        "connected",
        "banner",
        "ehlo",
        "encrypted",
        "certificate_ok",
        "ehlo",
        "size",
        "logged_in",
        "sender_accepted",
        "recipient_accepted",
        "data_accepted",
    ]
    assert report.size_limit == 25 * 2**20
    assert "up to 25 MB" in said(report)
    assert "PIPELINING" in said(report)
    assert "accepted (PLAIN): 235 2.7.0 Authentication successful" in said(report)
    assert "TLSv1.3" in said(report)
    assert all(step.seconds >= 0 for step in report.steps)


def test_nothing_is_delivered(peer):
    check(peer)
    time.sleep(0.1)
    assert seen(peer) == ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"]
    assert not peer.received


def test_a_server_in_the_open_is_told(peer):
    report = check(peer, log_in=lambda smtp: smtp.login("me", "hush-hush"))
    assert report.works
    assert {"unencrypted", "logged_in_open"} <= set(codes(report))
    assert report.offers == [Offer(peer.port, "starttls")]


def test_tls_from_the_first_octet():
    with SmtpPeer(tls=True) as peer:
        report = check(peer, "ssl", validates=True)
    assert report.works
    assert codes(report)[:4] == ["resolved", "connected", "encrypted", "certificate_ok"]


# ----------------------------------------------------------------
# PORTS
# ----------------------------------------------------------------


def with_ports(open_ports, error=TimeoutError):
    """A probe of a world in which only these ports answer."""

    def connect(address, port, seconds):
        if port not in open_ports:
            raise error
        return socket.socket()

    return Probe(outcomes=OUTCOMES, connect=connect, resolve=lambda host: ["192.0.2.1"])


@pytest.mark.parametrize("error", [TimeoutError, ConnectionRefusedError])
def test_port_25_is_blocked(error):
    target = Target("smtp.example.com", 25)
    report = test_server(target, ME, YOU, probe=with_ports([587, 2525], error))
    assert codes(report)[-1] == "port_25_blocked"
    assert report.offers == [Offer(587, "starttls"), Offer(2525, "starttls")]
    assert "Port 25 is blocked on the way" in said(report)
    assert "587, 465 and 2525" in said(report)


def test_port_25_is_blocked_and_nothing_else_answers():
    report = test_server(Target("smtp.example.com", 25), ME, YOU, probe=with_ports([]))
    assert codes(report)[-1] == "port_25_silent"
    assert not report.offers
    assert "587, 465" in said(report)


def test_another_port_answers():
    report = test_server(Target("smtp.example.com", 587), ME, YOU, probe=with_ports([465]))
    assert codes(report)[-1] == "other_ports_open"
    assert report.offers == [Offer(465, "ssl")]


def test_ports_are_not_tried_at_a_name_that_nobody_knows():
    probe = Probe(outcomes=OUTCOMES, resolve=lambda host: [])
    report = test_server(Target("https://smtp.example.com", 25), ME, YOU, probe=probe)
    assert codes(report) == ["host_not_clean"]
    assert not report.works


# ----------------------------------------------------------------
# ENCRYPTION
# ----------------------------------------------------------------


def test_tls_where_the_server_greets_first(peer):
    report = check(peer, "ssl")
    assert codes(report)[-2:] == ["not_tls", "plain_first"]
    assert report.offers == [Offer(peer.port, "starttls")]


def test_no_tls_where_the_server_wants_it_first():
    with TlsPeer() as peer:
        report = check(peer, probe=Probe(step_seconds=0.3, outcomes=OUTCOMES))
    assert codes(report)[-2:] == ["no_answer", "encrypted_first"]
    assert report.offers == [Offer(peer.port, "ssl")]
    assert "waits for an encrypted connection" in said(report)


def test_starttls_is_not_offered():
    with SmtpPeer(starttls=False) as peer:
        report = check(peer, "starttls")
    assert codes(report)[-1] == "starttls_missing"
    assert not report.works


def test_a_certificate_that_is_not_accepted_is_shown(peer):
    report = check(
        peer,
        "starttls",
        validates=True,
        context=lambda validates: ssl.create_default_context() if validates else unchecked(),
    )
    assert codes(report)[-2:] == ["untrusted", "certificate_ok"]
    assert not report.works
    assert "mail.acme.test" in said(report)


# ----------------------------------------------------------------
# LOGIN
# ----------------------------------------------------------------


def xoauth2(token):
    """What Odoo's apps of Google and Microsoft do: the answer is ignored."""

    def log_in(smtp):
        text = f"user=me@acme.test\1auth=Bearer {token}\1\1"
        smtp.ehlo()
        smtp.docmd("AUTH", "XOAUTH2 " + base64.b64encode(text.encode()).decode())

    return log_in


GOOGLE = b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'


def test_the_error_of_an_oauth_login_is_read():
    answers = {
        "EHLO": b"250-scripted\r\n250 AUTH XOAUTH2\r\n",
        "AUTH": b"334 " + base64.b64encode(GOOGLE) + b"\r\n",
        "": b"535 5.7.8 Username and Password not accepted. t0ken-of-me is bad\r\n",
    }
    with Scripted(answers) as peer:
        report = check(peer, log_in=xoauth2("t0ken-of-me"), user="me@acme.test")
    assert codes(report)[-1] == "oauth_refused"
    assert not report.works
    assert "status 400, schemes Bearer, scope https://mail.google.com/" in said(report)
    assert "Username and Password not accepted" in said(report)
    assert "t0ken" not in said(report)


def test_an_oauth_login_that_is_refused_at_once():
    with Scripted({"EHLO": b"250 scripted\r\n", "AUTH": b"535 5.7.139 SmtpClientAuth\r\n"}) as peer:
        report = check(peer, log_in=xoauth2("t0ken-of-me"))
    assert codes(report)[-1] == "refusal"
    assert report.steps[-1].kind == "login"


def test_an_oauth_login_that_succeeds():
    with Scripted({"AUTH": b"235 2.7.0 fine\r\n", "DATA": b"354 go on\r\n"}) as peer:
        report = check(peer, log_in=xoauth2("t0ken-of-me"))
    assert report.works
    assert "(XOAUTH2)" in said(report)
    assert peer.lines[-1] == "DATA"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_no_secret_is_shown_whatever_the_server_repeats(mechanism):
    def repeat(line):
        decoded = base64.b64decode(line.split(" ")[-1] + "==", validate=False)
        shown = decoded.decode(errors="replace").replace("\0", " ")
        return f"535 5.7.8 no: {line} {shown} hush-hush\r\n".encode(errors="replace")

    answers = {
        "EHLO": f"250-scripted\r\n250 AUTH {mechanism}\r\n".encode(),
        "MAIL": b"250 fine\r\n",
        "AUTH": repeat if mechanism == "PLAIN" else b"334 VXNlcm5hbWU6\r\n",
        "*": repeat,
    }
    with Scripted(answers) as peer:
        report = check(peer, log_in=lambda smtp: smtp.login("me@acme.test", "hush-hush"))
    assert codes(report)[-1] in ("refusal", "no_answer")
    kept = repr([step.to_json() for step in report.steps])
    if mechanism == "CRAM-MD5":
        kept = kept.replace(
            "hush-hush", "", 1
        )  # it never travels, so the peer cannot have known it
    assert "hush" not in kept
    assert base64.b64encode(b"hush-hush").decode() not in kept
    assert base64.b64encode(b"\0me@acme.test\0hush-hush").decode() not in kept


def test_a_refused_password(peer):
    report = check(peer, "starttls", lambda smtp: smtp.login("me", "wrong"))
    assert codes(report)[-1] == "refusal"
    assert "535" in said(report)
    assert "wrong" not in said(report)


def test_a_login_of_another_app_that_raises():
    def log_in(smtp):
        raise RuntimeError("The token cannot be had.")

    with Scripted({}) as peer:
        report = check(peer, log_in=log_in)
    assert codes(report)[-1] == "no_credentials"
    assert "The token cannot be had." in said(report)


# ----------------------------------------------------------------
# SENDER, RECIPIENT, MESSAGE
# ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "kind"), [("MAIL", "sender"), ("RCPT", "recipient"), ("DATA", "data")]
)
def test_a_refusal_is_told_with_its_step(peer, command, kind):
    peer.answer(command, "550 5.7.1 Not \u202ehere")
    report = check(peer)
    assert (report.steps[-1].kind, report.steps[-1].code) == (kind, "refusal")
    assert "550 5.7.1" in said(report)
    assert "\u202e" not in said(report)
    assert not report.works
    assert not peer.received


def test_a_line_that_breaks(peer):
    peer.drop("RCPT")
    report = check(peer)
    assert (report.steps[-1].kind, report.steps[-1].code) == ("recipient", "no_answer")


# ----------------------------------------------------------------
# SERVERS THAT MISBEHAVE
# ----------------------------------------------------------------


def test_a_banner_of_10_kilobytes():
    with Scripted({"DATA": b"354 go\r\n"}, b"220 " + b"x" * 10_000 + b"\r\n") as peer:
        report = check(peer)
    assert report.works
    assert len(report.steps[2].values["said"]) <= smtp_probe.BANNER_MAX + 1


def test_a_banner_without_end():
    with Scripted({}, b"220 " + b"x" * 10_000) as peer:
        started = time.monotonic()
        report = check(peer, probe=Probe(seconds=1, outcomes=OUTCOMES))
    assert time.monotonic() - started < 5
    assert not report.works


def test_what_is_not_a_mail_server():
    with Scripted({}, b"HTTP/1.1 400 Bad Request\r\n") as peer:
        report = check(peer)
    assert codes(report)[-1] == "not_smtp"
    assert "HTTP/1.1 400 Bad Request" in said(report)


def test_a_server_that_is_silent_keeps_nobody():
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        started = time.monotonic()
        report = test_server(
            Target(LOOPBACK, port), ME, YOU, probe=Probe(seconds=1, outcomes=OUTCOMES)
        )
    assert time.monotonic() - started < 5
    assert (report.steps[-1].kind, report.steps[-1].code) == ("banner", "no_answer")


@pytest.mark.parametrize(
    "size", [b"SIZE", b"SIZE 0", b"SIZE abc", b"SIZE -5", b"SIZE " + b"9" * 40]
)
def test_a_size_that_is_none(size):
    with Scripted(
        {"EHLO": b"250-scripted\r\n250 " + size + b"\r\n", "DATA": b"354 go\r\n"}
    ) as peer:
        report = check(peer)
    assert report.size_limit is None
    assert "size" not in codes(report)


def test_a_server_that_knows_no_extensions():
    answers = {"EHLO": b"502 what?\r\n", "DATA": b"354 go\r\n"}
    with Scripted(answers) as peer:
        report = check(peer)
    assert report.works
    assert "ehlo_bare" in codes(report)


def test_every_failure_says_what_to_do():
    for code, outcome in OUTCOMES.items():
        if outcome.state is not State.FAILED or code in ("refusal", "no_answer"):
            continue
        assert outcome.hint, code
