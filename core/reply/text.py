"""The text of an answer: made safe to keep, and prepared for the rules."""

import base64
import codecs
import json
import re

from ..text import printable
from .classes import Command

TEXT_MAX = 2000
"""Characters of an answer that are judged and kept; a line has at most 512 octets (RFC 5321
section 4.5.3.1.5), and what decides stands in the first few."""
OCTETS_MAX = 4 * TEXT_MAX
"""Octets that are decoded: UTF-8 has at most four a character."""
RETRY_AFTER_MAX = 2 * 24 * 3600
"""Seconds; whoever asks to come back later than in two days does not mean this message."""

_REPEATED_ENHANCED = re.compile(r"(?<=\n)[245]\.[0-9]{1,3}\.[0-9]{1,3}[ \t]")
_TOKEN = re.compile(
    r"\b((?:plain|login|xoauth2|oauthbearer|cram-md5) +)?([A-Za-z0-9+/]{8,}={0,2})", re.IGNORECASE
)


def clean(command, text):
    """One line, decoded, bounded, printable, and without what a login may echo."""
    said = _decode(text)
    if command is Command.AUTH:
        said = _oauth_refusal(said) or _TOKEN.sub(_masked, said)
    said = _REPEATED_ENHANCED.sub("", said)  # RFC 2034 section 4: it stands on every line
    return printable(" ".join(said.split()), TEXT_MAX)


def _decode(text):
    if text is None:
        return ""
    if isinstance(text, (bytes, bytearray, memoryview)):
        octets = bytes(text[:OCTETS_MAX])
        try:  # not `decode`: the last character may have been cut
            said = codecs.getincrementaldecoder("utf-8")().decode(octets)
        except UnicodeDecodeError:
            said = octets.decode("cp1252", "replace")
    else:
        said = str(text)
    return said[:TEXT_MAX]


def _masked(match):
    """Some servers repeat the command they did not understand, credentials included."""
    word = match[2]
    after_mechanism = match[1] and re.search("[0-9=+/]", word)
    return f"{match[1] or ''}***" if after_mechanism or len(word) >= 40 else match[0]


def _oauth_refusal(said):
    """Google and Microsoft refuse a token with JSON in Base64 (RFC 7628 section 3.2.3)."""
    word = said.strip().rpartition(" ")[2]
    if not word.startswith("eyJ"):
        return ""
    try:
        data = json.loads(base64.b64decode(word + "=" * (-len(word) % 4)))
    except (ValueError, RecursionError):
        return ""
    return json.dumps(data, ensure_ascii=False) if isinstance(data, dict) else ""


# RFC 3463 section 3: the subjects are 0 to 7; so no version and few addresses look like one
_ENHANCED = re.compile(r"(?<![0-9.])([245]\.[0-7]\.[0-9]{1,3})(?!\.?[0-9])")


def enhanced_code(text):
    """The enhanced code at the start (RFC 2034), else the first that says why not, or ""."""
    if match := _ENHANCED.match(text):
        return match[1]
    return next((item[1] for item in _ENHANCED.finditer(text) if item[1][0] != "2"), "")


_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']{1,64}@[^\s<>()\[\]:;,\"']{1,255}")
_URL = re.compile(r"https?://([^\s/?#<>()]{1,255})[^\s<>()]*")

_NOT_RECIPIENT = re.compile(
    r"\b(sender|from|ip|client|return|your)(?:'s)? (?:email |mail )?"
    r"(?:address(?:es)?|user|account|mailbox)\b"
)


def read_words(said):
    """The text as the rules read it: lower case, without what could be mistaken for words."""
    text = _URL.sub(r"\1", said.lower().replace("’", "'"))
    text = _ADDRESS.sub("@", text)
    for old, new in (
        ("can't", "can not"),
        ("cannot", "can not"),
        ("won't", "will not"),
        ("n't", " not"),
        ("doesnt", "does not"),
        ("e-mail", "email"),
        ("mail box", "mailbox"),
    ):
        text = text.replace(old, new)
    if "recipient address rejected: access denied" not in text:
        text = text.replace("recipient address rejected:", "")
    return _NOT_RECIPIENT.sub(r"\1", text)


_LATER = r"(?:try|again|wait|back|gr[ae]y-?list|defer|delay)[^0-9]{0,40}"
_AGAIN = re.compile(
    _LATER + r"([0-9]{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b"
    r"(?:(?: and|,)? ([0-9]{1,2}) ?(s|secs?|seconds?|mins?|minutes?)\b)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    _LATER + r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})\b",
    re.IGNORECASE,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def find_retry_after(said):
    """Seconds, where the server says when it wants to be asked again."""
    if match := _AGAIN.search(said):
        seconds = int(match[1]) * _SECONDS[match[2][0].lower()]
        seconds += int(match[3]) * _SECONDS[match[4][0].lower()] if match[3] else 0
    elif match := _CLOCK.search(said):
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    else:
        return None
    return min(seconds, RETRY_AFTER_MAX)
