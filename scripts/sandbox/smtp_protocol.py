"""One connection to an SMTP peer: aiosmtpd's own behaviour unless the script says otherwise."""
# aiosmtpd finds its commands and hooks by these names:
# ruff: noqa: N802, N815

from __future__ import annotations

import asyncio
import functools
import hmac
import logging
from datetime import datetime, timezone

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .smtp_message import HOST_NAME, Received
from .smtp_script import BODY, CONNECT, END_OF_DATA, Rule

_logger = logging.getLogger(__name__)

SIZE_LIMIT = 25 * 1024 * 1024
"""Bytes of a message, announced by SIZE (RFC 1870); what common providers accept."""


class _Session(Session):
    login_data = None
    """Replaces a property of aiosmtpd that logs a warning at each authentication."""


def _scripted(command: str):
    usual = getattr(SMTP, f"smtp_{command}")

    @functools.wraps(usual)
    async def method(self, argument):
        text = _envelope_text(self.envelope) if command == "DATA" else argument or ""
        rule = await self.consult(command, text)
        if command == "DATA" and not rule and self._peer.script.take(BODY, text):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._hang_up()
        await (self.push(rule.reply) if rule and rule.reply else usual(self, argument))

    return method


class SmtpProtocol(SMTP):
    """``peer`` is the :class:`.smtp_peer.SmtpPeer` whose script, passwords and record it uses."""

    def __init__(self, peer, connection: int, tls_context):
        self._peer = peer
        self._connection = connection
        super().__init__(
            self,
            hostname=HOST_NAME,
            ident="ESMTP sandbox",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            tls_context=tls_context,
            auth_require_tls=False,
            authenticator=self._check_password,
            loop=asyncio.get_running_loop(),
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
        self._peer.note_command(self._connection, command, text)
        rule = self._peer.script.take(command, text)
        if rule and rule.delay and not rule.accepted:
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
        if rule and rule.delay and rule.accepted:
            await asyncio.sleep(rule.delay)
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
    return "".join(f"{address}\n" for address in (envelope.mail_from or "", *envelope.rcpt_tos))
