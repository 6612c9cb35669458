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
import time
from collections.abc import Callable
from functools import partial

from ..reply import Command, Reply, from_exception, read
from .wire import as_data, cause_of, read_reply, timed_out

_SMTP = smtplib.SMTP
"""Bound at import: tests of others put a mock in the place of `smtplib.SMTP`."""

QUIT_TIMEOUT = 5
"""Seconds. The message is safe; whether the server says goodbye changes nothing."""
SHORTEST_TIMEOUT = 1
"""Seconds that a server gets for an answer even when the time of the run is up."""

TOO_MANY = re.compile(r"too many recipients", re.IGNORECASE)


class Session:
    """
    :param smtp: a connection that is ready for MAIL; None where there is none to be had
    :param reopen: returns another connection like it, or raises
    :param fault: why there is no connection
    :param time_left: seconds that are left for waiting, for all messages together
    """

    def __init__(
        self,
        smtp: smtplib.SMTP | None,
        reopen: Callable[[], smtplib.SMTP] | None = None,
        *,
        fault: Reply | None = None,
        time_left: Callable[[], float] | None = None,
    ):
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
        self.header_from = header_from
        self.envelope_sender = envelope_sender
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the last message has taken, or is taking."""
        return time.monotonic() - self._started

    def _take(self, smtp):
        self._smtp = smtp
        self._messages = 0
        if smtp is not None:
            self.from_filter = getattr(smtp, "from_filter", False)
            self.smtp_from = getattr(smtp, "smtp_from", False)
            self._timeout = smtp.timeout
            smtp.getreply = partial(read_reply, smtp)

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
        return _SMTP.send_message(self, msg, from_addr, carried, mail_options, rcpt_options)

    def ehlo_or_helo_if_needed(self):
        """Nothing: the connection is ready, and its extensions are known."""

    def _carried(self, from_addr, to_addrs):
        """The addresses that this server's SMTP can carry; the others are refused alone."""
        takes_utf8 = self._smtp.has_extn("smtputf8") or not from_addr.isascii()
        for address in to_addrs:
            if not address.isprintable():  # smtplib would cut it, and write to somebody else
                error = ValueError("The address holds characters that no address has.")
            elif not takes_utf8 and not address.isascii():
                error = smtplib.SMTPNotSupportedError(
                    f"The server does not offer SMTPUTF8, which {address} needs."
                )
            else:
                continue
            self._note([address], from_exception(Command.RCPT, error))
        return [address for address in to_addrs if address not in self.replies]

    def sendmail(self, from_addr, to_addrs, msg, mail_options=(), rcpt_options=()):
        """As `smtplib.SMTP.sendmail`: returns the refused recipients, raises if all are.

        Recipients that are only too many for one transaction get one of their own at once
        (RFC 5321 section 4.5.3.1.10).
        """
        pending = list(to_addrs)
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
                return self._transact(from_addr, pending, data, mail_options, rcpt_options)
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                pending = [address for address in pending if self._is_open(address)]
                if not may_reopen or self.in_doubt or timed_out(error):
                    return self._lose(pending, error)
                self._smtp.close()
                try:
                    self._take(self._reopen())
                except Exception as refusal:  # noqa: BLE001 - whatever opening raises is the fault
                    self._command = Command.CONNECT
                    return self._lose(pending, refusal)
        raise AssertionError("The second round returns")

    def _transact(self, from_addr, pending, data, mail_options, rcpt_options):
        if error := self._mail(from_addr, pending, len(data), mail_options):
            return error
        accepted = []
        for address in pending:
            reply = self._rcpt(address, rcpt_options)
            if reply.accepted:
                accepted.append(address)
                continue
            self._note([address], reply)
            if reply.server_fault:
                self._die(reply)
                self._note([a for a in pending if a not in self.replies], reply)
                return smtplib.SMTPRecipientsRefused(self._refused())
        if not accepted:
            self._reset()
            return smtplib.SMTPRecipientsRefused(self._refused())
        return self._data(accepted, data)

    def _mail(self, from_addr, pending, size, mail_options):
        options = [f"size={size}"] if self._smtp.has_extn("size") else []  # RFC 1870 section 3
        self._bound()
        code, text = self._smtp.mail(from_addr, [*options, *mail_options])
        reply = read(Command.MAIL, code, text)
        if reply.accepted:
            return None
        if reply.code == 421 and self._messages:
            # The line has carried enough messages, or was idle for too long: not a refusal.
            raise smtplib.SMTPServerDisconnected(reply.answer)
        return self._refuse(pending, reply, smtplib.SMTPSenderRefused(code, text, from_addr))

    def _rcpt(self, address, options):
        self._command = Command.RCPT
        self._bound()
        try:
            return read(Command.RCPT, *self._smtp.rcpt(address, options))
        except ValueError as error:  # not even in UTF-8
            return from_exception(Command.RCPT, error)

    def _data(self, accepted, data):
        self._command = Command.DATA
        self._bound()
        code, text = self._smtp.docmd("DATA")
        reply = read(Command.DATA, code, text)
        if not reply.accepted:
            return self._refuse(accepted, reply, smtplib.SMTPDataError(code, text))
        self._smtp.send(as_data(data))
        self._command = Command.END_OF_DATA
        self.doubtful = frozenset(accepted)
        self._bound()
        code, text = self._smtp.getreply()
        reply = read(Command.END_OF_DATA, code, text)
        if reply.code // 100 not in (2, 4, 5):
            raise smtplib.SMTPServerDisconnected(f"No answer to the message: {reply.answer}")
        self.doubtful = frozenset()
        self._messages += 1
        if reply.accepted:
            self._note(accepted, reply)
            return None
        return self._refuse(accepted, reply, smtplib.SMTPDataError(code, text))

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    def _refuse(self, addresses, reply, error):
        """Note a refusal that concerns all of these recipients."""
        self._note(addresses, reply)
        if reply.server_fault:
            self._die(reply)
        elif reply.command is not Command.END_OF_DATA:
            self._reset()
        return error

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

    def _reset(self):
        try:
            self._bound()
            self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()  # the next message opens it again

    def _die(self, reply):
        self.fault = reply
        if self._smtp is not None:
            self._smtp.close()

    def quit(self):
        """Never raises: what was to be sent has its answer."""
        if self._smtp is None or self._smtp.sock is None:
            return
        try:
            self._smtp.sock.settimeout(QUIT_TIMEOUT)
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()
