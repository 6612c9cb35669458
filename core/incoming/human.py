"""The words of a report for people: what stands with an address, and what servers answered.

What stands in the paragraph of an address is said of that address. All else is said of the
message, or of somebody else.
"""

import re
from dataclasses import dataclass

from ..reply import Command
from .address import addresses_in
from .command import command_of

LINES = 2_000
"""Lines that are looked at."""
PARAGRAPH_CHARS = 2_000
"""Characters that are read of what stands with one address."""
PARAGRAPHS = 12
"""Places at which one address stands that are read."""

_SESSION = re.compile(r"^\s{0,8}(>>>|<<<|-->|<--|=>|<=)\s?(.*)")
_COMMAND = re.compile(r"(?i)(mail|rcpt|data|helo|ehlo|auth|starttls)\b")
_PIPELINED = re.compile(
    r"(?i)\b50[34]\b.{0,40}(?:need|no) (?:\w{1,8} )?(?:rcpt|recipients?)|no valid recipients"
)
_CONCLUSION = re.compile(r"^\s{0,8}[45]\d\d[ -](?:[45]\.\d\.\d{1,3} )?<?[^\s<>]{1,320}>?\.\.\. ")
_BARE = re.compile(r"^[\s<>()\[\]'\"*:,;.-]{0,80}$")
_NOISE = re.compile(
    r"(?i)giving up on \S{1,255}|this is a permanent error; i(?:'ve| have) given up"
    r"|expanded from: ?\S{1,320}"
)


@dataclass(frozen=True)
class Answer:
    """What a server said, with the command that it answered, where that can be told."""

    text: str
    command: Command | None = None


class Human:
    """The text of a report, by lines."""

    def __init__(self, text: str):
        self.text = text
        self.lines = text.split("\n", LINES)[:LINES]
        self._named = [addresses_in(line) if "@" in line else [] for line in self.lines]
        self._answers = _transcript(self.lines)

    def addresses(self) -> list[str]:
        return list(dict.fromkeys(address for named in self._named for address in named))

    def lines_with(self, address: str) -> list[int]:
        return [number for number, named in enumerate(self._named) if address in named][:PARAGRAPHS]

    def answers(self, address: str, others: set[str]) -> list[Answer]:
        """What is said of an address, the answers of servers first.

        :param others: the other recipients, whose lines are theirs
        """
        said, words = [], []
        for number in self.lines_with(address):
            if number in self._answers:
                said.append(self._answers[number])
            else:
                words.append(self._paragraph(number, others - {address}))
        if not others - {address}:
            words += self._next_block(address)
        found = [_answer(text) for text in words if text.strip()]
        return [*said, *(item for item in found if item.text)]

    def _paragraph(self, number, others):
        """From the line of the address to the line of the next one, or to an empty line."""
        end = number + 1
        while end < len(self.lines) and end < number + 40 and self.lines[end].strip():
            if others.intersection(self._named[end]):
                break
            end += 1
        start = number
        if not self._has_words(number, end):  # then they stand above it: Domino
            while start and number - start < 3 and self.lines[start - 1].strip():
                if self._named[start - 1]:
                    break
                start -= 1
        return "\n".join(self.lines[start:end])

    def _has_words(self, start, end):
        rest = "\n".join(self.lines[start:end])
        for line in range(start, end):
            for address in self._named[line]:
                rest = re.sub(re.escape(address), "", rest, flags=re.I)
        return not _BARE.match(rest)

    def _next_block(self, address):
        """What follows an address that stands alone, the only one of the report."""
        for number in self.lines_with(address):
            end = number + 1
            if (end < len(self.lines) and self.lines[end].strip()) or self._has_words(number, end):
                continue
            while end < len(self.lines) and not self.lines[end].strip():
                end += 1
            block = []
            while end < len(self.lines) and len(block) < 12 and self.lines[end].strip():
                block.append(self.lines[end])
                end += 1
            yield "\n".join(block)

    def command_answered_by(self, text: str) -> Command | None:
        """The command that a transcript shows before this answer."""
        key = _key(text)
        for answer in self._answers.values():
            if key and _key(answer.text).startswith(key[:40]):
                return answer.command
        return None


def _key(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())[:200]


def _answer(text):
    text = _NOISE.sub("", text)[:PARAGRAPH_CHARS]
    reason = re.search(r"\(reason: ([^\n]{1,1000}(?:\n\s{0,20}[^\n(]{1,300}){0,5})\)", text)
    return Answer(reason[1] if reason else text, command_of(text))


def _transcript(lines):
    """For each line of a recipient in a transcript, the answer of the server that is meant."""
    found, command, said, about = {}, None, [], []
    pipelined = False
    for number, line in enumerate(lines):
        part = _SESSION.match(line)
        if part and part[1] in (">>>", "-->", "=>"):
            word = _COMMAND.match(part[2])
            command, said = (_command(word[1]) if word else None), []
            about = [number] if command is Command.RCPT else []
        elif part:
            said.append(part[2])
            pipelined = pipelined or bool(_PIPELINED.search(part[2]))
            for place in about:
                found[place] = (said, command)
        elif said and _CONCLUSION.match(line):
            found[number] = (said, command)
        elif _PIPELINED.search(line):
            pipelined = True
    return {
        number: Answer("\n".join(said)[:PARAGRAPH_CHARS], _meant(command, pipelined))
        for number, (said, command) in found.items()
        if re.search(r"^[45]\d\d", said[0] if said else "") or _negative(said)
    }


def _negative(said):
    return any(re.match(r"[45]\d\d", line) for line in said)


def _command(word):
    word = word.lower()
    if word == "data":
        return Command.END_OF_DATA
    return command_of(f">>> {word} from" if word == "mail" else f">>> {word}")


def _meant(command, pipelined):
    """Sendmail writes MAIL, RCPT and DATA at once; what comes after DATA answers RCPT then."""
    if pipelined and command in (Command.DATA, Command.END_OF_DATA):
        return Command.RCPT
    return command
