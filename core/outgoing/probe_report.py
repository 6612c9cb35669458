"""What is tested of an outgoing server, and what the test came to."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from ..probe import State, Step

ENCRYPTION_OF = {587: "starttls", 465: "ssl", 2525: "starttls", 25: "starttls"}
"""What is usual at the usual ports (RFC 8314 section 3, RFC 5321 section 4.5.4.2), the best first;
2525 is what providers open where the others are blocked."""


@dataclass(frozen=True)
class Target:
    """The server that is tested.

    :param user: who logs in, which is no secret
    :param encryption: "none", "starttls" or "ssl"
    :param validates: whether mail is only sent if the certificate is valid
    :param context: makes the TLS context, given whether the certificate is validated
    """

    host: str | None
    port: int
    user: str = ""
    encryption: str = "none"
    validates: bool = False
    context: Callable[[bool], ssl.SSLContext] | None = None


@dataclass(frozen=True)
class Offer:
    """A port that answers, with the encryption that goes with it."""

    port: int
    encryption: str


@dataclass
class Report:
    """What the test came to.

    :param size_limit: octets of the largest message, None where the server does not say
    :param offers: what to try instead
    """

    steps: list[Step] = field(default_factory=list)
    size_limit: int | None = None
    offers: list[Offer] = field(default_factory=list)

    @property
    def works(self) -> bool:
        """Whether a message could have been sent."""
        return bool(self.steps) and all(step.state is not State.FAILED for step in self.steps)
