"""A line that takes its time."""

from __future__ import annotations

import socket
import threading
import time
from queue import Queue


class SlowLine:
    """A proxy on loopback: what it gets it hands on after ``delay`` seconds, in each direction.

    It delays what is sent, not each command: whoever sends many commands at once waits once.
    """

    def __init__(self, port: int, delay: float):
        self._target, self._delay = port, delay
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _address = self._listening.accept()
            far = socket.create_connection(("127.0.0.1", self._target))
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                pipe = Queue()
                threading.Thread(target=self._read, args=(source, pipe), daemon=True).start()
                threading.Thread(target=self._write, args=(sink, pipe), daemon=True).start()

    def _read(self, source, pipe):
        try:
            while data := source.recv(65_536):
                pipe.put((time.monotonic() + self._delay, data))
        except OSError:
            pass  # reset by the other side
        pipe.put((0, b""))

    def _write(self, sink, pipe):
        while True:
            at, data = pipe.get()
            if not data:
                sink.close()
                return
            time.sleep(max(0, at - time.monotonic()))
            try:
                sink.sendall(data)
            except OSError:
                return
