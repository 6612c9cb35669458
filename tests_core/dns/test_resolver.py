"""core.resolver against a real DNS server on loopback."""

import asyncio
import contextlib
import time

import dns.flags
import dns.message
import pytest

from core.dns.resolver import DnsResolver, InvalidNameserver, Status, parse_nameserver, run
from scripts.sandbox.dns_peer import DnsPeer

LONG_TEXT = "x" * 10_000
LONG_STRINGS = " ".join(f'"{LONG_TEXT[start : start + 250]}"' for start in range(0, 10_000, 250))
ZONE = f"""
@ MX 20 mx2
@ MX 10 mx1
@ TXT "v=spf1" " mx -all"
mx1 A 192.0.2.1
www CNAME web.other
web.other CNAME mx1
dangling CNAME gone
long TXT {LONG_STRINGS}
xn--bcher-kva A 192.0.2.2
bytes TXT "\\128\\000a"
"""


@pytest.fixture(scope="module")
def peer():
    with DnsPeer({"example.test": ZONE}) as peer:
        yield peer


@pytest.fixture
def ask(peer):
    """Ask one question with a resolver of its own; the peer starts without failures."""
    peer.reset()

    def _ask(name, rdtype="A", **options):
        resolver = DnsResolver([f"127.0.0.1:{peer.port}"], **options)
        return run(resolver.query(name, rdtype))

    return _ask


def test_records_are_text_without_trailing_dots(ask):
    assert ask("example.test", "MX").records == ("10 mx1.example.test", "20 mx2.example.test")
    assert ask("mx1.example.test").records == ("192.0.2.1",)


def test_strings_of_a_text_record_are_joined(ask):
    assert ask("example.test", "TXT").records == ("v=spf1 mx -all",)


def test_octets_that_are_no_text_are_kept_one_by_one(ask):
    assert ask("bytes.example.test", "TXT").records == ("\x80\x00a",)


def test_a_cname_chain_is_followed_and_told(ask):
    answer = ask("www.example.test")
    assert answer.records == ("192.0.2.1",)
    assert answer.chain == ("web.other.example.test", "mx1.example.test")
    assert answer.canonical_name == "mx1.example.test"


def test_the_target_of_a_dangling_cname_is_told(ask):
    answer = ask("dangling.example.test")
    assert answer.status == Status.NXDOMAIN
    assert answer.canonical_name == "gone.example.test"


@pytest.mark.parametrize(
    "name, rdtype, status",
    [
        ("mx1.example.test", "A", Status.OK),
        ("mx1.example.test", "TXT", Status.NODATA),
        ("missing.example.test", "A", Status.NXDOMAIN),
        ("elsewhere.invalid", "A", Status.REFUSED),
        (f"{'a' * 64}.example.test", "A", Status.INVALID_NAME),
        ("two..dots", "A", Status.INVALID_NAME),
        ("", "A", Status.INVALID_NAME),
    ],
)
def test_outcomes_are_told_apart(ask, name, rdtype, status):
    assert ask(name, rdtype).status == status


@pytest.mark.parametrize(
    "how, status",
    [
        ("servfail", Status.SERVFAIL),
        ("refused", Status.REFUSED),
        ("timeout", Status.TIMEOUT),
        ("garbage", Status.TIMEOUT),  # a forged datagram must not end the wait for the real one
        ("wrong-source", Status.TIMEOUT),
    ],
)
def test_failures_are_told_apart(ask, peer, how, status):
    peer.fail("mx1.example.test", "A", how)
    answer = ask("mx1.example.test", timeout=0.1, lifetime=0.3)
    assert (answer.status, answer.known, answer.records) == (status, False, ())


@pytest.mark.parametrize(
    "name",
    [
        "bücher.example.test",
        "BÜCHER.example.test.",
        "bücher。example．test",
        "xn--bcher-kva.example.test",
    ],
)
def test_internationalised_names_are_asked_in_ascii(ask, name):
    answer = ask(name)
    assert answer.records == ("192.0.2.2",)
    assert answer.name == "xn--bcher-kva.example.test"


def test_a_long_answer_comes_over_tcp(ask, peer):
    assert ask("long.example.test", "TXT").records == (LONG_TEXT,)
    assert [question.transport for question in peer.questions] == ["udp", "tcp"]


def test_a_truncated_answer_comes_over_tcp(ask, peer):
    peer.fail("mx1.example.test", "A", "truncate")
    assert ask("mx1.example.test").records == ("192.0.2.1",)


def test_a_server_that_drips_its_answer_over_tcp():
    """It truncates over UDP, and then sends one octet after the other, for ever."""

    async def drip(_reader, writer):
        with contextlib.suppress(ConnectionError), contextlib.closing(writer.transport):
            while True:
                writer.write(b"\x01")
                await writer.drain()
                await asyncio.sleep(0.01)

    class Truncating(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            response = dns.message.make_response(dns.message.from_wire(data))
            response.flags |= dns.flags.TC
            self.transport.sendto(response.to_wire(), address)

    async def play():
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            Truncating, local_addr=address
        )
        resolver = DnsResolver([f"127.0.0.1:{address[1]}"], timeout=0.2, lifetime=0.5)
        start = time.monotonic()
        answer = await resolver.query("example.test", "A")
        transport.close()
        server.close()
        return answer.status, time.monotonic() - start

    status, seconds = asyncio.run(play())
    assert status in (Status.TIMEOUT, Status.MALFORMED)
    assert seconds < 0.5 + 0.3


def test_nobody_listens():
    resolver = DnsResolver(["127.0.0.1:9"], timeout=0.1, lifetime=0.3)
    assert run(resolver.query("example.test", "A")).status in (Status.TIMEOUT, Status.UNREACHABLE)


def test_nothing_is_asked_twice(peer):
    peer.reset()
    peer.delay = 0.05
    resolver = DnsResolver([f"127.0.0.1:{peer.port}"])

    async def ask_three_times():
        pair = await asyncio.gather(
            *(resolver.query(name, "A") for name in ("mx1.example.test", "MX1.example.test."))
        )
        return {*pair, await resolver.query("mx1.example.test", "A")}

    assert len(run(ask_three_times())) == 1
    assert len(peer.questions) == 1


def test_whoever_stops_waiting_leaves_the_answer_to_the_others(peer):
    peer.reset()
    peer.delay = 0.1
    resolver = DnsResolver([f"127.0.0.1:{peer.port}"])

    async def one_gives_up():
        patient = asyncio.create_task(resolver.query("mx1.example.test", "A"))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(resolver.query("mx1.example.test", "A"), 0.01)
        return await patient

    assert run(one_gives_up()).status == Status.OK


def test_questions_travel_at_the_same_time(peer):
    peer.reset()
    peer.delay = 0.1
    resolver = DnsResolver([f"127.0.0.1:{peer.port}"])

    async def ask_many():
        return await asyncio.gather(
            *(resolver.query(f"n{number}.example.test", "A") for number in range(30))
        )

    start = time.monotonic()
    run(ask_many())
    assert time.monotonic() - start < 15 * 0.1  # one after the other it would be 30 * 0.1


def test_the_lifetime_bounds_the_whole_check(peer):
    peer.reset()
    peer.fail("*.example.test", None, "timeout")
    resolver = DnsResolver([f"127.0.0.1:{peer.port}"], timeout=0.2, lifetime=0.6)

    async def ask_in_a_row():
        return [await resolver.query(f"n{number}.example.test", "A") for number in range(20)]

    start = time.monotonic()
    answers = run(ask_in_a_row())
    assert time.monotonic() - start < 0.6 + 0.3
    assert {answer.status for answer in answers} == {Status.TIMEOUT}


def test_the_second_name_server_is_asked_where_the_first_is_silent(peer):
    peer.reset()
    resolver = DnsResolver(["127.0.0.1:9", f"127.0.0.1:{peer.port}"], timeout=0.2)
    assert run(resolver.query("mx1.example.test", "A")).status == Status.OK


def test_one_resolver_serves_several_event_loops(peer):
    peer.reset()
    resolver = DnsResolver([f"127.0.0.1:{peer.port}"])
    for number in range(3):
        assert run(resolver.query(f"n{number}.example.test", "A")).status == Status.NXDOMAIN


def test_a_running_event_loop_does_not_prevent_a_check(peer):
    peer.reset()

    async def inside():
        return run(DnsResolver([f"127.0.0.1:{peer.port}"]).query("mx1.example.test", "A"))

    assert asyncio.run(inside()).status == Status.OK


@pytest.mark.parametrize(
    "text, expected",
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        (" 192.0.2.1:5353 ", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_a_name_server_is_an_address_with_a_port(text, expected):
    assert parse_nameserver(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dns.example.com",
        "192.0.2.1:",
        "192.0.2.1:0",
        "1.2.3",
        "192.0.2.1:65536",
        "[::1",
        "[::1]x",
        "192.0.2.1:http",
        ":53",
    ],
)
def test_anything_else_is_refused_as_a_name_server(text):
    with pytest.raises(InvalidNameserver) as caught:
        DnsResolver([text])
    assert caught.value.code == "nameserver_invalid"
    assert caught.value.params == {"nameserver": text}


def test_no_name_server_at_all_is_refused():
    with pytest.raises(InvalidNameserver) as caught:
        DnsResolver([])
    assert caught.value.code == "nameserver_missing"
