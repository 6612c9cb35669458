"""An SMTP connection that remembers what each recipient was answered.

`Session` stands in for the `smtplib.SMTP` object that it wraps: it raises what smtplib raises, so
whoever sends with it goes on as before. Beside that it keeps the reply to each recipient of the
last message, opens a line that broke again for the same message, and knows when it is in doubt:
the end of the data was sent and no answer came.

A fault of the server (421, a refused login, a silent or lost line) ends the session: whatever is
sent with it afterwards is told the same fault, without asking the server again.
"""

import re
import smtplib
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ..reply import Command, Reply, from_exception
from .dialogue import Dialogue
from .exchange import is_quiet
from .pool import Line
from .signing import Signed, in_seven_bits, signer_of
from .wire import cause_of, read_reply, say_goodbye, timed_out

_SMTP = smtplib.SMTP
"""Bound at import: tests of others put a mock in the place of `smtplib.SMTP`."""

QUIT_TIMEOUT = 5
"""Seconds. The message is safe; whether the server says goodbye changes nothing."""
SHORTEST_TIMEOUT = 1
"""Seconds that a server gets for an answer even when the time of the run is up."""

TOO_MANY = re.compile(r"too many recipients", re.IGNORECASE)


class Session(Dialogue):
    """
    :param smtp: a connection that is ready for MAIL, or a line of a pool, which has carried
        messages already; None where there is none to be had
    :param reopen: returns another connection like it, or raises
    :param fault: why there is no connection
    :param time_left: seconds that are left for waiting, for all messages together
    :param unpipelined: addresses of servers that offer PIPELINING and are silent after a group of
        commands; the session adds those that it finds
    :param keep: takes the line when the session ends well
    """

    def __init__(
        self,
        smtp: smtplib.SMTP | Line | None,
        reopen: Callable[[], smtplib.SMTP] | None = None,
        *,
        fault: Reply | None = None,
        time_left: Callable[[], float] | None = None,
        unpipelined: set | None = None,
        keep: Callable[[Line], None] | None = None,
    ):
        self._keep = keep
        self._unpipelined = set() if unpipelined is None else unpipelined
        self._peer = None
        self._reopen = reopen
        self._time_left = time_left
        self.fault = fault
        self.from_filter = self.smtp_from = False
        self._begin(None, "")
        self._take(smtp)

    def __getattr__(self, name):
        return getattr(self._smtp, name)

    @property
    def in_doubt(self) -> bool:
        """Whether the last message may have been accepted without our being told."""
        return bool(self.doubtful)

    def _begin(self, header_from, envelope_sender):
        self.replies: dict[str, Reply] = {}
        self.doubtful: frozenset[str] = frozenset()
        self.signed: Signed | None = None
        self.header_from = header_from
        self.envelope_sender = envelope_sender
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the last message has taken, or is taking."""
        return time.monotonic() - self._started

    def _take(self, smtp):
        self._line = smtp if isinstance(smtp, Line) else Line(smtp, time.monotonic())
        self._smtp = smtp = self._line.smtp
        if smtp is None:
            return
        self.from_filter = getattr(smtp, "from_filter", False)
        self.smtp_from = getattr(smtp, "smtp_from", False)
        self._timeout = smtp.timeout
        smtp.getreply = partial(read_reply, smtp)
        with suppress(OSError, AttributeError):  # the line is lost already
            self._peer = smtp.sock.getpeername()
            # The message and the next envelope are two writes without a reading in between.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def _is_used(self):
        """Whether the line was there before this message, so that the server may have enough."""
        return bool(self._line.messages or self._line.idle_since)

    def _check_line(self):
        if self._reopen and self._line.is_worn(time.monotonic()):
            say_goodbye(self._smtp)
            raise smtplib.SMTPServerDisconnected("The line has carried enough messages.")
        if self._is_used and not is_quiet(self._smtp):
            raise smtplib.SMTPServerDisconnected("The server said what it was not asked.")

    @property
    def can_be_opened(self) -> bool:
        """Whether it was begun without asking the server, for a fault that was known before."""
        return self._smtp is None and self._reopen is not None

    def open(self):
        """Connect after all; where that fails, the fault is the new one."""
        try:
            self._take(self._reopen())
            self.fault = None
        except Exception as error:  # noqa: BLE001 - whatever opening raises is the fault
            self.fault = from_exception(Command.CONNECT, cause_of(error))

    # ------------------------------------------------------------
    # SENDING
    # ------------------------------------------------------------

    def send_message(self, msg, from_addr=None, to_addrs=None, mail_options=(), rcpt_options=()):
        """As `smtplib.SMTP.send_message`, which serialises and then calls `sendmail`."""
        self._begin(str(msg["From"]), from_addr)
        to_addrs = list(dict.fromkeys([to_addrs] if isinstance(to_addrs, str) else to_addrs))
        if self.fault:
            self._note(to_addrs, self.fault)
            raise smtplib.SMTPServerDisconnected(self.fault.answer)
        carried = self._carried(from_addr, to_addrs)
        if not carried:
            raise smtplib.SMTPRecipientsRefused(self._refused())
        if signer_of(self._smtp):
            msg = in_seven_bits(msg)
        return _SMTP.send_message(self, msg, from_addr, carried, mail_options, rcpt_options)

    def ehlo_or_helo_if_needed(self):
        """Nothing: the connection is ready, and its extensions are known."""

    def sendmail(self, from_addr, to_addrs, msg, mail_options=(), rcpt_options=()):
        """As `smtplib.SMTP.sendmail`: returns the refused recipients, raises if all are.

        Recipients that are only too many for one transaction get one of their own at once
        (RFC 5321 section 4.5.3.1.10).
        """
        pending = list(to_addrs)
        if sign := signer_of(self._smtp):
            self.signed = sign(msg)
            msg = self.signed.data
        while True:
            error = self._send(from_addr, pending, msg, mail_options, rcpt_options)
            left = [address for address in pending if self._is_crowded_out(address)]
            if self.fault or not left or len(left) == len(pending):
                break
            pending = left
        if error and not any(reply.accepted for reply in self.replies.values()):
            raise error
        return self._refused()

    def _send(self, from_addr, pending, data, mail_options, rcpt_options):
        """One message, on a new line if this one breaks; the exception that smtplib would raise."""
        for may_reopen in (self._reopen is not None, False):
            self._command = Command.MAIL
            try:
                self._check_line()
                return self._transact(from_addr, pending, data, mail_options, rcpt_options)
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                pending = [address for address in pending if self._is_open(address)]
                is_silent = timed_out(error) and not self._mistrusts_pipelining()
                if not may_reopen or self.in_doubt or is_silent:
                    return self._lose(pending, error)
                self._smtp.close()
                try:
                    self._take(self._reopen())
                except Exception as refusal:  # noqa: BLE001 - whatever opening raises is the fault
                    self._command = Command.CONNECT
                    return self._lose(pending, refusal)
        raise AssertionError("The second round returns")

    def _mistrusts_pipelining(self):
        """Whether the same message may go better one command at a time.

        A server that was silent may have thrown away what came before its first answer. Whoever
        waits for the outcome is not made to wait twice; the next message goes the other way.
        """
        if self.in_doubt or not self._is_pipelining:
            return False
        self._unpipelined.add(self._peer)
        return self._time_left is not None

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    def _lose(self, addresses, error):
        """The line is gone and stays so."""
        reply = from_exception(self._command, cause_of(error))
        self._note(addresses, reply)
        self._die(reply)
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return error
        return smtplib.SMTPServerDisconnected(str(error))

    def _note(self, addresses, reply):
        self.replies.update(dict.fromkeys(addresses, reply))

    def _is_open(self, address):
        return address not in self.replies or self._is_crowded_out(address)

    def _is_crowded_out(self, address):
        reply = self.replies.get(address)
        return bool(
            reply
            and reply.command is Command.RCPT
            and reply.code in (452, 552)
            and (reply.enhanced[1:] == ".5.3" or TOO_MANY.search(reply.text))
        )

    def _refused(self):
        return {
            address: (reply.code, reply.text.encode())
            for address, reply in self.replies.items()
            if not reply.accepted
        }

    # ------------------------------------------------------------
    # THE LINE
    # ------------------------------------------------------------

    def _bound(self):
        """No server may keep us longer than the run has time."""
        if self._time_left is not None and self._smtp.sock is not None:
            left = max(self._time_left(), SHORTEST_TIMEOUT)
            self._smtp.sock.settimeout(min(self._timeout or left, left))

    def _die(self, reply):
        self.fault = reply
        if self._smtp is not None:
            self._smtp.close()

    def quit(self):
        """Never raises: what was to be sent has its answer."""
        if self._smtp is None or self._smtp.sock is None:
            return
        if self._keep and not self.fault and not self.in_doubt:
            self._smtp.sock.settimeout(self._timeout)
            self._keep(self._line)
            return
        try:
            self._smtp.sock.settimeout(QUIT_TIMEOUT)
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()
