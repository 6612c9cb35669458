"""Replies in words for people: whole sentences, translated before the answer is filled in."""

import ssl
import string

from core.reply import (
    CLASSES,
    Command,
    ReplyClass,
    explain,
    explain_admin,
    from_exception,
    next_step,
    read,
)
from core.reply.exception import _RAISED
from core.reply.rules import RULES
from core.reply.wording import COMMANDS, DETAILS, NOT_FOR_GOOD


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
    raised = {row[1] for row in _RAISED} | {
        "answer_too_long",
        "credentials",
        "no_login_offered",
        "smtputf8",
    }
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
