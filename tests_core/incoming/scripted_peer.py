"""A server on loopback that says what a test tells it to, line by line."""

import contextlib
import socket
import threading

TIMEOUT = 10


class ScriptedPeer:
    """`answers` gives bytes for a received line; what it returns is sent, None hangs up."""

    def __init__(self, greeting, answers):
        self._greeting, self._answers = greeting, answers
        self.lines = []
        self._sock = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._listening.close()
        if self._sock:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIMEOUT)

    def _serve(self):
        with contextlib.suppress(OSError), self._listening.accept()[0] as sock:
            self._sock = sock
            sock.settimeout(TIMEOUT)
            sock.sendall(self._greeting)
            with sock.makefile("rb") as lines:
                self._answer(sock, lines)

    def _answer(self, sock, lines):
        for line in lines:
            self.lines.append(line.decode().strip())
            answer = self._answers(self.lines[-1])
            if answer is None:
                return
            sock.sendall(answer)
