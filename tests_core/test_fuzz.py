"""Whatever others publish, core answers with a value and never with a traceback."""

import asyncio
import base64
from contextlib import suppress

from dkim_keys import RSA_1024, RSA_2048
from fake_dns import FakeDns
from hypothesis import example, given
from hypothesis import strategies as st

from core.dkim import der
from core.dkim import record as dkim
from core.dmarc import record as dmarc
from core.dns import tag_list
from core.dns.name import InvalidName, mail_domain, to_ascii
from core.dns.resolver import Status
from core.domain import zone_file
from core.domain.report import DomainReport, check
from core.findings.wording import explain
from core.sender import Selector, Sender
from core.spf import check_host, parse
from core.spf.compose import compose
from core.transport import mta_sts

PIECES = st.sampled_from(
    [
        "v=spf1",
        "v=DMARC1",
        "v=DKIM1",
        "v=STSv1",
        "v=TLSRPTv1",
        " ",
        ";",
        "=",
        ":",
        "/",
        "//",
        "%{",
        "}",
        "%",
        "a",
        "mx",
        "ptr",
        "include",
        "exists",
        "ip4",
        "ip6",
        "all",
        "redirect",
        "exp",
        "-",
        "~",
        "?",
        "+",
        "192.0.2.1",
        "2001:db8::",
        "24",
        "example.com",
        "%{ir}",
        "%{d2r-}",
        "p",
        "rua",
        "mailto:",
        "none",
        "reject",
        "k",
        "rsa",
        "ed25519",
        RSA_1024,
        "sp",
        "pct",
        "\x00",
        "ü",
        '"',
        "\\",
        "id",
        ".",
        "..",
        "example.org",
        "_spf.",
        "1" * 64,
        ",",
        "t",
        "y",
        "h",
        "s",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=15).map("".join),
    st.lists(PIECES, max_size=15).map(" ".join),
)
SPF = st.lists(PIECES, max_size=12).map(lambda pieces: "v=spf1 " + " ".join(pieces))


@given(SPF | TEXTS)
def test_spf_problems_have_a_place_in_the_record(text):
    record = parse(text)
    for item in (*record.directives, *record.modifiers):
        assert text[item.position :].startswith(item.text)
    for problem in record.problems:
        assert 0 <= problem.position <= len(text)


@given(st.lists(SPF, max_size=3), st.sets(st.sampled_from(["a:h.example", "include:x.example"])))
def test_a_merged_record_is_valid_and_composing_it_again_changes_nothing(texts, required):
    merged = compose([parse(text) for text in texts], sorted(required))
    record = parse(merged)
    assert record.problems == ()
    assert compose([record], ()) == merged
    assert required <= {item.text for item in record.directives}


@given(TEXTS)
def test_tag_lists(text):
    try:
        tags = tag_list.parse(text)
    except tag_list.TagListError:
        return
    assert tag_list.parse(";".join(f"{tag}={value}" for tag, value in tags.items())) == tags


@given(TEXTS)
def test_records_are_read_or_refused_by_the_exception_of_their_kind(text):
    for read, refusal in (
        (dkim.parse, dkim.DkimError),
        (dmarc.parse, dmarc.DmarcError),
        (mta_sts.parse_policy, mta_sts.PolicyError),
    ):
        with suppress(refusal):
            read(text)


@given(st.binary(max_size=200))
@example(bytes.fromhex("30820122"))
@example(bytes.fromhex("3080"))
def test_octets_are_a_key_or_no_key(data):
    with suppress(der.DerError):
        assert der.rsa_key_bits(data) >= 0


@given(st.integers(0, 293), st.integers(0, 255))
def test_a_damaged_key_is_a_key_or_no_key(position, octet):
    data = bytearray(base64.b64decode(RSA_2048))
    data[position] = octet
    with suppress(der.DerError):
        assert der.rsa_key_bits(bytes(data)) <= 2056


@given(st.text(max_size=300))
def test_names_are_valid_or_refused_with_a_code(text):
    for read in (to_ascii, mail_domain):
        try:
            name = read(text)
        except InvalidName as error:
            assert error.code.startswith("name_")
        else:
            assert name.isascii() and name == name.lower() and len(name) <= 253
            assert read(name) == name


ANSWERS = st.lists(TEXTS | SPF, min_size=1, max_size=2) | st.sampled_from(
    [Status.SERVFAIL, Status.TIMEOUT, ()]
)
HOSTS = st.sampled_from(
    ["example.com", "mx.example.com", "a.example.com", "gone.example", ".", "192.0.2.1", "x" * 64]
)


@given(
    st.fixed_dictionaries(
        {
            name: st.fixed_dictionaries(
                {"TXT": ANSWERS},
                optional={
                    "MX": st.lists(HOSTS.map(lambda host: f"10 {host}"), max_size=3),
                    "A": st.just(["198.51.100.1"]),
                    "CNAME": HOSTS.map(lambda host: [host]),
                },
            )
            for name in (
                "example.com",
                "a.example.com",
                "mx.example.com",
                "_dmarc.example.com",
                "s._domainkey.example.com",
                "_mta-sts.example.com",
                "_smtp._tls.example.com",
            )
        }
    ),
    TEXTS,
)
def test_a_report_about_anything(zones, text):
    senders = [
        Sender(
            "S",
            text,
            ("include:a.example.com", text.replace(" ", "")),
            (Selector("s", text), Selector(text)),
            text,
            text,
        )
    ]
    dns = FakeDns(zones)
    report = asyncio.run(check("example.com", dns, [text], senders, text, transport=True))
    assert DomainReport.from_json(report.to_json()) == report
    assert report.findings and all(explain(item) for item in report.findings)
    assert all(line.isprintable() for line in zone_file.export(report.findings).split("\n"))
    asyncio.run(check_host("192.0.2.1", "example.com", f"{text}@example.com", text, dns))
