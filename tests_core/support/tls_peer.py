"""A TLS server on loopback with a certificate made for the test."""

import contextlib
import datetime
import socket
import ssl
import threading

import trustme


class TlsPeer:
    """Greets over TLS from the first octet. `authority` signs; nobody else knows it."""

    def __init__(self, *names, not_after=None, greeting=b"220 hello\r\n"):
        self.authority = trustme.CA()
        self._issued = self.authority.issue_cert(
            *(names or ("127.0.0.1",)), common_name="mail of the test", not_after=not_after
        )
        self._greeting = greeting
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def trusting(self, host="127.0.0.1"):
        """The context of somebody who trusts this authority and checks the name."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def _serve(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._issued.configure_cert(context)
        while True:
            try:
                sock = self._listening.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._talk, args=(context, sock), daemon=True).start()

    def _talk(self, context, sock):
        sock.settimeout(5)
        with (
            contextlib.suppress(OSError),
            sock,
            context.wrap_socket(sock, server_side=True) as secured,
        ):
            secured.sendall(self._greeting)
            secured.recv(100)


def unchecked():
    """The context of somebody who encrypts and checks nothing, as Odoo's "encryption only"."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def days_from_now(days):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days, hours=1)
