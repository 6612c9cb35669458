"""An SMTP server on loopback that records, delivers, and answers as it is told."""

from __future__ import annotations

import asyncio
import functools
import hmac
import itertools
import logging
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .certificate import Certificate, obtain_certificate
from .loop import LoopThread
from .smtp_script import CONNECT, END_OF_DATA, Rule, Script

_logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
HOST_NAME = "mail.sandbox.test"
SIZE_LIMIT = 25 * 1024 * 1024
"""Bytes of a message, announced by SIZE (RFC 1870); what common providers accept."""

Deliver = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Received:
    """One message that the peer accepted, as it travelled. ``mail_from`` "" is the null sender."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    data: bytes
    helo: str
    tls: bool
    user: str | None
    time: datetime


class SmtpPeer:
    """An SMTP server for tests.

    It accepts mail for anybody; a copy for each recipient in ``domains`` goes to
    ``deliver(recipient, raw)``, with the trace headers that a final delivery adds. With ``auth``
    (passwords by user) AUTH PLAIN and LOGIN are offered, and required if ``auth_required``.
    ``starttls`` offers STARTTLS; ``tls`` speaks TLS from the first byte instead.

    ``answer``, ``drop`` and ``wait`` program the next replies; see :mod:`.smtp_script` for the
    names of the commands. ``match`` is text to find in the argument of the command, for DATA in
    the envelope, for the end of data in envelope and message; ``times`` None is "always".
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
        self._loop = LoopThread("sandbox-smtp")
        self._server: asyncio.AbstractServer | None = None

    @property
    def received(self) -> list[Received]:
        return list(self._received)

    @property
    def ca_file(self) -> Path | None:
        return self._certificate and self._certificate.cert_file

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

    def wait(self, command: str, seconds: float, *, times: int | None = None, match: str = ""):
        """Reply to ``command`` as usual, but only after some seconds."""
        self.script.add(Rule(command, match=match, delay=seconds), times)

    def reset(self) -> None:
        """Forget the messages received and the answers programmed."""
        self.script.clear()
        self._received.clear()

    def start(self) -> SmtpPeer:
        if self._certificate is None and (self._starttls or self._tls):
            self._own_files = tempfile.TemporaryDirectory(prefix="ec-smtp-")
            self._certificate = obtain_certificate(Path(self._own_files.name))
        self._loop.start()
        try:
            self._loop.call(self._listen())
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
            lambda: _Protocol(self, context if self._starttls else None),
            self.host, 0, ssl=context if self._tls else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def accept(self, received: Received) -> None:
        """Record a message and deliver it to the recipients of the peer's own domains."""
        loop = asyncio.get_running_loop()
        for recipient in received.rcpt_tos:
            if self.deliver and recipient.rpartition("@")[2].lower() in self.domains:
                raw = _trace(received, recipient) + received.data
                await loop.run_in_executor(None, self.deliver, recipient, raw)
        self._received.append(received)


def _trace(received: Received, recipient: str) -> bytes:
    """The headers that the final delivery adds (RFC 5321 section 4.4)."""
    protocol = "ESMTPS" if received.tls else "ESMTP"
    return (
        f"Return-Path: <{received.mail_from}>\r\n"
        f"Delivered-To: {recipient}\r\n"
        f"Received: from {received.helo} by {HOST_NAME} with {protocol}\r\n"
        f"\tfor <{recipient}>; {format_datetime(received.time)}\r\n"
    ).encode()


class _Session(Session):
    login_data = None
    """Replaces a property of aiosmtpd that logs a warning at each authentication."""


def _scripted(command: str):
    usual = getattr(SMTP, f"smtp_{command}")

    @functools.wraps(usual)
    async def method(self, argument):
        text = _envelope_text(self.envelope) if command == "DATA" else argument or ""
        rule = await self.consult(command, text)
        await (self.push(rule.reply) if rule and rule.reply else usual(self, argument))

    return method


class _Protocol(SMTP):
    """One connection: aiosmtpd's own behaviour unless the peer's script has another answer."""

    def __init__(self, peer: SmtpPeer, tls_context):
        self._peer = peer
        super().__init__(
            self, hostname=HOST_NAME, ident="ESMTP sandbox", data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True, tls_context=tls_context, auth_require_tls=False,
            authenticator=self._check_password, loop=asyncio.get_running_loop(),
        )
        # Set late: given to the constructor it would warn about passwords without TLS.
        self._auth_required = peer.auth_required

    smtp_HELO = _scripted("HELO")
    smtp_EHLO = _scripted("EHLO")
    smtp_STARTTLS = _scripted("STARTTLS")
    smtp_AUTH = _scripted("AUTH")
    smtp_MAIL = _scripted("MAIL")
    smtp_RCPT = _scripted("RCPT")
    smtp_DATA = _scripted("DATA")
    smtp_RSET = _scripted("RSET")
    smtp_NOOP = _scripted("NOOP")
    smtp_QUIT = _scripted("QUIT")

    async def consult(self, command: str, text: str) -> Rule | None:
        """Return the programmed rule after its delay; does not return if it drops the line."""
        rule = self._peer.script.take(command, text)
        if rule and rule.delay:
            await asyncio.sleep(rule.delay)
        if rule and rule.drop and not rule.accepted:
            await self._hang_up()
        return rule

    async def handle_exception(self, error: Exception) -> str:
        """A delivery that fails is the peer's own fault: the client keeps the message."""
        _logger.error("The SMTP peer cannot go on.", exc_info=error)
        return "451 4.3.0 Local error in processing"

    async def push(self, status) -> None:
        await super().push(status)
        if status[:3] in ("421", b"421"):
            # RFC 5321 section 3.8: the server closes the connection after a 421 reply.
            self._writer.close()

    async def _hang_up(self) -> None:
        self._writer.transport.abort()
        await self.loop.create_future()  # Ends when losing the connection cancels this task.

    async def _handle_client(self) -> None:
        rule = await self.consult(CONNECT, "")
        if rule and rule.reply:
            await self.push(rule.reply)
            self._writer.close()
            return
        await super()._handle_client()

    def _create_session(self) -> Session:
        return _Session(self.loop)

    def _check_password(self, server, session, envelope, mechanism, credentials) -> AuthResult:
        known = isinstance(credentials, LoginPassword) and self._peer.auth.get(
            credentials.login.decode(errors="replace")
        )
        success = bool(known) and hmac.compare_digest(known.encode(), credentials.password)
        return AuthResult(success=success, handled=False, auth_data=credentials)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        offers = [line for line in responses if self._peer.auth or not line.startswith("250-AUTH")]
        return [*offers[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", offers[-1]]

    async def handle_DATA(self, server, session, envelope) -> str:
        text = _envelope_text(envelope) + envelope.original_content.decode(errors="replace")
        rule = await self.consult(END_OF_DATA, text)
        if rule and rule.refuses:
            return rule.reply
        await self._peer.accept(self._record(envelope))
        if rule and rule.drop:
            await self._hang_up()
        return rule.reply if rule and rule.reply else "250 2.0.0 Message accepted"

    def _record(self, envelope: Envelope) -> Received:
        session = self.session
        return Received(
            mail_from="" if envelope.mail_from == "<>" else envelope.mail_from,
            rcpt_tos=tuple(envelope.rcpt_tos),
            data=envelope.original_content,
            helo=session.host_name,
            tls=self._writer.get_extra_info("ssl_object") is not None,
            user=session.auth_data.login.decode() if session.authenticated else None,
            time=datetime.now(timezone.utc),
        )


def _envelope_text(envelope: Envelope) -> str:
    parts = itertools.chain([envelope.mail_from or ""], envelope.rcpt_tos)
    return "".join(f"{part}\n" for part in parts)
