"""The network as a test meets it, with an end to every wait."""

import contextlib
import io
import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from ..name import is_address, to_ascii

STEP_SECONDS = 10
"""For one answer. RFC 5321 section 4.5.3.2 allows minutes; who takes them is of no use."""
CERTIFICATE_EXPIRED = 10
NAME_MISMATCHES = (62, 64)
"""Codes of OpenSSL (x509_vfy.h): the name, or the IP address, is not in the certificate."""


def system_addresses(host: str, seconds: float = STEP_SECONDS) -> Sequence[str]:
    """The addresses of a host as this machine resolves it, its own files included.

    The system's resolver has no time-out that can be set: it is left behind in a thread.
    """
    answers = queue.SimpleQueue()

    def ask():
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(item[4][0] for item in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("The system's resolver does not answer.") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def connect_tcp(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=seconds)


def better_host(typed: str) -> str:
    """The host in what somebody typed or pasted: an address of the web, or with a port."""
    text = typed.strip()
    if "://" in text or text.count(":") == 1 or "/" in text:
        with contextlib.suppress(ValueError):
            return urlsplit(text if "://" in text else f"//{text}").hostname or text
    return text.strip("[]") if is_address(text.strip("[]")) else text


class Bounded(io.RawIOBase):
    """Reads of a socket that drips are counted together: a time-out of the socket begins anew with
    each octet."""

    def __init__(self, sock, left):
        self._sock, self._left = sock, left

    def readable(self):
        return True

    def readinto(self, buffer):
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)


def server_name(host):
    """As a certificate names it (RFC 6066 section 3: no trailing dot)."""
    return host.strip("[]") if is_address(host.strip("[]")) else to_ascii(host)


def says_not_found(error):
    return isinstance(error, UnicodeError) or (
        isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN
    )


def why_not(error):
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "silent" if isinstance(error, TimeoutError) else "unreachable"


def why_no_tls(error):
    number = getattr(error, "verify_code", None)
    if number == CERTIFICATE_EXPIRED:
        return "expired"
    if number in NAME_MISMATCHES or "doesn't match" in str(error):
        return "other_name"
    if number or "certificate verify failed" in str(error):
        return "untrusted"
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "tls_silent"
    if isinstance(error, ssl.SSLEOFError | ConnectionError) or "Unexpected EOF" in str(error):
        return "tls_dropped"
    text = str(error).lower()
    return "not_tls" if "wrong version" in text or "packet length" in text else "tls_refused"


def words_of(error):
    """What an exception of the network says, without its number."""
    verified = getattr(error, "verify_message", "")
    return (verified or getattr(error, "strerror", "") or str(error)).rstrip(".")
