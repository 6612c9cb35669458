"""The sandbox's DNS server, asked over real sockets."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from scripts.sandbox import DEFAULT_ZONES, DnsPeer

TIMEOUT = 5
"""Seconds for an answer that is expected to come."""
SILENCE = 0.3
"""Seconds without an answer after which a test believes that none comes."""

ZONES = {
    "example.test": """
@ SOA ns hostmaster 1 3600 600 86400 300
@ TXT "v=spf1 -all"
www CNAME web
web A 192.0.2.1
away CNAME target.other.test.
loop1 CNAME loop2
loop2 CNAME loop1
*.wild A 192.0.2.2
a.b.deep A 192.0.2.3
""",
    "other.test": "target A 192.0.2.4",
    "sub.example.test": '@ TXT "of the zone below"',
}


@pytest.fixture
def peer():
    with DnsPeer(ZONES) as peer:
        yield peer


def ask(peer, name, rdtype, transport=dns.query.udp, timeout=TIMEOUT, **options):
    query = dns.message.make_query(name, rdtype, **options)
    return transport(query, peer.host, port=peer.port, timeout=timeout)


def records(response):
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


@pytest.mark.parametrize("transport", [dns.query.udp, dns.query.tcp])
@pytest.mark.parametrize(
    ("name", "rdtype", "rcode", "expected"),
    [
        ("example.test", "TXT", "NOERROR", ['"v=spf1 -all"']),
        ("EXAMPLE.test", "TXT", "NOERROR", ['"v=spf1 -all"']),
        ("www.example.test", "A", "NOERROR", ["web.example.test.", "192.0.2.1"]),
        ("www.example.test", "CNAME", "NOERROR", ["web.example.test."]),
        ("away.example.test", "A", "NOERROR", ["target.other.test.", "192.0.2.4"]),
        ("loop1.example.test", "A", "SERVFAIL", []),
        ("any.wild.example.test", "A", "NOERROR", ["192.0.2.2"]),
        ("sub.example.test", "TXT", "NOERROR", ['"of the zone below"']),
        ("example.test", "MX", "NOERROR", []),
        ("b.deep.example.test", "A", "NOERROR", []),
        ("missing.example.test", "A", "NXDOMAIN", []),
        ("elsewhere.invalid", "A", "REFUSED", []),
    ],
)
def test_answers_from_its_zones(peer, transport, name, rdtype, rcode, expected):
    response = ask(peer, name, rdtype, transport)
    assert dns.rcode.to_text(response.rcode()) == rcode
    assert records(response) == expected


def test_negative_answers_carry_the_soa(peer):
    for name in ("missing.example.test", "web.example.test"):
        response = ask(peer, name, "MX")
        assert [rrset.name.to_text() for rrset in response.authority] == ["example.test."]


@pytest.mark.parametrize("how", ["servfail", "refused", "nxdomain"])
def test_programmed_return_code(peer, how):
    peer.fail("example.test", "TXT", how)
    response = ask(peer, "example.test", "TXT")
    assert dns.rcode.to_text(response.rcode()) == how.upper()
    assert ask(peer, "example.test", "SOA").rcode() == dns.rcode.NOERROR


def test_a_failure_without_type_concerns_every_type_of_this_name_only(peer):
    peer.fail("www.example.test", None, "servfail")
    assert ask(peer, "www.example.test", "A").rcode() == dns.rcode.SERVFAIL
    assert ask(peer, "www.example.test", "TXT").rcode() == dns.rcode.SERVFAIL
    assert ask(peer, "web.example.test", "A").rcode() == dns.rcode.NOERROR


def test_a_failure_with_a_star_concerns_all_names_below(peer):
    peer.fail("*.example.test", "A", "servfail")
    assert ask(peer, "a.b.deep.example.test", "A").rcode() == dns.rcode.SERVFAIL
    assert ask(peer, "example.test", "A").rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize("transport", [dns.query.udp, dns.query.tcp])
def test_time_out(peer, transport):
    peer.fail("example.test", "TXT", "timeout")
    with pytest.raises(dns.exception.Timeout):
        ask(peer, "example.test", "TXT", transport, timeout=SILENCE)


def test_truncation_on_demand_is_cured_by_tcp(peer):
    peer.fail("example.test", "TXT", "truncate")
    query = dns.message.make_query("example.test", "TXT")
    assert ask(peer, "example.test", "TXT").flags & dns.flags.TC
    response, used_tcp = dns.query.udp_with_fallback(query, peer.host, TIMEOUT, peer.port)
    assert used_tcp
    assert records(response) == ['"v=spf1 -all"']


def test_an_answer_that_does_not_fit_is_truncated(peer):
    text = " ".join(f'"{"x" * 200}"' for _part in range(4))
    peer.set_zone("large.test", f"@ TXT {text}")
    assert ask(peer, "large.test", "TXT").flags & dns.flags.TC
    assert records(ask(peer, "large.test", "TXT", use_edns=0, payload=4096)) == [text]
    assert records(ask(peer, "large.test", "TXT", dns.query.tcp)) == [text]


@pytest.mark.parametrize("transport", [dns.query.udp, dns.query.tcp])
def test_garbage(peer, transport):
    peer.fail("example.test", "TXT", "garbage")
    with pytest.raises(dns.exception.FormError):
        ask(peer, "example.test", "TXT", transport)


def test_answer_from_another_source(peer):
    peer.fail("example.test", "TXT", "wrong-source")
    with pytest.raises(dns.query.UnexpectedSource):
        ask(peer, "example.test", "TXT")


def test_delays_of_questions_in_flight_do_not_add_up(peer):
    peer.delay = 0.2
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _number: ask(peer, "example.test", "TXT"), range(4)))
    elapsed = time.monotonic() - started
    assert [records(answer) for answer in answers] == [['"v=spf1 -all"']] * 4
    assert 0.2 <= elapsed < 0.8


def test_questions_are_recorded_and_reset_forgets_everything(peer):
    ask(peer, "Example.TEST", "TXT")
    ask(peer, "example.test", "MX", dns.query.tcp)
    assert peer.questions == [("example.test", "TXT", "udp"), ("example.test", "MX", "tcp")]
    peer.fail("example.test", None, "servfail")
    peer.set_zone("example.test", '@ TXT "changed"')
    peer.set_zone("new.test", '@ TXT "new"')
    peer.delay = TIMEOUT
    peer.reset()
    assert peer.questions == []
    assert records(ask(peer, "example.test", "TXT")) == ['"v=spf1 -all"']
    assert ask(peer, "new.test", "TXT").rcode() == dns.rcode.REFUSED


def test_a_zone_can_be_replaced_while_running(peer):
    peer.set_zone("example.test", '@ TXT "changed"')
    assert records(ask(peer, "example.test", "TXT")) == ['"changed"']
    assert ask(peer, "www.example.test", "A").rcode() == dns.rcode.NXDOMAIN


def test_what_is_no_query_does_not_stop_the_server(peer):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"nonsense", (peer.host, peer.port))
    assert records(ask(peer, "example.test", "TXT")) == ['"v=spf1 -all"']


def test_errors_are_named():
    with pytest.raises(ValueError, match=r"The zone bad\.test cannot be read: bad\.test:\d+: "):
        DnsPeer({"bad.test": "@ A 192.0.2.1\n@ A nonsense\n"})
    with pytest.raises(ValueError, match="“explode” is no way for an answer to fail"):
        DnsPeer().fail("example.test", None, "explode")
    with pytest.raises(ValueError, match="There is no folder of zones at /nowhere"):
        DnsPeer("/nowhere")


@pytest.fixture(scope="module")
def world():
    with DnsPeer(DEFAULT_ZONES) as peer:
        yield peer


@pytest.mark.parametrize(
    ("name", "rdtype", "count"),
    [
        ("acme.test", "MX", 1),
        ("acme.test", "TXT", 1),
        ("odoo._domainkey.acme.test", "TXT", 1),
        ("_dmarc.acme.test", "TXT", 1),
        ("25.196.31.192.in-addr.arpa", "PTR", 1),
        ("broken.test", "TXT", 2),
        ("broken.test", "MX", 2),
        ("odoo._domainkey.broken.test", "TXT", 0),
        ("bare.test", "TXT", 0),
        ("bare.test", "MX", 0),
        ("customer.test", "MX", 1),
    ],
)
def test_default_zones(world, name, rdtype, count):
    assert len(records(ask(world, name, rdtype))) == count


def test_default_zones_that_fail(world):
    assert ask(world, "_dmarc.servfail.test", "TXT").rcode() == dns.rcode.SERVFAIL
    assert ask(world, "no-such-domain.test", "MX").rcode() == dns.rcode.NXDOMAIN
    with pytest.raises(dns.exception.Timeout):
        ask(world, "timeout.test", "MX", timeout=SILENCE)
