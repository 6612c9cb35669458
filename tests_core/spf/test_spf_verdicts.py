"""core.spf.check: who may send is told by what the record means, in zones as people have them."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.findings.finding import Severity
from core.sender import Sender
from core.spf import check, check_host

FLAT = "ip4:64.233.160.0/19 ip4:66.102.0.0/20 ip6:2001:4860:4000::/36"
ZONES = {
    "_spf.google.example": {
        "TXT": ["v=spf1 include:_n1.google.example include:_n2.google.example ~all"]
    },
    "_n1.google.example": {"TXT": ["v=spf1 ip4:64.233.160.0/19 ip4:66.102.0.0/20 ~all"]},
    "_n2.google.example": {"TXT": ["v=spf1 ip6:2001:4860:4000::/36 ~all"]},
    "_spf.force.example": {"TXT": ["v=spf1 exists:%{i}._spf.mta.force.example -all"]},
    "spf.jet.example": {"TXT": ["v=spf1 ip4:87.253.232.0/21 ?all"]},
    "flat.example": {"TXT": [f"v=spf1 {FLAT} -all"]},
    "all-of.example": {"TXT": ["v=spf1 include:_spf.google.example include:spf.jet.example ~all"]},
    "example.com.hosted.example": {"TXT": ["v=spf1 include:_spf.google.example -all"]},
    "8.113.0.203.listed.example": {"A": ["127.0.0.2"]},
    "everybody.example": {"TXT": ["v=spf1 +all"]},
    "neutral.example": {"TXT": ["v=spf1 ip4:192.0.2.1 ?all"]},
    "open.example": {"TXT": ["v=spf1 ip4:192.0.2.1"]},
    "ptr.example": {"TXT": ["v=spf1 ptr -all"]},
    "half.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 include:gone.example -all"]},
    "mail.example": {"A": ["203.0.113.8"]},
    "v4a.example": {"A": ["203.0.113.1"]},
    "v4b.example": {"A": ["203.0.113.2"]},
    "v4c.example": {"A": ["203.0.113.3"]},
    "there.example": {"A": ["127.0.0.2"]},
    "down.example": Status.TIMEOUT,
}
GOOGLE = Sender("Google", spf_terms=("include:_spf.google.example",))
FORCE = Sender("Force", spf_terms=("include:_spf.force.example",))
OWN = Sender("Own", spf_terms=("a:mail.example",))


def assess(*records, senders=(GOOGLE,), **zones):
    own = {"TXT": list(records), "A": ["203.0.113.9"], "MX": ["10 mail.example"]}
    dns = FakeDns(ZONES | {"example.com": own} | zones)
    return asyncio.run(check("example.com", dns, senders))


def codes(*records, **options):
    return [item.code for item in assess(*records, **options).findings]


def worst(*records, **options):
    return {item.severity for item in assess(*records, **options).findings}


@pytest.mark.parametrize(
    "record, allowed, code",
    [
        (f"v=spf1 {FLAT} -all", True, "spf_copied"),
        ("v=spf1 include:flat.example ~all", True, "spf_copied"),
        ("v=spf1 redirect=flat.example", True, "spf_copied"),
        ("v=spf1 ip4:64.233.160.0/19 ip4:66.102.0.0/21 ip4:66.102.8.0/21 "
         "ip6:2001:4860:4000::/36 -all", True, "spf_copied"),
        ("v=spf1 include:all-of.example -all", True, "spf_ok"),
        ("v=spf1 include:%{d}.hosted.example -all", True, "spf_ok"),
        ("v=spf1 include:%{o}.hosted.example -all", True, "spf_ok"),
        ("v=spf1 +all", True, "spf_permits_all"),
        ("v=spf1 ip4:64.233.160.0/19 ip4:66.102.0.0/20 -all", False, "spf_sender_missing"),
        ("v=spf1 -ip4:64.233.170.0 include:_spf.google.example -all", False, "spf_sender_denied"),
        ("v=spf1 ~ip4:64.233.170.0 include:_spf.google.example -all", False, "spf_sender_denied"),
        ("v=spf1 include:_spf.google.example -ip4:64.233.170.0 -all", True, "spf_ok"),
        ("v=spf1 -include:_spf.google.example ~all", False, "spf_sender_denied"),
        ("v=spf1 exists:%{i}.example.com.hosted.example -all", None, "spf_sender_untold"),
        ("v=spf1 include:%{i}.hosted.example -all", None, "spf_sender_untold"),
        ("v=spf1 -exists:%{i}.blocked.example include:_spf.google.example -all", None,
         "spf_sender_untold"),
        ("v=spf1 exists:%{i}.listed.example include:_spf.google.example -all", True, "spf_ok"),
        ("v=spf1 include:down.example include:_spf.google.example -all", None, "spf_term_unknown"),
        ("v=spf1 include:half.example include:_spf.google.example -all", False, "spf_term_missing"),
        ("v=spf1 include:_spf.google.example include:half.example -all", True, "spf_term_missing"),
    ],
)  # fmt: skip
def test_google(record, allowed, code):
    result = assess(record)
    assert result.allowed == (allowed,)
    assert code in [item.code for item in result.findings]


@pytest.mark.parametrize(
    "record, allowed",
    [
        ("v=spf1 include:_spf.force.example -all", True),
        ("v=spf1 mx include:_spf.force.example -all", True),
        ("v=spf1 exists:%{i}._spf.mta.force.example -all", True),
        ("v=spf1 mx -all", False),
        ("v=spf1 -ip4:192.0.2.1 include:_spf.force.example -all", None),
        ("v=spf1 exists:%{i}.hosted.example -all", None),
    ],
)
def test_a_need_that_depends_on_the_message_is_met_by_the_same_term(record, allowed):
    assert assess(record, senders=[FORCE]).allowed == (allowed,)


def test_where_a_few_addresses_decide_a_hosted_record_is_asked():
    listed, unlisted = OWN, Sender("Other", spf_terms=("a:v4a.example",))
    record = "v=spf1 exists:%{ir}.listed.example -all"
    assert assess(record, senders=[listed, unlisted]).allowed == (True, False)
    silent = {"8.113.0.203.listed.example": Status.SERVFAIL}
    assert assess(record, senders=[listed], **silent).allowed == (None,)
    by_sender = "v=spf1 exists:%{l}.listed.example -all"
    assert assess(by_sender, senders=[listed]).allowed == (None,)


@pytest.mark.parametrize(
    "record, term",
    [
        ("v=spf1 +all", "+all"),
        ("v=spf1 -ip4:192.0.2.1 all", "all"),
        ("v=spf1 include:everybody.example -all", "include:everybody.example"),
        ("v=spf1 redirect=everybody.example", "redirect=everybody.example"),
        ("v=spf1 ip4:0.0.0.0/0 -all", "ip4:0.0.0.0/0"),
        ("v=spf1 mx ip4:192.0.2.0/24 ip4:128.0.0.0/1 -all", "ip4:128.0.0.0/1"),
        ("v=spf1 ip4:0.0.0.0/2 ip4:64.0.0.0/2 -all", "ip4:64.0.0.0/2"),
        ("v=spf1 a/0 -all", "a/0"),
        ("v=spf1 ip6:2000::/3 -all", "ip6:2000::/3"),
        ("v=spf1 exists:there.example -all", "exists:there.example"),
    ],
)
def test_everybody_may_send_wherever_it_hides(record, term):
    found = [item for item in assess(record, senders=()).findings if item.code == "spf_permits_all"]
    assert [item.values["term"] for item in found] == [term]


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 exists:gone.example -all",
        "v=spf1 exists:%{i}.there.example -all",
        "v=spf1 -include:everybody.example -all",
        "v=spf1 ip4:64.0.0.0/2 -all",
    ],
)
def test_not_everybody_may_send(record):
    assert "spf_permits_all" not in codes(record, senders=())


@pytest.mark.parametrize(
    "record, code",
    [
        ("v=spf1 redirect=neutral.example", "spf_neutral_all"),
        ("v=spf1 redirect=open.example", "spf_no_all"),
        ("v=spf1 redirect=ptr.example", "spf_ptr"),
        ("v=spf1 include:ptr.example -all", "spf_ptr"),
        ("v=spf1 include:neutral.example -all", "spf_ok"),  # that is for its own domain to say
        ("v=spf1 a:gone1.example a:gone2.example -all", "spf_void_lookups"),
        ("v=spf1 a:gone1.example -all", "spf_ok"),
    ],
)
def test_what_is_said_about_a_record(record, code):
    assert codes(record, senders=()) == [code]


def test_hosts_with_ipv4_only_before_a_network_of_ipv6():
    hosts = "a:v4a.example a:v4b.example a:v4c.example"
    assert codes(f"v=spf1 {hosts} -all", senders=()) == ["spf_void_lookups_ipv6_only"]
    assert worst(f"v=spf1 {hosts} -all", senders=()) == {Severity.INFO}
    result = assess(f"v=spf1 {hosts} include:_spf.google.example -all")
    assert [item.code for item in result.findings] == ["spf_void_lookups_ipv6"]
    assert result.findings[0].severity == Severity.WARNING
    assert result.findings[0].expected == f"v=spf1 include:_spf.google.example {hosts} -all"
    assert result.allowed == (None,)
    assert assess(result.findings[0].expected).allowed == (True,)


def test_a_sender_behind_the_tenth_look_up_is_not_allowed():
    record = f"v=spf1 {'a:mail.example ' * 8}mx include:_spf.google.example -all"
    zones = {"example.com": {"TXT": [record], "MX": ["10 mail.example"]}}
    dns = FakeDns(ZONES | zones)
    result = asyncio.run(check_host("66.102.0.1", "example.com", "a@example.com", "h", dns))
    assert result.result == "permerror"
    assert assess(record).allowed == (False,)


@pytest.mark.parametrize("envelope", ["bnc3.jet.example", "Bounces.Example.com."])
def test_a_sender_whose_envelope_is_another_domain_is_no_error(envelope):
    sender = Sender("Jet", spf_terms=("include:spf.jet.example",), envelope_domain=envelope)
    result = assess("v=spf1 mx -all", senders=[sender])
    assert [item.code for item in result.findings] == ["spf_sender_elsewhere"]
    assert worst("v=spf1 mx -all", senders=[sender]) == {Severity.INFO}
    assert codes("v=spf1 include:spf.jet.example -all", senders=[sender]) == ["spf_ok"]
    [missing] = assess(senders=[sender]).findings
    assert missing.expected == "v=spf1 include:spf.jet.example ~all"


def test_an_envelope_of_the_same_domain_is_none_of_another():
    sender = Sender("Own", spf_terms=("a:v4a.example",), envelope_domain="Example.COM.")
    assert "spf_sender_missing" in codes("v=spf1 mx -all", senders=[sender])


@pytest.mark.parametrize("terms", [("_spf.google.example",), ("include:",), ("x=y",)])
def test_of_terms_that_cannot_be_read_nothing_is_claimed(terms):
    result = assess("v=spf1 mx -all", senders=[Sender("Typed", spf_terms=terms)])
    assert result.allowed == (None,)
    assert [item.code for item in result.findings] == ["spf_sender_terms_invalid"]


def test_slips_in_the_terms_of_a_sender_are_understood():
    sender = Sender("Typed", spf_terms=("include: _spf.google.example", "ipv4:203.0.113.8"))
    assert assess("v=spf1 mx include:_spf.google.example -all", senders=[sender]).allowed == (True,)


def test_a_whole_record_among_the_terms_of_a_sender_is_understood():
    sender = Sender("Pasted", spf_terms=("v=spf1", "include:_spf.google.example", "~all"))
    assert assess("v=spf1 include:_spf.google.example -all", senders=[sender]).allowed == (True,)
