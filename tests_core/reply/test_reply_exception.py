"""What smtplib, ssl and the network raise is a reply as well."""

import json
import smtplib
import socket
import ssl

import pytest

from core.reply import (
    Command,
    Reply,
    ReplyClass,
    explain,
    from_exception,
    is_transient,
)

RAISED = [
    (ConnectionRefusedError(111, "Connection refused"), "server_unreachable", "connection_refused"),
    (ConnectionResetError(104, "Connection reset"), "server_unreachable", "line_dropped"),
    (BrokenPipeError(32, "Broken pipe"), "server_unreachable", "line_dropped"),
    (TimeoutError("timed out"), "server_unreachable", "timed_out"),
    (OSError(113, "No route to host"), "server_unreachable", "network"),
    (socket.gaierror(-2, "Name or service not known"), "server_unreachable", "name_not_found"),
    (ssl.SSLEOFError(8, "EOF occurred"), "server_unreachable", "line_dropped"),
    (ssl.SSLCertVerificationError(1, "verify failed"), "configuration", "certificate"),
    (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "configuration", "encryption"),
    (smtplib.SMTPServerDisconnected("closed"), "server_unreachable", "line_dropped"),
    (
        smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
        "configuration",
        "not_supported",
    ),
    (
        smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server."),
        "authentication_refused",
        "no_login_offered",
    ),
    (
        smtplib.SMTPException("No suitable authentication method found."),
        "authentication_refused",
        "no_login_offered",
    ),
    (smtplib.SMTPResponseException(500, "Line too long."), "unclear", "answer_too_long"),
    (KeyError("x"), "unclear", ""),
]


@pytest.mark.parametrize(("error", "found", "rule"), RAISED, ids=[repr(row[0]) for row in RAISED])
def test_what_came_instead_of_an_answer_is_a_fault_of_the_server_and_passes(error, found, rule):
    reply = from_exception(Command.CONNECT, error)
    assert (reply.reply_class.value, reply.by_rule, reply.code) == (found, rule, 0)
    assert is_transient(reply) and reply.server_fault
    assert Reply.from_json(reply.to_json()) == reply


@pytest.mark.parametrize(
    ("error", "command", "found"),
    [
        (smtplib.SMTPConnectError(421, b"busy"), Command.CONNECT, "server_busy"),
        (smtplib.SMTPHeloError(504, b"bad helo"), Command.EHLO, "configuration"),
        (smtplib.SMTPAuthenticationError(535, b"no"), Command.AUTH, "authentication_refused"),
        (smtplib.SMTPSenderRefused(550, b"no", "a@b.c"), Command.MAIL, "sender_refused"),
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), Command.END_OF_DATA, "content_refused"),
        (
            smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"5.1.1 User unknown")}),
            Command.RCPT,
            "recipient_unknown",
        ),
        (smtplib.SMTPRecipientsRefused({}), Command.RCPT, "unclear"),
        (smtplib.SMTPConnectError(-1, b"garbage"), Command.CONNECT, "unclear"),
    ],
)
def test_an_exception_with_an_answer_is_read_as_that_answer(error, command, found):
    reply = from_exception(Command.END_OF_DATA, error)
    assert (reply.command, reply.reply_class.value) == (command, found)


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPNotSupportedError(
            "One or more source or delivery addresses require internationalized email support, "
            "but the server does not advertise the required SMTPUTF8 capability"
        ),
        UnicodeEncodeError("ascii", "josé", 3, 4, "ordinal not in range(128)"),
        ValueError("command and arguments contain prohibited newline characters"),
    ],
)
def test_an_address_that_smtp_cannot_carry_fails_for_good_and_alone(error):
    reply = from_exception(Command.MAIL, error)
    assert reply.permanent and not reply.server_fault and not reply.dead_address
    assert "characters" in explain(reply)


def test_a_password_that_cannot_be_encoded_is_not_repeated():
    error = UnicodeEncodeError("ascii", "s3cr€t", 4, 5, "ordinal not in range(128)")
    reply = from_exception(Command.AUTH, error)
    assert reply.reply_class is ReplyClass.AUTHENTICATION_REFUSED
    assert "s3cr" not in json.dumps(reply.to_json()) and "20ac" not in reply.text


def test_a_line_that_broke_in_the_middle_is_a_fault_of_the_server():
    reply = from_exception(Command.END_OF_DATA, smtplib.SMTPServerDisconnected("closed"))
    assert reply.server_fault and is_transient(reply)


def test_an_exception_that_cannot_be_printed_is_read_all_the_same():
    class Strange(Exception):
        def __str__(self):
            raise RuntimeError

    assert from_exception(None, Strange()).text == "Strange"
