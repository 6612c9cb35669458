"""What travels on the line: the message as data, and the replies of servers that say too much."""

import re
import smtplib
import time

LINE_MAX = 8192
"""Octets of a reply line that are kept. RFC 5321 section 4.5.3.1.5 allows 512."""
LINES_MAX = 1000
"""Lines of one reply; a server that says more is talking, not answering."""
LINES_KEPT = 20
GOODBYE_SECONDS = 1
ANSWER_SECONDS = 60
"""For an answer on a line that has no time-out of its own; Odoo's is as long."""


def as_data(message: bytes) -> bytes:
    """The message as it travels: periods doubled, ended (RFC 5321 section 4.5.2)."""
    end = b"" if message.endswith(b"\r\n") else b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", message) + end + b".\r\n"


def say_goodbye(smtp: smtplib.SMTP) -> None:
    """End a connection without waiting for the answer, which would change nothing."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(GOODBYE_SECONDS)
            smtp.send(b"QUIT\r\n")
    except (smtplib.SMTPException, OSError):
        pass  # it has ended already
    finally:
        smtp.close()


def read_reply(smtp: smtplib.SMTP) -> tuple[int, bytes]:
    """As `smtplib.SMTP.getreply`, for servers that say too much, or too slowly.

    smtplib takes a reply line of more than 8 kB for a refusal, also where the server has just
    accepted the message, reads lines without an end, and waits for each octet anew.
    """
    if smtp.file is None:
        smtp.file = smtp.sock.makefile("rb")
    said, end = [], _Deadline(smtp.sock)
    for _count in range(LINES_MAX):
        line = _read_line(smtp, end)
        if smtp.debuglevel > 0:
            smtp._print_debug("reply:", repr(line))
        if len(said) < LINES_KEPT:
            said.append(line[4 if line[:3].isdigit() else 0 :].strip(b" \t\r\n"))
        # RFC 5321 section 4.2.1: a hyphen after the code announces another line
        if line[3:4] != b"-" or not line[:3].isdigit():
            end.lift()
            return int(line[:3]) if line[:3].isdigit() else -1, b"\n".join(said)
    smtp.close()
    raise smtplib.SMTPServerDisconnected("The server does not end its answer.")


class _Deadline:
    """The time-out of a socket, for a whole answer instead of each octet of it."""

    def __init__(self, sock):
        self._sock, self._seconds = sock, sock.gettimeout()
        self._end = time.monotonic() + (self._seconds or ANSWER_SECONDS)

    def apply(self):
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)

    def lift(self):
        self._sock.settimeout(self._seconds)


def _read_line(smtp, end):
    """One line, of which `LINE_MAX` octets are kept."""
    line = b""
    try:
        while True:
            end.apply()
            ahead = smtp.file.peek(1)  # waits once at most, and not where there is more already
            part = smtp.file.read(ahead.find(b"\n") + 1 or len(ahead))
            line = (line + part)[:LINE_MAX]
            if part.endswith(b"\n"):
                return line
            if not part:
                break
    except OSError as error:
        smtp.close()
        raise smtplib.SMTPServerDisconnected(f"Connection unexpectedly closed: {error}") from error
    smtp.close()
    raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


def cause_of(error):
    """What smtplib hides in a `SMTPServerDisconnected`: that the time was up."""
    for hidden in (error.__cause__, error.__context__):
        if isinstance(hidden, TimeoutError):
            return hidden
    return error


def timed_out(error):
    return isinstance(cause_of(error), TimeoutError)
