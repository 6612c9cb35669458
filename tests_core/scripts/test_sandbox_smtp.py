"""The sandbox's SMTP server, spoken to by smtplib over real sockets."""

import email
import smtplib
import ssl
import time

import pytest

from scripts.sandbox import SmtpPeer
from scripts.sandbox.certificate import obtain_certificate

MESSAGE = b"From: a@acme.test\r\nTo: b@acme.test\r\nSubject: hello\r\n\r\n.dots\r\nand \xc3\xa9\r\n"
USERS = {"a@acme.test": "secret"}


@pytest.fixture
def peer():
    with SmtpPeer() as peer:
        yield peer


def connect(peer, **options):
    return smtplib.SMTP(peer.host, peer.port, timeout=5, **options)


def send(client, *recipients):
    return client.sendmail("a@acme.test", recipients or ["b@acme.test"], MESSAGE)


def trusting(peer):
    context = ssl.create_default_context(cafile=peer.ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def test_a_message_is_recorded_as_it_travelled(peer):
    with connect(peer, local_hostname="odoo.acme.test") as client:
        send(client, "b@acme.test", "c@elsewhere.test")
    [received] = peer.received
    assert received.mail_from == "a@acme.test"
    assert received.rcpt_tos == ("b@acme.test", "c@elsewhere.test")
    assert received.data == MESSAGE
    assert received.helo == "odoo.acme.test"
    assert (received.tls, received.user) == (False, None)


def test_the_null_sender(peer):
    with connect(peer) as client:
        client.sendmail("", ["b@acme.test"], MESSAGE)
    assert peer.received[0].mail_from == ""


def test_starttls_with_a_certificate_that_can_be_verified(peer):
    with connect(peer) as client:
        client.starttls(context=trusting(peer))
        send(client)
    assert peer.received[0].tls


def test_the_certificate_is_refused_by_who_does_not_trust_it(peer):
    with connect(peer) as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())


def test_the_certificate_is_made_once_and_again_when_it_was_damaged(tmp_path):
    first = obtain_certificate(tmp_path)
    text = first.cert_file.read_text()
    assert obtain_certificate(tmp_path).cert_file.read_text() == text
    first.cert_file.write_text("damaged")
    with SmtpPeer(certificate=obtain_certificate(tmp_path)) as peer, connect(peer) as client:
        client.starttls(context=trusting(peer))
        send(client)
    assert peer.received[0].tls


def test_nobody_else_may_read_the_key(tmp_path):
    assert obtain_certificate(tmp_path).key_file.stat().st_mode & 0o077 == 0


def test_implicit_tls():
    with SmtpPeer(tls=True) as peer:
        context = trusting(peer)
        with smtplib.SMTP_SSL(peer.host, peer.port, timeout=5, context=context) as client:
            client.ehlo()
            assert not client.has_extn("starttls")
            send(client)
    assert peer.received[0].tls


def test_without_starttls_and_auth_neither_is_offered():
    with SmtpPeer(starttls=False) as peer, connect(peer) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.has_extn("size")


@pytest.mark.parametrize("encrypted", [True, False])
def test_login(encrypted, caplog):
    with SmtpPeer(auth=USERS) as peer, connect(peer) as client:
        if encrypted:
            client.starttls()
        client.login("a@acme.test", "secret")
        send(client)
    assert peer.received[0].user == "a@acme.test"
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


@pytest.mark.parametrize("login", [("a@acme.test", "wrong"), ("nobody@acme.test", "secret")])
def test_wrong_login(login):
    with SmtpPeer(auth=USERS) as peer, connect(peer) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            client.login(*login)
        assert caught.value.smtp_code == 535


def test_login_required_or_not():
    with SmtpPeer(auth=USERS) as peer, connect(peer) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            send(client)
        assert caught.value.smtp_code == 530
    with SmtpPeer(auth=USERS, auth_required=False) as peer, connect(peer) as client:
        send(client)
        assert len(peer.received) == 1


def test_delivery_to_own_domains_only_with_trace_headers():
    delivered = []
    domains = ["acme.test"]
    with (
        SmtpPeer(domains, lambda *args: delivered.append(args)) as peer,
        connect(peer, local_hostname="client.test") as client,
    ):
        send(client, "b@ACME.test", "c@elsewhere.test", "d@acme.test")
    assert [recipient for recipient, _raw in delivered] == ["b@ACME.test", "d@acme.test"]
    message = email.message_from_bytes(delivered[0][1])
    assert message["Return-Path"] == "<a@acme.test>"
    assert message["Delivered-To"] == "b@ACME.test"
    assert "from client.test by" in message["Received"]
    assert delivered[0][1].endswith(MESSAGE)


def test_a_delivery_that_fails_is_a_temporary_error(caplog):
    def deliver(recipient, raw):
        raise KeyError(recipient)

    with SmtpPeer(["acme.test"], deliver) as peer, connect(peer) as client:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            send(client)
        assert caught.value.smtp_code == 451
        assert peer.received == []
    assert "b@acme.test" in caplog.text


# ---- programmed answers --------------------------------------------------------------------


def test_a_recipient_is_refused_by_match(peer):
    peer.answer("RCPT", "450 4.2.1 Mailbox busy", match="C@acme.test")
    with connect(peer) as client:
        refused = send(client, "b@acme.test", "c@acme.test")
    assert refused == {"c@acme.test": (450, b"4.2.1 Mailbox busy")}
    assert peer.received[0].rcpt_tos == ("b@acme.test",)


def test_answers_are_used_in_order_and_as_often_as_allowed(peer):
    peer.answer("MAIL", "451 4.7.1 Greylisted", times=1)
    peer.answer("MAIL", "550 5.7.60 Not your address", times=1)
    with connect(peer) as client:
        client.ehlo()
        codes = [client.mail("a@acme.test")[0] for _attempt in range(3)]
    assert codes == [451, 550, 250]


@pytest.mark.parametrize("command", ["DATA", "."])
def test_a_message_is_refused_by_its_recipient(peer, command):
    peer.answer(command, "554 5.7.1 Spam", match="c@acme.test")
    with connect(peer) as client:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            send(client, "b@acme.test", "c@acme.test")
        assert caught.value.smtp_code == 554
        client.rset()
        send(client, "b@acme.test")
    assert [received.rcpt_tos for received in peer.received] == [("b@acme.test",)]


def test_a_message_is_refused_by_its_text(peer):
    peer.answer(".", "552 5.3.4 Too large", match="Subject: hello")
    with connect(peer) as client, pytest.raises(smtplib.SMTPDataError):
        send(client)
    assert peer.received == []


def test_the_text_of_success_after_a_message(peer):
    peer.answer(".", "250 2.0.0 Ok: queued as 4F2A")
    with connect(peer) as client:
        client.ehlo()
        client.mail("a@acme.test")
        client.rcpt("b@acme.test")
        assert client.data(MESSAGE) == (250, b"2.0.0 Ok: queued as 4F2A")
    assert len(peer.received) == 1


def test_a_refused_greeting(peer):
    peer.answer("CONNECT", "421 4.3.2 Too many connections", times=1)
    with pytest.raises(smtplib.SMTPConnectError) as caught:
        connect(peer)
    assert caught.value.smtp_code == 421
    with connect(peer) as client:
        send(client)


def test_421_closes_the_connection(peer):
    peer.answer("MAIL", "421 4.4.2 Closing", times=1)
    with connect(peer) as client:
        client.ehlo()
        assert client.mail("a@acme.test")[0] == 421
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("encrypted", [True, False])
def test_the_connection_is_lost(command, encrypted):
    with SmtpPeer(auth=USERS) as peer:
        peer.drop(command, times=2 if command == "EHLO" else 1)

        def story():
            with connect(peer) as client:
                if encrypted:
                    client.starttls()
                client.login("a@acme.test", "secret")
                send(client)

        with pytest.raises(smtplib.SMTPServerDisconnected):
            story()
        assert peer.received == []
        peer.reset()
        story()
        assert len(peer.received) == 1


def test_the_connection_is_lost_after_the_message_was_taken(peer):
    peer.drop(".", accepted=True)
    with connect(peer) as client, pytest.raises(smtplib.SMTPServerDisconnected):
        send(client)
    assert len(peer.received) == 1


def test_a_slow_answer(peer):
    peer.wait("RCPT", 0.2, times=1)
    with connect(peer) as client:
        started = time.monotonic()
        send(client)
        assert time.monotonic() - started >= 0.2
    assert len(peer.received) == 1


def test_a_server_slower_than_the_client_is_patient(peer):
    peer.wait("MAIL", 30)
    with (
        smtplib.SMTP(peer.host, peer.port, timeout=0.2) as client,
        pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"),
    ):
        send(client)


def test_commands_are_recorded_by_connection(peer):
    for _number in range(2):
        with connect(peer) as client:
            send(client)
    assert {command.connection for command in peer.commands} == {1, 2}
    first = [command.name for command in peer.commands if command.connection == 1]
    assert first == ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"]


def test_pipelined_commands_are_answered_in_order(peer):
    peer.answer("RCPT", "450 4.2.1 Mailbox busy", match="c@acme.test")
    with connect(peer) as client:
        client.ehlo()
        assert client.has_extn("pipelining")
        client.send(
            "MAIL FROM:<a@acme.test>\r\nRCPT TO:<b@acme.test>\r\nRCPT TO:<c@acme.test>\r\nDATA\r\n"
        )
        assert [client.getreply()[0] for _reply in range(4)] == [250, 250, 450, 354]
        client.send(MESSAGE.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert client.getreply()[0] == 250
    assert peer.received[0].data == MESSAGE


@pytest.mark.parametrize(
    ("command", "reply", "sentence"),
    [
        ("RCPT", "nonsense", "is no SMTP reply such as"),
        ("SEND", "450 4.2.1 Mailbox busy", "is no SMTP command to answer"),
        ("RCPT", "250 Fine", "for the end of data only"),
    ],
)
def test_nonsense_is_refused(command, reply, sentence):
    with pytest.raises(ValueError, match=sentence):
        SmtpPeer().answer(command, reply)


def test_stop_leaves_no_listener():
    with SmtpPeer() as peer:
        pass
    with pytest.raises(ConnectionRefusedError):
        connect(peer)


def test_a_message_that_is_accepted_may_bounce_later():
    delivered = []
    with SmtpPeer({"acme.test"}, lambda to, raw: delivered.append((to, raw))) as peer:
        peer.report("gone@elsewhere.test", "550 5.1.1 User unknown")
        peer.report("slow@elsewhere.test", "450 4.2.2 Full", action="delayed")
        with connect(peer) as client:
            send(client, "Gone@elsewhere.test", "slow@elsewhere.test", "fine@elsewhere.test")
            client.sendmail("", ["gone@elsewhere.test"], MESSAGE)
            client.sendmail("x@elsewhere.test", ["gone@elsewhere.test"], MESSAGE)
    assert [to for to, _raw in delivered] == ["a@acme.test", "a@acme.test"]
    failed, delayed = (email.message_from_bytes(raw) for _to, raw in delivered)
    assert failed["Return-Path"] == "<>"
    assert failed.get_content_type() == "multipart/report"
    text, status, header = failed.get_payload()
    assert "gone@elsewhere.test" in text.get_payload()
    assert status.get_payload()[1]["Action"] == "failed"
    assert status.get_payload()[1]["Status"] == "5.1.1"
    assert "Subject: hello" in header.get_payload()
    assert delayed.get_payload()[1].get_payload()[1]["Action"] == "delayed"
