"""A server on loopback that says what a test tells it to, line by line."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

TIMEOUT = 10


class ScriptedPeer:
    """Gives answers that no real server gives, to any number of clients.

    ``answers`` gives bytes for a received line; what it returns is sent, None hangs up. With
    ``tls`` the peer speaks TLS from the beginning, or once ``upgrades`` says so of a line.
    """

    def __init__(self, greeting, answers, tls: ssl.SSLContext | None = None, upgrades=None):
        self._greeting, self._answers = greeting, answers
        self._tls, self._upgrades = tls, upgrades
        self.lines: list[str] = []
        self._socks: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listening.getsockname()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self._listening.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        self._thread.join(TIMEOUT)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock = self._listening.accept()[0]
                self._socks.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with contextlib.suppress(OSError, ValueError):
            sock.settimeout(TIMEOUT)
            if self._tls and not self._upgrades:
                sock = self._encrypt(sock)
            sock.sendall(self._greeting)
            self._answer(sock)
            sock.close()

    def _encrypt(self, sock):
        sock = self._tls.wrap_socket(sock, server_side=True)
        self._socks.append(sock)
        return sock

    def _answer(self, sock):
        lines = sock.makefile("rb")
        while line := lines.readline():
            said = line.decode("utf-8", "replace").strip()
            self.lines.append(said)
            answer = self._answers(said)
            if answer is None:
                return
            sock.sendall(answer)
            if self._upgrades and self._upgrades(said):
                sock = self._encrypt(sock)
                lines = sock.makefile("rb")
