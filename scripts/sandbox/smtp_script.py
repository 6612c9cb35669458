"""What an SMTP peer is told to answer instead of its own reply."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

CONNECT = "CONNECT"
"""The moment of the greeting, before the client has said anything."""
BODY = "BODY"
"""The moment after the 354: the server has asked for the message and not got all of it."""
END_OF_DATA = "."
"""The moment after the message (RFC 5321 section 4.1.1.4: the mail data indication)."""
COMMANDS = frozenset(
    (
        CONNECT,
        "HELO",
        "EHLO",
        "STARTTLS",
        "AUTH",
        "MAIL",
        "RCPT",
        "DATA",
        BODY,
        END_OF_DATA,
        "RSET",
        "NOOP",
        "QUIT",
    )
)
REPLY = re.compile(r"[245][0-5]\d(?:[ -].*)?", re.DOTALL)
"""RFC 5321 section 4.2: three digits and text; 3yz replies would need a continuation."""


@dataclass(frozen=True)
class Rule:
    """One programmed answer. ``reply`` None: the usual one, or none at all if ``drop``.

    ``accepted`` only matters after the message, when the connection is dropped or kept waiting:
    True keeps and delivers the message before the client is told, or although it never is.
    """

    command: str
    reply: str | None = None
    match: str = ""
    delay: float = 0.0
    drop: bool = False
    accepted: bool = False

    def __post_init__(self):
        if self.command not in COMMANDS:
            known = " ".join(sorted(COMMANDS))
            raise ValueError(f"“{self.command}” is no SMTP command to answer; use one of {known}.")
        if self.reply is not None and not REPLY.fullmatch(self.reply):
            raise ValueError(f"“{self.reply}” is no SMTP reply such as “450 4.2.1 Mailbox busy”.")
        if self.reply and self.command == BODY:
            raise ValueError("While the message comes there is nothing to reply, only to drop.")
        if self.reply and not self.refuses and self.command != END_OF_DATA:
            raise ValueError("A reply of success can be programmed for the end of data only.")

    @property
    def refuses(self) -> bool:
        return self.reply is not None and self.reply[0] in "45"


class Script:
    """Rules in the order given; the first that fits is used, as often as it was allowed."""

    def __init__(self):
        self._lock = threading.Lock()
        self._rules: list[tuple[Rule, list[int]]] = []

    def add(self, rule: Rule, times: int | None) -> None:
        """Use ``rule`` ``times`` times; None: until the script is cleared."""
        with self._lock:
            self._rules.append((rule, [times] if times is not None else []))

    def take(self, command: str, text: str) -> Rule | None:
        """Return the rule for this command and count it as used."""
        with self._lock:
            for rule, left in self._rules:
                if rule.command != command or rule.match.lower() not in text.lower():
                    continue
                if left and not left[0]:
                    continue
                if left:
                    left[0] -= 1
                return rule
        return None

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
