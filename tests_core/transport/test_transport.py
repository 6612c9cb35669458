"""MTA-STS (RFC 8461), TLS-RPT (RFC 8460), DNSSEC, and the fetching of a policy."""

import asyncio
import ssl

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Answer, Status
from core.transport import dnssec, https, mta_sts, tls_rpt
from core.transport.https import FetchError, fetch
from core.transport.mta_sts import PolicyError, parse_policy
from scripts.sandbox.certificate import obtain_certificate

POLICY = (
    "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmx: *.b.example\r\n"
    "max_age: 604800\r\n"
)
ZONES = {
    "example.com": {"MX": ["10 mx.example.com"]},
    "_mta-sts.example.com": {"TXT": ["v=STSv1; id=20260101;"]},
    "mta-sts.example.com": {"A": ["198.51.100.1"]},
}


def judge(zones=ZONES, policy=POLICY, fetch_=True):
    async def serve(host, path, address):
        assert (host, path, address) == (
            "mta-sts.example.com",
            "/.well-known/mta-sts.txt",
            "198.51.100.1",
        )
        if isinstance(policy, Exception):
            raise policy
        return policy

    found = asyncio.run(mta_sts.check("example.com", FakeDns(zones), serve if fetch_ else None))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    "record, code",
    [
        ("v=STSv1; id=20260101;", "mta_sts_ok"),
        ("v=STSv1;id=a", "mta_sts_ok"),
        ("v=STSv1; id=not-allowed", "mta_sts_syntax"),
        ("v=STSv1; id=" + "a" * 33, "mta_sts_syntax"),
        ("v=STSv1;", "mta_sts_syntax"),
        ("v=STSv1; nonsense", "mta_sts_syntax"),
        ("v=STSv2; id=1", "mta_sts_absent"),
        ("v=spf1 -all", "mta_sts_absent"),
        ("v=STSv1 id=1", "mta_sts_syntax"),
        ("V=STSv1; id=1", "mta_sts_syntax"),
        ("STSv1; id=1", "mta_sts_syntax"),
    ],
)
def test_mta_sts_record(record, code):
    assert judge(ZONES | {"_mta-sts.example.com": {"TXT": [record]}}).code == code


@pytest.mark.parametrize(
    "zones, code",
    [
        ({"_mta-sts.example.com": {}}, "mta_sts_absent"),
        ({"_mta-sts.example.com": {"TXT": ["v=STSv1; id=1", "v=STSv1; id=2"]}}, "mta_sts_multiple"),
        ({"_mta-sts.example.com": Status.TIMEOUT}, "mta_sts_unknown"),
        ({"mta-sts.example.com": {}}, "mta_sts_host_missing"),
        ({"mta-sts.example.com": Status.SERVFAIL}, "mta_sts_policy_unknown"),
        (
            {"example.com": {"MX": ["10 mx.example.com", "20 mx2.example.com"]}},
            "mta_sts_mx_refused",
        ),
        ({"example.com": {"MX": ["10 a.b.example"]}}, "mta_sts_ok"),
        ({"example.com": {"MX": ["10 a.a.b.example"]}}, "mta_sts_mx_refused"),
        ({"example.com": {"MX": ["10 b.example"]}}, "mta_sts_mx_refused"),
    ],
)
def test_mta_sts_in_the_dns(zones, code):
    assert judge(ZONES | zones).code == code


@pytest.mark.parametrize(
    "policy, code",
    [
        (POLICY.replace("enforce", "testing"), "mta_sts_not_enforced"),
        (
            POLICY.replace("enforce", "testing").replace("mx.example", "old.example"),
            "mta_sts_mx_not_listed",
        ),
        ("version: STSv1\nmode: none\nmax_age: 1", "mta_sts_not_enforced"),
        ("<html>not found</html>", "mta_sts_policy_syntax"),
        ("", "mta_sts_policy_syntax"),
        (FetchError("fetch_unreachable"), "mta_sts_policy_unknown"),
        (FetchError("fetch_certificate"), "mta_sts_policy_refused"),
        (FetchError("fetch_status", status="404"), "mta_sts_policy_refused"),
        (asyncio.TimeoutError(), "mta_sts_policy_unknown"),
    ],
)
def test_mta_sts_policy(policy, code):
    assert judge(policy=policy).code == code


def test_without_https_nothing_is_claimed_about_the_policy():
    assert judge(fetch_=False).code == "mta_sts_policy_unknown"


@pytest.mark.parametrize(
    "text, line",
    [
        (POLICY.replace("STSv1", "STSv2"), "version: STSv2"),
        (POLICY.replace("enforce", "strict"), "mode: strict"),
        (POLICY.replace("604800", "31557601"), "max_age: 31557601"),
        (POLICY.replace("604800", "-1"), "max_age: -1"),
        (POLICY.replace("604800", "1" * 5000), "max_age: " + "1" * 5000),
        ("version: STSv1\nmode: enforce\nmax_age: 1", "mx"),
        ("version: STSv1\nmx: a.example\nmax_age: 1", "mode"),
        (POLICY + "nonsense\n", "nonsense"),
    ],
)
def test_policies_that_senders_ignore(text, line):
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert caught.value.params["line"] == line


@pytest.mark.parametrize(
    "zone, code",
    [
        ({"TXT": ["v=TLSRPTv1; rua=mailto:t@example.com"]}, "tls_rpt_ok"),
        ({"TXT": ["v=TLSRPTv1;rua=https://x.example/r, mailto:t@example.com"]}, "tls_rpt_ok"),
        ({"TXT": ["v=TLSRPTv1; rua=t@example.com"]}, "tls_rpt_address_invalid"),
        ({"TXT": ["v=TLSRPTv1; rua=http://x.example/"]}, "tls_rpt_address_invalid"),
        ({"TXT": ["v=TLSRPTv1;"]}, "tls_rpt_address_invalid"),
        ({"TXT": ["v=TLSRPTv1; nonsense"]}, "tls_rpt_syntax"),
        ({"TXT": ["v=TLSRPTv1; rua=mailto:t@example.com"] * 2}, "tls_rpt_multiple"),
        ({"TXT": ["v=TLSRPTv2; rua=mailto:t@example.com"]}, "tls_rpt_absent"),
        ({"TXT": ["v=spf1 -all"]}, "tls_rpt_absent"),
        ({"TXT": ["v=TLSRPTv1 rua=mailto:t@example.com"]}, "tls_rpt_syntax"),
        ({"TXT": ["v=tlsrptv1; rua=mailto:t@example.com"]}, "tls_rpt_syntax"),
        ({}, "tls_rpt_absent"),
        (Status.SERVFAIL, "tls_rpt_unknown"),
    ],
)
def test_tls_rpt(zone, code):
    found = asyncio.run(tls_rpt.check("example.com", FakeDns({"_smtp._tls.example.com": zone})))
    assert [item.code for item in found] == [code]


class ValidatingDns(FakeDns):
    async def query(self, name, rdtype):
        return Answer(name, rdtype, Status.NODATA, authenticated=True)


@pytest.mark.parametrize(
    "dns, code",
    [
        (ValidatingDns({}), "dnssec_validated"),
        (FakeDns({"example.com": {"DS": ["1 13 2 AB"]}}), "dnssec_signed"),
        (FakeDns({"a.example.com": {}}), "dnssec_unsigned"),
        (FakeDns({"com": {"DS": ["1 13 2 AB"]}}), "dnssec_unsigned"),
        (FakeDns({"example.com": {"DS": Status.REFUSED}}), "dnssec_unknown"),
    ],
)
def test_dnssec_is_information(dns, code):
    found = asyncio.run(dnssec.check("a.example.com", dns))
    assert [item.code for item in found] == [code]
    assert found[0].severity.value in ("ok", "info")


# ---- fetching ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return obtain_certificate(tmp_path_factory.mktemp("certificate"))


def fetched(certificate, answer, context=None):
    """What `fetch` makes of the octets a server answers."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def play():
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate.server_context())
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await fetch("localhost", "/policy", "127.0.0.1", port, context)

    return asyncio.run(play())


@pytest.fixture
def trusting(certificate):
    return ssl.create_default_context(cafile=certificate.ca_file)


def test_a_file_is_fetched(certificate, trusting):
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nversion: STSv1\r\n"
    assert fetched(certificate, answer, trusting) == "version: STSv1\r\n"


@pytest.mark.parametrize(
    "answer, code",
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "fetch_status"),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\n\r\n", "fetch_status"),
        (b"", "fetch_status"),
        (b"garbage", "fetch_status"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (https.BODY_MAX + 1), "fetch_too_long"),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 500_000, "fetch_status"),
    ],
)
def test_what_is_not_the_file_is_refused(certificate, trusting, answer, code):
    with pytest.raises(FetchError) as caught:
        fetched(certificate, answer, trusting)
    assert caught.value.code == code


def test_a_certificate_nobody_trusts_is_refused(certificate):
    with pytest.raises(FetchError) as caught:
        fetched(certificate, b"HTTP/1.1 200 OK\r\n\r\n")
    assert caught.value.code == "fetch_certificate"


def test_nobody_listens():
    with pytest.raises(FetchError) as caught:
        asyncio.run(fetch("localhost", "/policy", "127.0.0.1", 9))
    assert caught.value.code == "fetch_unreachable"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "2001:0:a00:1::f7f7:f7f7",  # Teredo by way of the server 10.0.0.1
        "2001:0:808:808::f5ff:fffe",  # Teredo to the client 10.0.0.1
    ],
)
def test_a_domain_cannot_send_the_fetch_into_the_own_network(address):
    with pytest.raises(FetchError) as caught:
        asyncio.run(https.fetch_public("mta-sts.example.com", mta_sts.POLICY_PATH, address))
    assert caught.value.code == "fetch_unreachable"


def test_records_for_reports_and_for_mta_sts_come_with_one_to_publish():
    absent = asyncio.run(tls_rpt.check("example.com", FakeDns({"example.com": {}})))[0]
    assert absent.expected == "v=TLSRPTv1; rua=mailto:postmaster@example.com"
    zone = {"TXT": ["v=TLSRPTv1; rua=http://x.example/, mailto:t@example.com"]}
    broken = asyncio.run(tls_rpt.check("example.com", FakeDns({"_smtp._tls.example.com": zone})))[0]
    assert broken.expected == "v=TLSRPTv1; rua=mailto:t@example.com"
    absent = judge(ZONES | {"_mta-sts.example.com": {}})
    assert absent.expected == "v=STSv1; id=1"
    broken = judge(ZONES | {"_mta-sts.example.com": {"TXT": ["v=STSv1; id=2026-01-01"]}})
    assert broken.expected == "v=STSv1; id=20260101"


SIGNED, PLAIN = {"DS": ["1 8 2 00"], "NS": ["ns.example"]}, {"NS": ["ns.example"]}


@pytest.mark.parametrize(
    "zones, code",
    [
        ({"example.com": SIGNED}, "dnssec_signed"),
        ({"example.com": SIGNED, "a.example.com": PLAIN}, "dnssec_unsigned"),
        ({"example.com": PLAIN, "a.example.com": SIGNED}, "dnssec_signed"),
        ({"example.com": SIGNED, "a.example.com": {"A": ["192.0.2.1"]}}, "dnssec_signed"),
        ({"example.com": PLAIN}, "dnssec_unsigned"),
        ({"example.com": Status.SERVFAIL}, "dnssec_unknown"),
        ({"example.com": Status.SERVFAIL, "a.example.com": PLAIN}, "dnssec_unsigned"),
    ],
)
def test_the_nearest_zone_decides_whether_a_name_is_signed(zones, code):
    [item] = asyncio.run(dnssec.check("a.example.com", FakeDns({"a.example.com": {}, **zones})))
    assert item.code == code
