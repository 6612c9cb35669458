"""What travels on the line: the message as data, and the replies of servers that say too much."""

import re
import smtplib

LINE_MAX = 8192
"""Octets of a reply line that are kept. RFC 5321 section 4.5.3.1.5 allows 512."""
LINES_MAX = 1000
"""Lines of one reply; a server that says more is talking, not answering."""
LINES_KEPT = 20


def as_data(message: bytes) -> bytes:
    """The message as it travels: periods doubled, ended (RFC 5321 section 4.5.2)."""
    end = b"" if message.endswith(b"\r\n") else b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", message) + end + b".\r\n"


def read_reply(smtp: smtplib.SMTP) -> tuple[int, bytes]:
    """As `smtplib.SMTP.getreply`, for servers that say too much.

    smtplib takes a reply line of more than 8 kB for a refusal, also where the server has just
    accepted the message, and reads lines without an end.
    """
    if smtp.file is None:
        smtp.file = smtp.sock.makefile("rb")
    said = []
    for _count in range(LINES_MAX):
        line = _read_line(smtp)
        if smtp.debuglevel > 0:
            smtp._print_debug("reply:", repr(line))
        if len(said) < LINES_KEPT:
            said.append(line[4 if line[:3].isdigit() else 0 :].strip(b" \t\r\n"))
        # RFC 5321 section 4.2.1: a hyphen after the code announces another line
        if line[3:4] != b"-" or not line[:3].isdigit():
            return int(line[:3]) if line[:3].isdigit() else -1, b"\n".join(said)
    smtp.close()
    raise smtplib.SMTPServerDisconnected("The server does not end its answer.")


def _read_line(smtp):
    try:
        line = rest = smtp.file.readline(LINE_MAX)
        while rest and not rest.endswith(b"\n"):
            rest = smtp.file.readline(LINE_MAX)
    except OSError as error:
        smtp.close()
        raise smtplib.SMTPServerDisconnected(f"Connection unexpectedly closed: {error}") from error
    if not rest:
        smtp.close()
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    return line


def cause_of(error):
    """What smtplib hides in a `SMTPServerDisconnected`: that the time was up."""
    for hidden in (error.__cause__, error.__context__):
        if isinstance(hidden, TimeoutError):
            return hidden
    return error


def timed_out(error):
    return isinstance(cause_of(error), TimeoutError)
