"""The commands before a message, and their answers.

A server that offers PIPELINING (RFC 2920) is told many commands in one write and answers them in
order: one round trip where there were as many as commands.
"""

import smtplib
import socket
import ssl
from collections import deque

PIPELINED = 100
"""Commands in one group. Their answers fit into the buffers of both sides, so that neither waits
for the other to read (RFC 2920 section 3.1)."""
DATA = b"DATA\r\n"


class Exchange:
    """
    :param commands: lines of SMTP, with their ends
    :param group: how many of them are sent in one write
    """

    def __init__(self, smtp: smtplib.SMTP, commands: list[bytes], group: int = 1):
        self._smtp = smtp
        self._commands = deque(commands)
        self._unanswered = deque()
        self._group = group

    @property
    def unanswered(self) -> bool:
        """Whether the server owes answers to commands that it was sent already."""
        return bool(self._unanswered)

    def answer(self) -> tuple[int, bytes]:
        """The answer to the next command; sends it, and those of its group, where it was not."""
        if not self._unanswered:
            count = min(self._group, len(self._commands))
            self._unanswered.extend(self._commands.popleft() for _ in range(count))
            self._smtp.send(b"".join(self._unanswered))
        self._unanswered.popleft()
        return self._smtp.getreply()

    def abandon(self) -> bool:
        """Read what the server still owes; whether it is ready for another envelope.

        It is not when it waits for the message: some do after every recipient was refused.
        """
        while self._unanswered:
            is_data = self._unanswered[0] == DATA
            code, _text = self.answer()
            if code == 421 or (is_data and code == 354):
                return False
        return True


def is_quiet(smtp: smtplib.SMTP) -> bool:
    """Whether the server is there, and has said nothing that it was not asked.

    One answer too many would be taken for the answer to the next command, and so would a farewell.
    """
    if not isinstance(smtp.sock, socket.socket):
        return smtp.sock is not None  # TLS of another library, which cannot be asked
    timeout = smtp.sock.gettimeout()
    smtp.sock.settimeout(0)
    try:
        if smtp.file is None or not smtp.file.peek(1):
            smtp.sock.recv(1)  # what comes now is an answer too many, or the end
        return False
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except (OSError, ValueError):
        return False
    finally:
        smtp.sock.settimeout(timeout)
