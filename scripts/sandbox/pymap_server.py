"""pymap as the sandbox's IMAP server, in this process, with mailboxes in memory."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

from .certificate import Certificate
from .loop import LoopThread

LOOPBACK = "127.0.0.1"
OLDEST_VERSION = (0, 36)
"""Major and minor of pymap; before, its configuration had other arguments."""


class PymapServer:
    """IMAP and IMAPS without STARTTLS and without POP3: what pymap can do."""

    pop3_port = pop3s_port = None

    def __init__(self, users: Mapping[str, str], certificate: Certificate, state_dir: Path):
        self._users = users
        self._certificate = certificate
        self._loop = LoopThread("sandbox-imap")
        self._servers: list[asyncio.AbstractServer] = []
        self.port: int | None = None
        self.ssl_port: int | None = None

    @staticmethod
    def is_available() -> bool:
        try:
            version = importlib.metadata.version("pymap")
        except importlib.metadata.PackageNotFoundError:
            return False
        return tuple(int(part) for part in version.split(".")[:2]) >= OLDEST_VERSION

    def start(self) -> None:
        self._loop.start(self._listen())

    def stop(self) -> None:
        for server in self._servers:
            self._loop.loop.call_soon_threadsafe(server.close)
        self._servers.clear()
        self._loop.stop()

    async def _listen(self) -> None:
        from proxyprotocol.reader import ProxyProtocolReader
        from pymap.imap import IMAPServer

        backend = await self._backend()
        # Connections inherit the context of the task that opens the listening socket.
        backend.config.apply_context()
        reader = ProxyProtocolReader(backend.config.proxy_protocol)
        serve = reader.get_callback(IMAPServer(backend.login, backend.config))
        self.port = await self._open(serve, None)
        self.ssl_port = await self._open(serve, self._certificate.server_context())

    async def _open(self, serve, tls) -> int:
        server = await asyncio.start_server(serve, LOOPBACK, 0, ssl=tls)
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _backend(self):
        from pymap.backend.dict import Config, DictBackend, Login
        from pymap.concurrent import Subsystem
        from pymap.user import UserMetadata
        from pysasl.hashing import Cleartext

        class SandboxConfig(Config):
            greeting = b"Sandbox ready"  # pymap's own asks for the host name, which can be slow.

        config = SandboxConfig(
            argparse.Namespace(passlib_cfg=None, proxy_protocol=None),
            host=LOOPBACK,
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
            demo_data=False,
            demo_user="",
            demo_password="",
            invalid_user_sleep=0.0,
            reject_dnsbl=False,
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        login = Login(config)
        for address, password in self._users.items():
            login.users_dict[address] = UserMetadata(config, address, password=password)
        return DictBackend(login, config)
