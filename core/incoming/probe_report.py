"""What is tested of a mailbox, and what the test came to."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from ..probe import State, Step

PORTS = {"imap": {993: "ssl", 143: "starttls"}, "pop": {995: "ssl", 110: "starttls"}}
"""What is usual at the usual ports (RFC 8314 section 3), the best first."""


@dataclass(frozen=True)
class Target:
    """The mailbox that is tested.

    :param protocol: "imap" or "pop"
    :param encryption: "none", "starttls" or "ssl"
    :param context: makes the TLS context, given whether the certificate is validated
    :param folders: those that are to be opened (IMAP)
    :param secrets: texts that are never shown, even where the server repeats them
    """

    protocol: str
    host: str | None
    port: int
    user: str = ""
    encryption: str = "none"
    validates: bool = False
    context: Callable[[bool], ssl.SSLContext] | None = None
    folders: tuple[str, ...] = ("INBOX",)
    has_password: bool = True
    secrets: tuple[str, ...] = ()

    @property
    def ssl_port(self) -> int:
        return next(iter(PORTS[self.protocol]))


@dataclass(frozen=True)
class Offer:
    """A port that answers, with the encryption that goes with it."""

    port: int
    encryption: str


@dataclass
class Report:
    """What the test came to.

    :param folders: the names of all folders (IMAP), where the server lists them
    :param offers: what to try instead
    """

    steps: list[Step] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    @property
    def works(self) -> bool:
        """Whether messages could have been fetched."""
        return bool(self.steps) and all(step.state is not State.FAILED for step in self.steps)
