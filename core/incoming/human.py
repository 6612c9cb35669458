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
LINE_CHARS = 2_000
"""Characters of a line that are looked at."""
ADDRESSES = 20
"""Addresses of a line that are looked at."""
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
_ANSWERS = (
    re.compile(r"(?<![\d.])[45]\d\d[ -]|[45]\.\d\.\d{1,3}\b"),
    re.compile(r"(?i)technical details of permanent failure"),  # Gmail
)
_BARE = re.compile(r"^[\s<>()\[\]'\"*:,;.-]{0,80}$")
_NOISE = re.compile(
    r"(?i)giving up on \S{1,255}|message rejected by: \S{1,255}"
    r"|this is a permanent error; i(?:'ve| have) given up"
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
        self.lines = [line[:LINE_CHARS] for line in text.split("\n", LINES)[:LINES]]
        self._named = [addresses_in(line)[:ADDRESSES] if "@" in line else [] for line in self.lines]
        self._places: dict[str, list[int]] = {}
        for number, named in enumerate(self._named):
            for address in named:
                self._places.setdefault(address, []).append(number)
        self._answers = _transcript(self.lines)

    def addresses(self) -> list[str]:
        return list(self._places)

    def lines_with(self, address: str) -> list[int]:
        return self._places.get(address, [])[:PARAGRAPHS]

    def continues(self, number: int) -> bool:
        """Whether a line goes on with what an address that stands further left began."""
        indent = _indent(self.lines[number])
        for before in range(number - 1, max(number - 40, 0) - 1, -1):
            if not self.lines[before].strip():
                break
            if self._named[before] and _indent(self.lines[before]) < indent:
                return True
        return False

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
            words += self._beside(address)
        command = next((item.command for item in said if item.command), None)
        found = [_answer(text, command) for text in words if text.strip()]
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
        rest = "\n".join(self.lines[start:end]).lower()
        for line in range(start, end):
            for address in self._named[line]:
                rest = rest.replace(address, "")
        return not _BARE.match(rest)

    def _beside(self, address):
        """Where the only recipient stands alone in a paragraph, the next one with the answer of a
        server is said of it, else the one before."""
        for number in self.lines_with(address):
            end = number + 1
            alone = end >= len(self.lines) or not self.lines[end].strip()
            if not alone or self._has_words(number, end):
                continue
            blocks = [*self._blocks_after(end), *self._blocks_before(number)]
            found = [text for mark in _ANSWERS for text in blocks if mark.search(text)]
            yield found[0] if found else ""

    def _blocks_after(self, start):
        blocks, block = [], []
        for line in [*self.lines[start : start + 40], ""]:
            if line.strip():
                block.append(line)
            elif block:
                blocks.append("\n".join(block))
                block = []
        return blocks[:3]

    def _blocks_before(self, end):
        while end and self.lines[end - 1].strip():
            end -= 1
        return self._blocks_after(max(end - 10, 0))[-2:] if end else []

    def command_answered_by(self, text: str) -> Command | None:
        """The command that a transcript shows before this answer."""
        key = _key(text)
        for answer in self._answers.values():
            if key and _key(answer.text).startswith(key[:40]):
                return answer.command
        return None


def _indent(line):
    return len(line) - len(line.lstrip())


def _key(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())[:200]


def _answer(text, command):
    text = _NOISE.sub("", text)[:PARAGRAPH_CHARS]
    reason = re.search(r"\(reason: ([^\n]{1,1000}(?:\n\s{0,20}[^\n(]{1,300}){0,5})\)", text)
    return Answer(reason[1] if reason else text, command_of(text) or command)


def _transcript(lines):
    """For each line of a recipient in a transcript, the answer of the server that is meant."""
    found, command, said, place = {}, None, [], None
    session, pipelined = 0, set()
    for number, line in enumerate(lines):
        part = _SESSION.match(line)
        if _PIPELINED.search(line):
            pipelined.add(session)
        if part and part[1] in (">>>", "-->", "=>"):
            word = _COMMAND.match(part[2])
            command, said = (_command(word[1]) if word else None), []
            place = number if command is Command.RCPT else None
        elif part:
            said.append(part[2])
            if place is not None:
                found[place] = (session, command, list(said))
        elif said and _CONCLUSION.match(line):
            found[number] = (session, command, said)
            said = []
        elif "while talking to" in line.lower():
            session, command, said, place = session + 1, None, [], None
    return {
        number: Answer("\n".join(said)[:PARAGRAPH_CHARS], _meant(command, session in pipelined))
        for number, (session, command, said) in found.items()
        if _negative(said)
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
