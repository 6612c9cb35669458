import imaplib
import poplib
import socket
import ssl

import pytest

from core.incoming.mailbox_error import classify, reply_text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (imaplib.IMAP4.error(b"[AUTHENTICATIONFAILED] Authentication failed."), "login_refused"),
        (imaplib.IMAP4.error(b"LOGIN failed."), "login_refused"),
        (poplib.error_proto(b"-ERR [AUTH] Authentication failed."), "login_refused"),
        (imaplib.IMAP4.abort("socket error: EOF"), "other"),
        (poplib.error_proto(b"-ERR [IN-USE] Mailbox is locked"), "other"),
        (socket.gaierror(-2, "Name or service not known"), "name_unknown"),
        (TimeoutError("timed out"), "timeout"),
        (ConnectionRefusedError(111, "Connection refused"), "connection_refused"),
        (ssl.SSLCertVerificationError("self-signed certificate"), "tls"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "tls"),
        (ValueError(), "other"),
    ],
)
def test_what_went_wrong(error, code):
    assert classify(error) == code


def test_the_reply_is_text():
    assert reply_text(imaplib.IMAP4.error(b"LOGIN failed \xff")) == "LOGIN failed \ufffd"
    assert reply_text(ValueError()) == ""


def test_nothing_that_a_server_says_turns_the_sentence_around():
    said = reply_text(imaplib.IMAP4.error("LOGIN failed \u202eneddih".encode()))
    assert said == "LOGIN failed \\x202eneddih"


def test_secrets_are_not_shown_and_nothing_is_endless():
    said = reply_text(OSError("url: /token?refresh_token=SECRET&db_uuid=1 (Caused by …)"))
    assert "SECRET" not in said
    assert "db_uuid=1" in said
    assert len(reply_text(imaplib.IMAP4.error(b"no " * 40_000))) < 600


def test_who_has_no_password_gave_a_consent():
    error = imaplib.IMAP4.error("[AUTHENTICATIONFAILED] Invalid credentials (Failure)")
    assert classify(error) == "login_refused"
    assert classify(error, has_password=False) == "consent"
