"""What a report means for one recipient: the classes and the table of SMTP answers
(`core.reply`), asked for everything that is said of the recipient, in the order of its weight."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .. import reply
from ..reply import Command, Reply, ReplyClass
from ..text import printable
from .reading import Action, Recipient

JUDGED_CHARS = 100_000
"""Characters of one mail that are judged; what comes behind is unclear."""
TEXT_CHARS = 1_000
"""Characters of an answer that are kept."""
HAD_IT = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)

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
    """Judges the recipients of one mail, and no more text than a mail can reasonably have."""

    def __init__(self):
        self._left = JUDGED_CHARS
        self._known: dict[tuple, Reply] = {}

    def recipient(self, address: str, action: Action, status: str, said: Iterable[Said], **more):
        said = [item for item in said if item.text.strip()]
        if action in HAD_IT:
            text = printable(" ".join(said[0].text.split()), TEXT_CHARS) if said else ""
            return Recipient(address, action.value, status, ReplyClass.ACCEPTED, text=text, **more)
        answer, proves = self._decide(action, status, said)
        is_dead = proves and answer.dead_address and action is Action.FAILED
        return Recipient(
            address,
            action.value,
            answer.enhanced if _tells(answer.enhanced) or not status else status,
            answer.reply_class,
            is_dead,
            reply.is_transient(answer),
            printable(answer.text, TEXT_CHARS),
            **more,
        )

    def _decide(self, action, status, said):
        """(reply, whether it is about the address): words, then codes in the answer, then the
        status of the report, then three digits."""
        status = status or ("5.0.0" if action is Action.FAILED else "4.0.0")
        answers = [(self._read(item, status), item) for item in said]
        own = [pair for pair in answers if pair[1].of_the_address]
        for known in (_by_words, _by_code, _by_any):
            for answer, _item in own:
                if known(answer):
                    return answer, True
        for answer, item in answers:
            if not item.of_the_address and _by_words(answer):
                return answer, False
        best = own[0][0] if own else self._read(Said(""), status)
        return best, True

    def _read(self, item, status):
        text = item.text[: min(reply_chars(item), self._left)]
        key = (text, item.command, status)
        if key not in self._known:
            self._left -= len(text)
            self._known[key] = reply.read(item.command, code_in(text), text, status=status)
        return self._known[key]


def reply_chars(item: Said) -> int:
    return 2_000 if item.of_the_address else 1_000


def code_in(text: str) -> str:
    """The first three digits of an answer that refuses, else that accepts."""
    found = [match[1] for match in _CODE.finditer(text[:2_000])]
    return next((code for code in found if code[0] != "2"), found[0] if found else "")


def _by_words(answer):
    return bool(answer.by_rule)


def _by_code(answer):
    return _tells(answer.enhanced) and answer.enhanced in answer.text and _by_any(answer)


def _by_any(answer):
    return answer.reply_class is not ReplyClass.UNCLEAR


def _tells(enhanced):
    return bool(enhanced) and not enhanced.endswith(".0.0")
