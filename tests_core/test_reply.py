"""What answers of mail servers mean, in the words that servers in the field use."""

import base64
import json
import re
import smtplib
import socket
import ssl
import string
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reply import (
    CLASSES,
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
from core.reply_rules import CODES, ENHANCED, RULES
from core.reply_text import TEXT_MAX
from core.reply_wording import BY_CODES_ALONE, COMMANDS, DETAILS, NOT_FOR_GOOD

ANSWERS_FILE = Path(__file__).parent / "data" / "smtp_answers.txt"
SESSION = (Command.CONNECT, Command.EHLO, Command.STARTTLS, Command.AUTH)
DEAD = (ReplyClass.RECIPIENT_UNKNOWN, ReplyClass.BAD_DOMAIN, ReplyClass.MOVED)

COMMAND = st.sampled_from([*Command, None])
VOCABULARY = (
    "user unknown mailbox full no such domain not found disabled spam blocked policy relay denied "
    "sender rejected moved account invalid quota exceeded temporarily try again later required "
    "authentication 5.1.1 4.2.2 5.7.1 2.0.0 host null mx does not exist"
)
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=8).map(" ".join)


def _answers():
    """(provider, command or None, class, code, text) of each line of the file."""
    provider = ""
    for line in ANSWERS_FILE.read_text("utf-8").splitlines():
        if line.startswith("["):
            provider = line.strip("[]")
        elif line and not line.startswith("#"):
            command, found, answer = line.split(" | ", 2)
            code, text = re.fullmatch(r"([0-9]+)[ -]?(.*)", answer).groups()
            text = text.replace("\\n", "\n")
            command = None if command == "none" else Command(command)
            yield provider, command, ReplyClass(found), int(code), text


ANSWERS = list(_answers())


# ------------------------------------------------------------
# ANSWERS OF THE FIELD
# ------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "command", "found", "code", "text"),
    ANSWERS,
    ids=[f"{item[0].split(',')[0]}-{number}" for number, item in enumerate(ANSWERS)],
)
def test_an_answer_has_its_class(provider, command, found, code, text):
    reply = read(command, code, text.encode())
    assert reply.reply_class is found, (provider, reply)
    assert reply.permanent == (code >= 500 or (not code and reply.enhanced.startswith("5")))
    assert reply.dead_address == (reply.permanent and found in DEAD and (command, text) != _MOVED)
    assert Reply.from_json(json.loads(json.dumps(reply.to_json()))) == reply


_MOVED = (Command.RCPT, "")
"""551 without a word: the class is what the code says, but a code alone is no proof."""


def test_the_table_of_answers_is_worth_its_name():
    assert len(ANSWERS) > 500
    assert {item[2] for item in ANSWERS} == set(ReplyClass)


def test_every_rule_is_needed_and_says_where_it_comes_from():
    used = {read(command, code, text).by_rule for _p, command, _f, code, text in ANSWERS}
    assert {rule.name for rule in RULES} - used == set()
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)


# ------------------------------------------------------------
# WHAT COUNTS MORE
# ------------------------------------------------------------


def test_5xx_alone_never_means_a_dead_address():
    for command in (*Command, None):
        for code in range(500, 600):
            assert not read(command, code, "").dead_address


def test_words_count_more_than_the_enhanced_code():
    assert read(Command.RCPT, 550, "5.1.1 mailbox is full").reply_class is ReplyClass.FULL
    assert read(Command.RCPT, 550, "5.7.1 no such user").reply_class is ReplyClass.RECIPIENT_UNKNOWN


def test_the_enhanced_code_counts_more_than_the_code():
    reply = read(Command.RCPT, 552, "5.1.1 <ada@example.com>")
    assert (reply.reply_class, reply.enhanced) == (ReplyClass.RECIPIENT_UNKNOWN, "5.1.1")
    assert reply.dead_address


def test_the_first_digit_of_the_code_decides_whether_it_is_for_good():
    for text in ("5.1.1 User unknown", "5.2.2 mailbox full", "5.7.1 spam"):
        assert not read(Command.RCPT, 450, text).permanent
        assert is_transient(read(Command.RCPT, 450, text))
    for text in ("4.2.2 mailbox full", "4.3.0 try again later", "4.7.1 spam"):
        assert read(Command.RCPT, 550, text).permanent
        assert not is_transient(read(Command.RCPT, 550, text))


def test_without_any_three_digits_the_enhanced_code_decides():
    reply = read(None, 0, "<ada@example.com>: no mailbox here by that name. (#5.1.1)")
    assert (reply.permanent, reply.dead_address) == (True, True)
    assert not read(None, 0, "mailbox full (#4.2.2)").permanent


def test_the_status_of_a_report_counts_less_than_the_answer():
    spam = read(None, 554, "5.7.1 message refused", status="5.1.1")
    assert (spam.reply_class, spam.enhanced) == (ReplyClass.CONTENT_REFUSED, "5.7.1")
    unknown = read(None, 550, "", status="5.1.1")
    assert (unknown.reply_class, unknown.dead_address) == (ReplyClass.RECIPIENT_UNKNOWN, True)
    assert read(None, 0, "", status="4.2.2").permanent is False


@pytest.mark.parametrize("code", [530, 534, 535, 538])
@pytest.mark.parametrize("command", [*Command, None])
@pytest.mark.parametrize("text", ["", "5.1.1 User unknown", "5.2.2 Mailbox full", "spam"])
def test_a_refused_login_is_one_in_answer_to_any_command(command, code, text):
    reply = read(command, code, text)
    assert reply.reply_class is ReplyClass.AUTHENTICATION_REFUSED
    assert reply.server_fault and reply.by_rule


@pytest.mark.parametrize("text", ["User unknown", "5.1.1 no such user", "mailbox disabled", ""])
def test_an_answer_to_the_sender_is_about_the_sender(text):
    reply = read(Command.MAIL, 550, text)
    assert reply.reply_class is ReplyClass.SENDER_REFUSED
    assert not reply.dead_address


def test_unknown_user_in_answer_to_the_message_proves_nothing_without_its_code():
    for command in (Command.DATA, Command.END_OF_DATA):
        assert not read(command, 550, "User unknown").dead_address
        assert not read(command, 550, "5.0.0 User unknown").dead_address
        assert not read(command, 554, "5.7.1 User unknown").dead_address
        assert read(command, 550, "5.1.1 User unknown").dead_address


def test_a_disabled_mailbox_is_dead_only_when_it_comes_again():
    reply = read(Command.RCPT, 550, "5.2.1 The email account is disabled")
    assert not reply.dead_address
    assert CLASSES[reply.reply_class].dead_when_repeated


def test_what_no_rule_knows_is_judged_by_its_codes_and_says_so():
    reply = read(Command.RCPT, 452, "4.2.2 xyzzy")
    assert (reply.reply_class, reply.by_rule) == (ReplyClass.FULL, "")
    assert BY_CODES_ALONE in explain_admin(reply)
    assert BY_CODES_ALONE not in explain_admin(read(Command.RCPT, 452, "4.2.2 mailbox full"))


# ------------------------------------------------------------
# WHOSE FAULT, AND WHETHER TO TRY AGAIN
# ------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "text", "server_fault"),
    [
        (Command.CONNECT, 554, "", True),
        (Command.EHLO, 550, "", True),
        (Command.STARTTLS, 454, "TLS not available", True),
        (Command.AUTH, 454, "4.7.0 Temporary authentication failure", True),
        (Command.RCPT, 421, "", True),
        (Command.END_OF_DATA, 421, "4.3.0 shutting down", True),
        (Command.RCPT, 554, "Relay access denied", True),
        (Command.END_OF_DATA, 550, "5.4.5 Daily user sending limit exceeded", True),
        (Command.RCPT, 451, "4.7.1 Greylisted", False),
        (Command.RCPT, 452, "4.2.2 mailbox full", False),
        (Command.RCPT, 550, "5.1.1 User unknown", False),
        (Command.MAIL, 550, "5.7.60 SendAsDenied", False),
        (Command.END_OF_DATA, 554, "5.7.1 spam", False),
        (Command.RCPT, 250, "", False),
        (Command.CONNECT, 220, "", False),
    ],
)
def test_a_fault_of_the_server_is_told_from_one_of_the_recipient(command, code, text, server_fault):
    assert read(command, code, text).server_fault is server_fault


@pytest.mark.parametrize(
    ("code", "text", "transient"),
    [
        (421, "", True),
        (450, "5.1.1 User unknown", True),
        (550, "5.4.5 Daily user sending limit exceeded", True),
        (550, "5.2.2 mailbox full", False),
        (554, "Please try again later", False),
        (250, "ok", False),
    ],
)
def test_what_can_heal_by_itself_is_tried_again(code, text, transient):
    assert is_transient(read(Command.RCPT, code, text)) is transient


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4.7.1 Greylisted, please try again in 300 seconds", 300),
        ("try again after 62 seconds", 62),
        ("Please retry in 5 minutes.", 300),
        ("Greylisted for 5 minutes (see http://example.com)", 300),
        ("please come back in 00:05:00", 300),
        ("Try again in 4 mins 57 secs", 297),
        ("wait at least 2 hours", 7200),
        ("Try again in 1h", 3600),
        ("deferred for the next 60s", 60),
        ("try again in 999999 hours", 2 * 24 * 3600),
        ("Try again later", None),
        ("4.7.28 Try again, limit 100 messages", None),
        ("5 seconds", None),
        ("", None),
    ],
)
def test_a_server_that_says_when_is_understood(text, seconds):
    assert read(Command.RCPT, 451, text).retry_after == seconds


def test_an_accepted_message_keeps_the_words_that_support_asks_for():
    reply = read(Command.END_OF_DATA, 250, b"2.0.0 Ok: queued as 4Xq1Kd2Jz5z9vKk")
    assert reply.accepted and not is_transient(reply)
    assert reply.answer == "250 2.0.0 Ok: queued as 4Xq1Kd2Jz5z9vKk"
    assert reply.retry_after is None


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
# EXCEPTIONS
# ------------------------------------------------------------

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


# ------------------------------------------------------------
# WORDS FOR PEOPLE
# ------------------------------------------------------------


def _fields(text):
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_every_class_and_every_command_has_its_words():
    assert set(CLASSES) == set(ReplyClass)
    assert set(COMMANDS) == set(Command)
    for row in CLASSES.values():
        assert all(text.endswith(".") for text in (row.sentence, row.next_step))
        assert not _fields(row.sentence) and not _fields(row.next_step)
        assert _fields(row.sentence_admin) == {"answer"}


def test_details_belong_to_rules_and_are_whole_sentences():
    raised = {row[2] for row in RAISED} | {"not_representable", "credentials"}
    assert set(DETAILS) <= {rule.name for rule in RULES} | raised
    for detail in (*DETAILS.values(), NOT_FOR_GOOD):
        assert not _fields(detail.sentence) and not _fields(detail.next_step)
        assert _fields(detail.sentence_admin) <= {"answer"}
        for text in (detail.sentence, detail.next_step):
            assert not text or text.endswith(".")


def test_sentences_are_translated_before_the_answer_is_filled_in():
    reply = read(Command.RCPT, 550, "5.1.1 {user} unknown %s")
    shown = explain_admin(reply, lambda text: text.replace("does not exist", "existiert nicht"))
    assert shown == (
        "The recipient's mail server says that the address existiert nicht: "
        "“550 5.1.1 {user} unknown %s”."
    )
    assert explain(reply) == "The address of the recipient does not exist."
    assert next_step(reply) == "Correct the address and send again."


def test_an_address_that_may_exist_tomorrow_is_not_called_dead():
    reply = read(Command.RCPT, 450, "4.1.1 User unknown")
    assert "for now" in explain(reply) and "for now" in explain_admin(reply)
    assert "does not exist" not in explain(reply)


def test_421_is_the_server_that_closes_whatever_it_adds():
    for text in ("", "4.7.0", "4.7.1 xyzzy", "4.2.2"):
        reply = read(Command.RCPT, 421, text)
        assert reply.reply_class is ReplyClass.SERVER_BUSY and reply.server_fault


def test_a_failed_encryption_is_a_fault_of_the_server_at_any_time():
    for command in (Command.MAIL, Command.RCPT, Command.END_OF_DATA):
        assert from_exception(command, ssl.SSLError(1, "DECRYPTION_FAILED")).server_fault


def test_a_provider_that_is_known_gets_its_own_advice():
    reply = read(Command.AUTH, 535, "5.7.139 SmtpClientAuthentication is disabled for the Tenant")
    assert "Authenticated SMTP" in next_step(reply)
    assert "Send As" in next_step(read(Command.END_OF_DATA, 550, "5.7.60 SendAsDenied"))


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
