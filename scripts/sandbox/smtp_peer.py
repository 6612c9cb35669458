"""An SMTP server on loopback that records, delivers, and answers as it is told."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from .certificate import Certificate, obtain_certificate
from .loop import LoopThread
from .smtp_bounce import Report, report_of
from .smtp_message import Received
from .smtp_protocol import SmtpProtocol
from .smtp_script import Rule, Script

LOOPBACK = "127.0.0.1"

Deliver = Callable[[str, bytes], None]


class Command(NamedTuple):
    """One command as it arrived: number of the connection, name, argument or matched text."""

    connection: int
    name: str
    text: str


class SmtpPeer:
    """An SMTP server for tests.

    It accepts mail for anybody; a copy for each recipient in ``domains`` goes to
    ``deliver(recipient, raw)``, with the trace headers that a final delivery adds. With ``auth``
    (passwords by user) AUTH PLAIN and LOGIN are offered, and required if ``auth_required``.
    ``starttls`` offers STARTTLS; ``tls`` speaks TLS from the first byte instead.

    ``answer``, ``drop`` and ``wait`` program the next replies; see :mod:`.smtp_script` for the
    names of the commands. ``match`` is text to find in the argument of the command, for DATA in
    the envelope, for the end of data in envelope and message; ``times`` None is "always".
    ``report`` has a message bounce after it was accepted.
    """

    def __init__(
        self,
        domains: Collection[str] = (),
        deliver: Deliver | None = None,
        auth: Mapping[str, str] | None = None,
        *,
        auth_required: bool = True,
        starttls: bool = True,
        tls: bool = False,
        certificate: Certificate | None = None,
    ):
        self.domains = frozenset(domain.lower() for domain in domains)
        self.deliver = deliver
        self.auth = dict(auth or {})
        self.auth_required = bool(auth) and auth_required
        self.host = LOOPBACK
        self.port: int | None = None
        self.script = Script()
        self._starttls = starttls and not tls
        self._tls = tls
        self._certificate = certificate
        self._own_files: tempfile.TemporaryDirectory | None = None
        self._received: list[Received] = []
        self._commands: list[Command] = []
        self._reports: list[Report] = []
        self._connections = itertools.count(1)
        self._loop = LoopThread("sandbox-smtp")
        self._server: asyncio.AbstractServer | None = None

    @property
    def received(self) -> list[Received]:
        return list(self._received)

    @property
    def commands(self) -> list[Command]:
        return list(self._commands)

    @property
    def ca_file(self) -> Path | None:
        return self._certificate and self._certificate.ca_file

    def answer(self, command: str, reply: str, *, times: int | None = None, match: str = ""):
        """Reply to ``command`` with a 4yz or 5yz ``reply``; 421 closes the connection."""
        self.script.add(Rule(command, reply, match), times)

    def drop(
        self, command: str, *, times: int | None = None, match: str = "", accepted: bool = False
    ):
        """Break the connection instead of replying to ``command``.

        At the end of data, ``accepted`` tells whether the message counts as received.
        """
        self.script.add(Rule(command, match=match, drop=True, accepted=accepted), times)

    def wait(
        self,
        command: str,
        seconds: float,
        *,
        times: int | None = None,
        match: str = "",
        accepted: bool = False,
    ):
        """Reply to ``command`` as usual, but only after some seconds.

        At the end of data, ``accepted`` has the message received before the wait.
        """
        self.script.add(Rule(command, match=match, delay=seconds, accepted=accepted), times)

    def report(
        self, recipient: str, reply: str, *, action: str = "failed", until: str = ""
    ) -> None:
        """Accept messages to ``recipient``, and then mail a report to their envelope sender.

        ``reply`` is what the next server said, ``action`` one of RFC 3464 section 2.3.3.
        """
        self._reports.append(Report(recipient.lower(), reply, action, until))

    def reset(self) -> None:
        """Forget the messages and commands received, and the answers programmed."""
        self._reports.clear()
        self.script.clear()
        self._received.clear()
        self._commands.clear()

    def start(self) -> SmtpPeer:
        if self._certificate is None and (self._starttls or self._tls):
            self._own_files = tempfile.TemporaryDirectory(prefix="ec-smtp-")
            self._certificate = obtain_certificate(Path(self._own_files.name))
        try:
            self._loop.start(self._listen())
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._loop.loop.call_soon_threadsafe(self._server.close)
            self._server = None
        self._loop.stop()
        if self._own_files is not None:
            self._own_files.cleanup()
            self._own_files = self._certificate = None

    def __enter__(self) -> SmtpPeer:
        return self.start()

    def __exit__(self, *exc_info) -> None:
        self.stop()

    async def _listen(self) -> None:
        context = self._certificate.server_context() if self._starttls or self._tls else None
        self._server = await asyncio.get_running_loop().create_server(
            lambda: SmtpProtocol(
                self, next(self._connections), context if self._starttls else None
            ),
            self.host,
            0,
            ssl=context if self._tls else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def note_command(self, connection: int, name: str, text: str) -> None:
        self._commands.append(Command(connection, name, text))

    async def accept(self, received: Received) -> None:
        """Record a message and deliver it to the recipients of the peer's own domains."""
        loop = asyncio.get_running_loop()
        for recipient in received.rcpt_tos:
            if self.deliver and recipient.rpartition("@")[2].lower() in self.domains:
                raw = received.delivered_to(recipient)
                await loop.run_in_executor(None, self.deliver, recipient, raw)
        self._received.append(received)
        sender = received.mail_from
        if self.deliver and sender.rpartition("@")[2].lower() in self.domains:
            recipients = {recipient.lower() for recipient in received.rcpt_tos}
            for report in self._reports:
                if report.recipient in recipients:
                    raw = report_of(received, report)
                    await loop.run_in_executor(None, self.deliver, sender, raw)
