"""An authoritative DNS server on loopback, over UDP and TCP, that can fail on demand."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from .loop import LoopThread
from .zone import Fault, Zone, find_zone, look_up, parse_fault, parse_zone, read_zones

LOOPBACK = "127.0.0.1"
UDP_PAYLOAD_MIN = 512
"""Bytes of a UDP answer to a client without EDNS (RFC 1035 section 4.2.1)."""
UDP_PAYLOAD_MAX = 1232
"""Bytes of a UDP answer to any client: the size that is never fragmented (DNS flag day 2020)."""
TCP_MESSAGE_MAX = 65535
"""Bytes of a TCP answer: its length travels in two bytes (RFC 1035 section 4.2.2)."""
BIND_ATTEMPTS = 20
"""Tries to find a port number that is free for UDP and TCP at once."""
GARBAGE = b"\xff" * 24
"""What follows the message id in an answer that is no DNS message."""


class Question(NamedTuple):
    """One question as it arrived: lower-case name without final dot, type, "udp" or "tcp"."""

    name: str
    rdtype: str
    transport: str


class DnsPeer:
    """A DNS server for tests: it answers from its zones and knows no other name (REFUSED).

    ``zones`` maps zone names to master file texts (or paths of such files), or is a folder of
    ``<name>.zone`` files. Questions are recorded in ``questions``; ``delay`` is the number of
    seconds before each answer.
    """

    def __init__(self, zones: Mapping[str, str | Path] | Path | str | None = None):
        self._texts = read_zones(zones)
        self._loop = LoopThread("sandbox-dns")
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.AbstractServer | None = None
        self._pending: set[asyncio.Task] = set()
        self.host = LOOPBACK
        self.port: int | None = None
        self.reset()

    def reset(self) -> None:
        """Back to the zones given at first, no failures, no delay, no questions recorded."""
        self.delay = 0.0
        self._faults: dict[tuple[dns.name.Name, str | None], Fault] = {}
        self._questions: list[Question] = []
        self._zones: dict[dns.name.Name, Zone] = {}
        for name, text in self._texts.items():
            self.set_zone(name, text)

    def set_zone(self, name: str, text: str) -> None:
        """Add the zone ``name``, or replace all of it."""
        zone = parse_zone(name, text)
        self._zones[zone.origin] = zone

    def fail(self, name: str, rdtype: str | None, how: str) -> None:
        """Let questions for ``name`` (and ``rdtype``; None: any type) fail.

        ``how`` is a value of :class:`Fault`. The name ``*.example.com`` stands for every name
        below example.com. The latest call for the same name and type counts.
        """
        key = (dns.name.from_text(name.lower()), rdtype and rdtype.upper())
        self._faults[key] = parse_fault(how)

    @property
    def questions(self) -> list[Question]:
        return list(self._questions)

    def start(self) -> DnsPeer:
        self._loop.start(self._listen())
        return self

    def stop(self) -> None:
        if self._udp is not None:
            self._loop.call(self._close())
        self._loop.stop()

    def __enter__(self) -> DnsPeer:
        return self.start()

    def __exit__(self, *exc_info) -> None:
        self.stop()

    # ---- sockets -------------------------------------------------------------------------

    async def _listen(self) -> None:
        udp, tcp = _bind_pair(self.host)
        self.port = udp.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._udp, _protocol = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), sock=udp
        )
        self._tcp = await asyncio.start_server(self._serve_tcp, sock=tcp)

    async def _close(self) -> None:
        self._udp.close()
        self._tcp.close()
        self._udp = self._tcp = None

    def datagram(self, wire: bytes, address) -> None:
        """Answer one UDP question, in a task of its own so that delays do not add up."""
        task = asyncio.get_running_loop().create_task(self._answer_udp(wire, address))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _answer_udp(self, wire: bytes, address) -> None:
        query, fault = self._receive(wire, "udp")
        if query is None or fault is Fault.TIMEOUT:
            return
        await asyncio.sleep(self.delay)
        reply = self._reply(query, fault, _udp_limit(query))
        if fault is Fault.WRONG_SOURCE:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind((self.host, 0))
                stranger.sendto(reply, address)
        elif self._udp is not None:
            self._udp.sendto(reply, address)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                # RFC 1035 section 4.2.2: two bytes of length before each message.
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                query, fault = self._receive(await reader.readexactly(length), "tcp")
                if query is None or fault is Fault.TIMEOUT:
                    continue
                await asyncio.sleep(self.delay)
                reply = self._reply(query, fault, TCP_MESSAGE_MAX)
                writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
        writer.close()

    # ---- one question --------------------------------------------------------------------

    def _receive(self, wire: bytes, transport: str):
        """Return the parsed query and the failure it is to meet; (None, None) if it is none."""
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None, None
        rdtype = dns.rdatatype.to_text(question.rdtype)
        name = question.name.to_text(omit_final_dot=True).lower()
        self._questions.append(Question(name, rdtype, transport))
        return query, self._fault(question.name, rdtype)

    def _fault(self, name: dns.name.Name, rdtype: str) -> Fault | None:
        for candidate in _with_wildcards(name):
            fault = self._faults.get((candidate, rdtype)) or self._faults.get((candidate, None))
            if fault:
                return fault
        zone = find_zone(self._zones, name)
        return zone.fault if zone else None

    def _reply(self, query: dns.message.Message, fault: Fault | None, limit: int) -> bytes:
        if fault is Fault.GARBAGE:
            return struct.pack("!H", query.id) + GARBAGE
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AA
        if fault in (Fault.SERVFAIL, Fault.REFUSED, Fault.NXDOMAIN):
            response.set_rcode(dns.rcode.from_text(fault.value))
        elif fault is Fault.TRUNCATE and limit != TCP_MESSAGE_MAX:
            response.flags |= dns.flags.TC
        else:
            self._fill(response)
        return _to_wire(response, limit)

    def _fill(self, response: dns.message.Message) -> None:
        question = response.question[0]
        found = look_up(self._zones, question.name, question.rdtype)
        response.set_rcode(found.rcode)
        response.answer = found.answer
        response.authority = found.authority


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, peer: DnsPeer):
        self._peer = peer

    def datagram_received(self, data: bytes, addr) -> None:
        self._peer.datagram(data, addr)


def _bind_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Return a UDP and a listening TCP socket with the same, free port number."""
    for _attempt in range(BIND_ATTEMPTS):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((host, 0))
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            tcp.bind(udp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
            continue
        return udp, tcp
    raise OSError(f"No port number on {host} is free for both UDP and TCP.")


def _with_wildcards(name: dns.name.Name):
    yield name
    while name != dns.name.root:
        name = name.parent()
        yield dns.name.Name(("*", *name.labels))


def _udp_limit(query: dns.message.Message) -> int:
    if query.edns < 0:
        return UDP_PAYLOAD_MIN
    return min(max(query.payload, UDP_PAYLOAD_MIN), UDP_PAYLOAD_MAX)


def _to_wire(response: dns.message.Message, limit: int) -> bytes:
    try:
        return response.to_wire(max_size=limit)
    except dns.exception.TooBig:
        # RFC 2181 section 9: an answer that does not fit is marked, and asked again over TCP.
        response.flags |= dns.flags.TC
        response.answer, response.authority = [], []
        return response.to_wire(max_size=limit)
