"""Which command of SMTP a text says was answered: the same words mean another thing in answer to
the sender, to the recipient or to the message."""

import re

from ..reply import Command

_WORDS = {
    "mail": Command.MAIL,
    "rcpt": Command.RCPT,
    "data": Command.DATA,
    "helo": Command.EHLO,
    "ehlo": Command.EHLO,
    "auth": Command.AUTH,
    "starttls": Command.STARTTLS,
    "end of data": Command.END_OF_DATA,
    "end of message": Command.END_OF_DATA,
    "message body": Command.END_OF_DATA,
    "initial connection": Command.CONNECT,
    "initial greeting": Command.CONNECT,
    "connect": Command.CONNECT,
}
_VERB = (
    r"((?:end of|sending) (?:data|message)|message body|mail(?=[ :]{0,3}from| command)|"
    r"rcpt(?=[ :]{0,3}to| command|\b)|data\b(?! error)|helo\b|ehlo\b|auth\b|starttls\b|"
    r"initial (?:connection|greeting)|connect\b)"
)
_SAID = re.compile(
    # Postfix; Exim; CommuniGate, Oracle, Domino; the transcripts of Sendmail, MDaemon and others
    r"(?:in reply to|in response to|response to|reply to|answer to|(?<!days )(?<!hours )after"
    r"|while (?:sending|executing)|error (?:on|in|from)|sent:?|refused by|during|>>>|-->|=>)"
    r"[\s'\"`<(]{0,4}(?:the |a |smtp |command |pipelined |sending ){0,3}['\"`]?" + _VERB,
    re.IGNORECASE,
)
_QMAIL = (
    (re.compile(r"does not like (?:the )?recipient", re.I), Command.RCPT),
    (
        re.compile(
            r"does not like (?:the )?sender|did not like (?:the )?sender|sender was rejected", re.I
        ),
        Command.MAIL,
    ),
    (re.compile(r"failed after i sent the message", re.I), Command.END_OF_DATA),
    (re.compile(r"failed on data command", re.I), Command.DATA),
    (re.compile(r"but greeting failed|but my name was rejected", re.I), Command.CONNECT),
    (re.compile(r"recipient address rejected", re.I), Command.RCPT),
    (re.compile(r"sender address rejected", re.I), Command.MAIL),
)


def command_of(text: str) -> Command | None:
    """The first command that the text names as answered, or None."""
    text = " ".join(text[:4_000].split())  # it may be broken anywhere
    if found := _SAID.search(text):
        word = " ".join(found[1].lower().split())
        if word.startswith("sending"):
            return Command.END_OF_DATA
        return _WORDS.get(word)
    return next((command for pattern, command in _QMAIL if pattern.search(text)), None)
