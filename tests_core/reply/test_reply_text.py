"""The text of a reply is safe to keep and to show, whatever a stranger says."""

import base64
import json
import re
import smtplib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reply import (
    Command,
    Reply,
    ReplyClass,
    explain,
    explain_admin,
    from_exception,
    is_transient,
    next_step,
    read,
)
from core.reply.rules import CODES, ENHANCED
from core.reply.text import TEXT_MAX

SESSION = (Command.CONNECT, Command.EHLO, Command.STARTTLS, Command.AUTH)
DEAD = (ReplyClass.RECIPIENT_UNKNOWN, ReplyClass.BAD_DOMAIN, ReplyClass.MOVED)
COMMAND = st.sampled_from([*Command, None])
VOCABULARY = (
    "user unknown mailbox full no such domain not found disabled spam blocked policy relay denied "
    "sender rejected moved account invalid quota exceeded temporarily try again later required "
    "authentication 5.1.1 4.2.2 5.7.1 2.0.0 host null mx does not exist"
)
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=8).map(" ".join)


# ------------------------------------------------------------
# THE TEXT
# ------------------------------------------------------------


def test_lines_become_one_and_their_code_stands_once():
    reply = read(
        Command.RCPT, 550, b"5.1.1 The account that you tried\n5.1.1 to reach is\n5.1.1 gone"
    )
    assert reply.answer == "550 5.1.1 The account that you tried to reach is gone"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("Empfänger unbekannt".encode(), "Empfänger unbekannt"),
        ("Empfänger unbekannt".encode("latin-1"), "Empfänger unbekannt"),
        (b"a\x00b\x1b[31m", "a\\x00b\\x1b[31m"),
        ("a\u202eb\u200bc\u2066d".encode(), "a\\x202eb\\x200bc\\x2066d"),
        (b"one\r\ntwo\xe2\x80\xa8three", "one two three"),
        ("no\u00a0break", "no break"),
        (None, ""),
        (b"", ""),
    ],
)
def test_a_text_is_safe_to_keep_and_to_show(octets, text):
    assert read(Command.RCPT, 550, octets).text == text


def test_a_character_that_was_cut_in_two_does_not_spoil_the_others():
    assert set(read(Command.RCPT, 550, "€".encode() * 10_000).text) <= {"€", "…"}


def test_an_oauth_refusal_is_read():
    challenge = base64.b64encode(b'{"status":"400","schemes":"Bearer"}')
    reply = read(Command.AUTH, 334, challenge)
    assert reply.reply_class is ReplyClass.AUTHENTICATION_REFUSED
    assert reply.by_rule == "oauth_token" and '"status": "400"' in reply.text


@pytest.mark.parametrize(
    "text",
    [
        "5.5.4 Unrecognized: AUTH PLAIN AGFkYQBzM2NyM3Q=",
        "syntax error: auth xoauth2 dXNlcj1hZGFAZXhhbXBsZS5jb20BYXV0aD1CZWFyZXIgczNjcjN0",
        "bad command dXNlcj1hZGFAZXhhbXBsZS5jb20BYXV0aD1CZWFyZXIgczNjcjN0AQE=",
    ],
)
def test_a_server_that_repeats_the_login_gives_nothing_away(text):
    said = read(Command.AUTH, 501, text).text
    assert "AGFk" not in said and "dXNlcj" not in said and "***" in said


def test_the_words_of_a_refused_login_stay():
    said = "5.7.8 Error: LOGIN authentication failed, see https://support.google.com/mail/?p=Bad"
    assert read(Command.AUTH, 535, said).text == said


# ------------------------------------------------------------
# WHATEVER A STRANGER SAYS
# ------------------------------------------------------------


def _sound(reply):
    assert reply.text.isprintable() and len(reply.text) <= TEXT_MAX + 1
    assert not (reply.permanent and 400 <= reply.code < 500)
    assert not reply.dead_address or (reply.permanent and reply.reply_class in DEAD)
    assert not reply.dead_address or reply.command in (
        None,
        Command.RCPT,
        Command.DATA,
        Command.END_OF_DATA,
    )
    assert reply.accepted or is_transient(reply) or reply.permanent
    assert Reply.from_json(json.loads(json.dumps(reply.to_json()))) == reply
    assert explain(reply) and explain_admin(reply) and next_step(reply)


@given(COMMAND, st.integers(-10, 1000), st.one_of(st.binary(), st.text(), WORDS), WORDS)
def test_reading_never_raises_and_never_contradicts_itself(command, code, text, status):
    _sound(read(command, code, text, status=status))


@given(COMMAND, st.integers(400, 499), WORDS)
def test_4xx_is_never_for_good_nor_a_dead_address(command, code, words):
    reply = read(command, code, words)
    assert not reply.permanent and not reply.dead_address and is_transient(reply)


@given(st.sampled_from([*SESSION, Command.MAIL]), st.integers(400, 599), WORDS)
def test_before_a_recipient_was_named_none_is_dead(command, code, words):
    assert read(command, code, words).reply_class not in (
        *DEAD,
        ReplyClass.DISABLED,
        ReplyClass.FULL,
    )


@given(COMMAND, st.sampled_from([Exception, OSError, ValueError, smtplib.SMTPException]), st.text())
def test_no_exception_makes_reading_raise(command, kind, text):
    _sound(from_exception(command, kind(text)))


HOSTILE = [
    "a",
    "5.1.1 ",
    "user ",
    "mailbox user unknown not ",
    "unknown or ",
    "quota limit exceeded ",
    "a@",
    "@a",
    "http://",
    "try again in ",
    "greylist",
    "sender address ",
    "1.2.3",
    "((((",
    "domain x",
    "\u202e",
    "€",
    " \t",
    "auth plain AAAAAAA",
    "eyJ",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("command", [Command.RCPT, Command.AUTH])
def test_a_megabyte_costs_no_more_than_a_page(command, piece):
    text = (piece * (1_000_000 // len(piece.encode()))).encode()
    start = time.process_time()
    _sound(read(command, 550, text))
    assert time.process_time() - start < 0.25


def test_json_in_a_refused_login_cannot_be_a_trap():
    for octets in (b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b'"x"', b'{"a": 1e999}'):
        _sound(read(Command.AUTH, 334, b"eyJ" + base64.b64encode(octets)))
        _sound(read(Command.AUTH, 334, base64.b64encode(b'{"a":' + octets)))


def test_the_tables_name_codes_that_exist():
    assert all(re.fullmatch(r"[1-7]\.[0-9]{1,2}", detail) for detail in ENHANCED)
    assert all(3 <= code <= 5 or 400 <= code <= 599 for _command, code in CODES)
