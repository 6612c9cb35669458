"""The steps that every protocol has, within one time."""

import io
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone

from ..name import InvalidName, is_address, to_ascii
from ..text import printable
from .certificate import Certificate
from .network import (
    STEP_SECONDS,
    Bounded,
    better_host,
    connect_tcp,
    says_not_found,
    server_name,
    system_addresses,
    why_no_tls,
    why_not,
    words_of,
)
from .step import State, Step
from .words import OUTCOMES, Outcome

SECONDS = 40
"""For a whole test: a worker may be kept for longer, a person who looks at a screen may not."""
OTHER_PORT_SECONDS = 2
"""For a port that is only tried because the right one is silent."""
ADDRESSES_MAX = 4
"""Of one host that are tried: a firewall that swallows the first swallows most others."""
EXPIRES_SOON = 14
"""Days. Whoever renews certificates by itself has done it by then."""
VALUE_MAX = 500
"""Characters of what the other side says in one step."""


Resolve = Callable[[str], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


class Probe:
    """
    :param seconds: for all steps together
    :param step_seconds: for one answer
    :param outcomes: what the codes mean, those of the protocol among them
    :param now: what time it is, for the days that a certificate is valid
    """

    def __init__(
        self,
        seconds: float = SECONDS,
        outcomes: Mapping[str, Outcome] = OUTCOMES,
        *,
        step_seconds: float = STEP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = system_addresses,
        connect: Connect = connect_tcp,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ):
        self.steps: list[Step] = []
        self._outcomes = outcomes
        self._clock, self._resolve, self._connect, self._now = clock, resolve, connect, now
        self._step_seconds = step_seconds
        self._since = clock()
        self._deadline = self._since + seconds

    @property
    def failed(self) -> bool:
        return any(step.state is State.FAILED for step in self.steps)

    def left(self, seconds: float | None = None) -> float:
        """What of these seconds is left; raises TimeoutError when the time is up."""
        left = min(seconds or self._step_seconds, self._deadline - self._clock())
        if left <= 0:
            raise TimeoutError("The time for the test is up.")
        return left

    def say(self, kind: str, code: str, /, **values: str | int) -> Step:
        """The step that has ended now, since the one before it."""
        now = self._clock()
        clean = {
            name: printable(value, VALUE_MAX) if isinstance(value, str) else value
            for name, value in values.items()
        }
        seconds, self._since = round(now - self._since, 3), now
        self.steps.append(Step(kind, code, self._outcomes[code].state, seconds, clean))
        return self.steps[-1]

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    def resolve(self, typed: str | None) -> Sequence[str]:
        """The addresses of a host; none where there is no way to find it."""
        host = (typed or "").strip()
        if not host:
            self.say("name", "host_missing")
            return ()
        if len(host.split()) > 1:
            self.say("name", "host_spaces", host=host)
            return ()
        if (better := better_host(host)) != typed:
            self.say("name", "host_not_clean", host=typed, better=better)
            return ()
        try:
            name = host if is_address(host) else to_ascii(host)
            found = self._resolve(name)[:ADDRESSES_MAX]
        except InvalidName as error:
            self.say("name", "host_invalid", host=host, reason=error.code)
        except (OSError, UnicodeError) as error:
            code = "not_found" if says_not_found(error) else "name_unknown"
            self.say("name", code, host=host)
        else:
            self.say("name", "resolved", host=host, addresses=", ".join(found))
            return found
        return ()

    def open(self, host: str, addresses: Iterable[str], port: int) -> socket.socket | None:
        """A connection to the first of the addresses that answers."""
        code, said = "silent", ""
        for address in addresses:
            try:
                sock = self._connect(address, port, self.left())
            except (OSError, OverflowError) as error:
                code, said = why_not(error), words_of(error)
            else:
                self.say("port", "connected", host=host, address=address, port=port)
                return sock
        self.say("port", code, host=host, port=port, said=said)
        return None

    def reopen(self, addresses: Iterable[str], port: int) -> socket.socket | None:
        """Another connection like it, to find out more; that is no step of its own."""
        try:
            return self._connect(next(iter(addresses)), port, self.left())
        except OSError:
            return None

    def answering_ports(self, addresses: Iterable[str], ports: Iterable[int]) -> list[int]:
        """Those of the ports that answer at the first address."""
        address, found = next(iter(addresses)), []
        for port in ports:
            try:
                self._connect(address, port, self.left(OTHER_PORT_SECONDS)).close()
            except OSError:
                continue
            found.append(port)
        return found

    def encrypt(self, sock: socket.socket, context: ssl.SSLContext, host: str, port: int):
        """The encrypted connection, its certificate looked at; None where it did not come about."""
        try:
            secured = self._wrap(sock, context, host)
        except (OSError, ValueError) as error:  # ssl.SSLError and CertificateError among them
            sock.close()
            self.say("tls", why_no_tls(error), host=host, port=port, said=words_of(error))
            return None
        self.say("tls", "encrypted", version=secured.version() or "TLS")
        self._say_certificate(secured, host)
        return secured

    def look_at_certificate(self, sock: socket.socket, context: ssl.SSLContext, host: str):
        """Tell of a certificate that is not accepted, by a context that accepts everything."""
        try:
            secured = self._wrap(sock, context, host)
        except (OSError, ValueError):
            sock.close()
            self.say("certificate", "certificate_unreadable")
        else:
            self._say_certificate(secured, host)
            secured.close()

    def _wrap(self, sock, context, host):
        sock.settimeout(self.left())
        return context.wrap_socket(sock, server_hostname=server_name(host))

    def _say_certificate(self, secured, host):
        try:
            found = Certificate.read(secured.getpeercert(True) or b"")
        except ValueError:
            self.say("certificate", "certificate_unreadable")
            return
        days = (found.not_after - self._now()).days
        code = "certificate_ok"
        if not found.covers(host):
            code = "certificate_other_name"
        elif days < 0:
            code, days = "certificate_expired", -days
        elif days < EXPIRES_SOON:
            code = "certificate_expires"
        self.say(
            "certificate",
            code,
            subject=found.subject or "?",
            names=", ".join(found.names) or "?",
            issuer=found.issuer,
            days=days,
            host=host,
        )

    def reader(self, sock) -> io.BufferedReader:
        """A file of what the other side says, whose every read ends with the time of the test."""
        return io.BufferedReader(Bounded(sock, self.left))
