"""What answers of mail servers mean, in the words that servers in the field use."""

import json
import re
from pathlib import Path

import pytest

from core.reply import (
    CLASSES,
    Command,
    Reply,
    ReplyClass,
    explain_admin,
    is_transient,
    read,
)
from core.reply.rules import RULES
from core.reply.wording import BY_CODES_ALONE

ANSWERS_FILE = Path(__file__).parent / "data" / "smtp_answers.txt"
DEAD = (ReplyClass.RECIPIENT_UNKNOWN, ReplyClass.BAD_DOMAIN, ReplyClass.MOVED)


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
