"""What a report means for one recipient: the classes and the table of SMTP answers
(`core.reply`), asked for everything that is said of the recipient, in the order of its weight."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from .. import reply
from ..reply import Command, Reply, ReplyClass
from ..text import printable
from .reading import Action, Recipient

TEXTS, CHARS = 300, 40_000
"""Different texts of one mail that are judged, 0.6 ms each, and their characters; what comes
behind is unclear."""
SAID_CHARS = 2_000
"""Characters of one text that are judged."""
TEXT_CHARS = 1_000
"""Characters of an answer that are kept."""
HAD_IT = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)

_NOT_THE_RECIPIENT = (Command.MAIL, Command.DATA, Command.END_OF_DATA)

_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']{1,64}@[^\s<>()\[\]:;,\"']{1,255}")
_REPEATED = re.compile(r"\s[245]\d\d-(?:[245]\.\d{1,3}\.\d{1,3}\s)?")
_CODE = re.compile(r"(?<![\d.#:/-])([245]\d\d)(?![\d.:/]|-\d)(?=[\s#<-]|$)")


@dataclass(frozen=True)
class Said:
    """One text about a recipient.

    :param of_the_address: it stands with the address, so it can prove something about it
    """

    text: str
    command: Command | None = None
    of_the_address: bool = True


class Judge:
    """Judges the recipients of one mail, and no more texts than a mail can reasonably have."""

    def __init__(self):
        self._known: dict[tuple, Reply] = {}
        self._left = CHARS

    @property
    def is_tired(self) -> bool:
        """Whether nothing more is judged."""
        return len(self._known) >= TEXTS or self._left <= 0

    def recipient(self, address: str, action: Action, status: str, said: Iterable[Said], **more):
        said = [item for item in said if item.text.strip()]
        if action in HAD_IT:
            text = _shown(said[0].text) if said and said[0].of_the_address else ""
            return Recipient(address, action.value, status, ReplyClass.ACCEPTED, text=text, **more)
        answer, item = self._decide(action, status, said)
        is_dead = item.of_the_address and answer.dead_address and action is Action.FAILED
        return Recipient(
            address,
            action.value,
            answer.enhanced if _tells(answer.enhanced) or not status else status,
            answer.reply_class,
            is_dead,
            reply.is_transient(answer),
            _shown(item.text),
            **more,
        )

    def _decide(self, action, status, said):
        """(reply, what it was read from): words, then codes in the answer, then the status of the
        report, then three digits."""
        status = status or ("5.0.0" if action is Action.FAILED else "4.0.0")
        own = [part for item in said if item.of_the_address for part in _parts_of(item)]
        for known in (_by_words, _by_code, _by_any):
            for item in own or [Said("")]:
                if known(answer := self._read(item, status)):
                    return answer, item
        for item in said:
            if not item.of_the_address and _by_words(answer := self._read(item, status)):
                return answer, item
        best = own[0] if own else Said("")
        return self._read(best, status), best

    def _read(self, item, status):
        if item.command in _NOT_THE_RECIPIENT:  # Sendmail makes 5.1.1 of every 550
            status = f"{status[:1]}.0.0"
        text = _ADDRESS.sub("@", item.text[:SAID_CHARS])
        key = (text, item.command, status)
        if key not in self._known:
            if self.is_tired:
                return self._unclear(status)
            self._left -= len(text)
            code, text = _split_code(text)
            self._known[key] = reply.read(item.command, code, text, status=status)
        return self._known[key]

    def _unclear(self, status):
        status = f"{status[:1]}.0.0"
        key = ("", None, status)
        if key not in self._known:
            self._known[key] = reply.read(None, 0, "", status=status)
        return self._known[key]


def _shown(text):
    return printable(" ".join(text.split()), TEXT_CHARS)


def _parts_of(item):
    """The answer of a server by itself, where other words stand before it; then all of it."""
    found = _first_code(item.text)
    if found and item.of_the_address and item.text[: found.start()].strip():
        yield replace(item, text=item.text[found.start() :])
    yield item


def _first_code(text):
    """The first three digits of an answer that refuses, else of one that accepts."""
    found = list(islice(_CODE.finditer(text[:SAID_CHARS]), 20))
    return next((match for match in found if match[1][0] != "2"), found[0] if found else None)


def code_in(text: str) -> str:
    """The three digits that an answer begins with, or follows its first words; "" without any."""
    return _split_code(text)[0]


def _split_code(text):
    """(three digits, answer), where the answer begins with them."""
    found = _first_code(text)
    if not found:
        return "", text
    if text[: found.start()].strip():
        return found[1], text
    return found[1], _REPEATED.sub(" ", text[found.end() :].lstrip(" -"))


def _by_words(answer):
    return bool(answer.by_rule)


def _by_code(answer):
    return _tells(answer.enhanced) and answer.enhanced in answer.text and _by_any(answer)


def _by_any(answer):
    return answer.reply_class is not ReplyClass.UNCLEAR


def _tells(enhanced):
    return bool(enhanced) and not enhanced.endswith(".0.0")
