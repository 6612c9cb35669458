"""One small file over HTTPS, for MTA-STS policies."""

import asyncio
import ssl

from ..dns.address import is_public
from ..error import CoreError

PORT = 443
BODY_MAX = 65536  # octets, RFC 8461 section 3.2 suggests this limit
HEAD_MAX = 16384  # octets of status line and headers, what common servers send at most


class FetchError(CoreError):
    """The file could not be had.

    Codes: fetch_unreachable (no connection, so nothing is known), fetch_certificate,
    fetch_status (the server answered something else than the file; `status`), fetch_too_long.
    """


async def fetch(
    host: str, path: str, address: str, port: int = PORT, context: ssl.SSLContext | None = None
) -> str:
    """The text of https://host/path from the server at an address; raises FetchError.

    Redirects are not followed (RFC 8461 section 3.3). The caller bounds the time it takes.

    :param context: SSL context, None for one that trusts what the system trusts
    """
    context = context or ssl.create_default_context()
    request = f"GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: text/plain\r\n\r\n"
    try:
        data = await _exchange(host, address, port, context, request.encode("ascii"))
    except ssl.SSLCertVerificationError as error:
        raise FetchError("fetch_certificate") from error
    except OSError as error:
        raise FetchError("fetch_unreachable") from error
    head, separator, body = data.partition(b"\r\n\r\n")
    status = head.split(b" ")[1:2]
    if not separator or status != [b"200"]:
        raise FetchError("fetch_status", status=status[0].decode("latin-1") if status else "")
    if len(body) > BODY_MAX:
        raise FetchError("fetch_too_long", limit=BODY_MAX)
    return body.decode("utf-8", "replace")


async def fetch_public(host: str, path: str, address: str) -> str:
    """`fetch`, but only from the public Internet: the domain's owner chooses the address, and must
    not make the machine that asks talk to its own network."""
    if not is_public(address):
        raise FetchError("fetch_unreachable")
    return await fetch(host, path, address)


async def _exchange(host, address, port, context, request):
    """What the server sends until it closes the connection, or until it is too much."""
    reader, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    try:
        writer.write(request)
        data = b""
        while len(data) <= HEAD_MAX + BODY_MAX:
            chunk = await reader.read(BODY_MAX)
            if not chunk:
                break
            data += chunk
        return data
    finally:
        writer.transport.abort()
