"""core.spf.propose: a record is proposed where it is proven, else its parts are told."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.findings.finding import Severity
from core.sender import Sender
from core.spf import check, parse

ZONES = {
    "_spf.one.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:1::/48 -all"]},
    "_spf.two.example": {"TXT": ["v=spf1 include:_spf.one.example ip4:203.0.113.0/24 -all"]},
    "_spf.macro.example": {"TXT": ["v=spf1 exists:%{i}.macro.example -all"]},
    "_spf.half.example": {"TXT": ["v=spf1 ip4:192.0.2.0/25 include:gone.example -all"]},
    "_spf.empty.example": {"TXT": ["v=spf1 -all"]},
    "_spf.neutral.example": {"TXT": ["v=spf1 ip4:192.0.2.7 ?all"]},
    "live.example": {"A": ["192.0.2.200"], "AAAA": ["2001:db8:2::1"]},
    "v4a.example": {"A": ["192.0.2.1"]},
    "v4b.example": {"A": ["192.0.2.2"]},
    "down.example": Status.TIMEOUT,
    **{f"n{n}.example": {"TXT": [f"v=spf1 ip4:192.0.2.{n} -all"]} for n in range(12)},
}
ONE = Sender("One", spf_terms=("include:_spf.one.example",))
TWO = Sender("Two", spf_terms=("include:_spf.two.example",))
MACRO = Sender("Macro", spf_terms=("include:_spf.macro.example",))
GONE = Sender("Gone", spf_terms=("include:gone.example",))
EMPTY = Sender("Empty", spf_terms=("include:_spf.empty.example",))
HALF = Sender("Half", spf_terms=("include:_spf.half.example",))
DOWN = Sender("Down", spf_terms=("include:down.example",))


def assess(*records, senders=(), **own):
    zone = {"TXT": list(records), "MX": ["10 live.example"]} | own
    return asyncio.run(check("example.com", FakeDns(ZONES | {"example.com": zone}), senders))


def expected(*records, **options):
    texts = {item.expected for item in assess(*records, **options).findings}
    assert len(texts) == 1
    return texts.pop()


def said(*records, **options):
    """code -> parameters"""
    return {item.code: item.values for item in assess(*records, **options).findings}


@pytest.mark.parametrize(
    "records, senders, text",
    [
        # what is needed becomes one term, in its place
        (["v=spf1 ?include:_spf.one.example mx ~all"], [ONE],
         "v=spf1 include:_spf.one.example mx ~all"),
        # an include is redundant by its name only
        (["v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:1::/48 include:_spf.one.example ?all"], [],
         "v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:1::/48 include:_spf.one.example ~all"),
        # nothing moves from behind "all" to before it, unless a sender needs it
        (["v=spf1 mx -all ip4:192.0.2.1"], [], "v=spf1 mx -all"),
        (["v=spf1 mx -all include:_spf.one.example"], [ONE],
         "v=spf1 mx include:_spf.one.example -all"),
        # a later repeat changes nothing
        (["v=spf1 mx ip4:192.0.2.1 mx ip4:192.0.2.1 ?all"], [], "v=spf1 mx ip4:192.0.2.1 ~all"),
        # slips
        (["v=spf1 include: _spf.one.example mx -all"], [ONE],
         "v=spf1 include:_spf.one.example mx -all"),
        (["v=spf1 mx include:_spf.one.example-all"], [ONE],
         "v=spf1 mx include:_spf.one.example -all"),
        (["v=spf1 mx ip:192.0.2.1,ipv4:192.0.2.2 -all"], [],
         "v=spf1 mx ip4:192.0.2.1 ip4:192.0.2.2 -all"),
        (['"v=spf1 mx include:_spf.one.example -all"'], [ONE],
         "v=spf1 mx include:_spf.one.example -all"),
        # everybody
        (["v=spf1 mx +all"], [ONE], "v=spf1 mx include:_spf.one.example ~all"),
        (["v=spf1 include:_spf.two.example redirect=_spf.neutral.example"], [],
         "v=spf1 include:_spf.two.example include:_spf.neutral.example ~all"),
        (["v=spf1 redirect=_spf.neutral.example ?ip4:192.0.2.0/28"], [],
         "v=spf1 ?ip4:192.0.2.0/28 include:_spf.neutral.example ~all"),
        # the order of several records gives way to what they let in
        (["v=spf1 ?ip4:192.0.2.0/24 -all", "v=spf1 ip4:192.0.2.7 -all"], [],
         "v=spf1 ip4:192.0.2.7 ?ip4:192.0.2.0/24 -all"),
        # a need that depends on the message
        (["v=spf1 mx -all"], [MACRO], "v=spf1 mx include:_spf.macro.example -all"),
        ([], [MACRO, ONE], "v=spf1 include:_spf.macro.example include:_spf.one.example ~all"),
        (["v=spf1 -ip4:192.0.2.1 mx -all"], [MACRO], None),
        # what leads nowhere is not added, the rest is
        (["v=spf1 mx -all"], [GONE, ONE, EMPTY], "v=spf1 mx include:_spf.one.example -all"),
        (["v=spf1 mx -all"], [GONE], None),
        # everybody may send, by a term that somebody meant
        (["v=spf1 ip4:0.0.0.0/0 -all"], [], None),
    ],
)  # fmt: skip
def test_one_record(records, senders, text):
    assert expected(*records, senders=senders) == text
    if text:
        assert parse(text).problems == ()
        after = assess(text, senders=senders)
        assert "spf_sender_missing" not in [item.code for item in after.findings]
        assert expected(text, senders=senders) is None


def test_an_mx_with_one_live_and_one_dead_host_stays():
    hosts = {"MX": ["10 live.example", "20 gone1.example", "30 gone2.example"]}
    assert expected("v=spf1 mx a:v4a.example ?all", **hosts) == "v=spf1 mx a:v4a.example ~all"


def test_dead_terms_go_where_they_break_the_record_and_are_listed():
    record = "v=spf1 a:gone1.example mx a:gone2.example a:gone3.example -all"
    assert expected(record) == "v=spf1 mx -all"
    dead = "a:gone1.example a:gone2.example a:gone3.example"
    assert said(record)["spf_left_out"] == {"terms": dead}


def test_what_other_findings_name_is_not_listed_again():
    found = said("v=spf1 mx foo:bar include:gone.example -all")
    assert set(found) == {"spf_syntax", "spf_term_missing"}
    assert expected("v=spf1 mx foo:bar include:gone.example -all") == "v=spf1 mx -all"


def test_of_several_records_all_that_is_left_out_is_listed():
    records = ("v=spf1 include:gone.example mx mxx -all", "v=spf1 ip4:192.0.2.1 ~all")
    assert expected(*records) == "v=spf1 mx ip4:192.0.2.1 ~all"
    assert said(*records)["spf_left_out"] == {"terms": "mxx include:gone.example"}


@pytest.mark.parametrize("record", ["v=spf1 include:_spf.half.example {}", "v=spf1 mx {}"])
def test_an_include_that_works_for_some_and_breaks_for_others_stays(record):
    record = record.format("-all")
    senders = [ONE] if "half" in record else [ONE, HALF]
    found = said(record, senders=senders)
    assert expected(record, senders=senders) is None
    assert found["spf_no_proposal_broken"] == {"term": "include:_spf.half.example"}
    assert "include:_spf.one.example" in found["spf_sender_missing"]["terms"]


@pytest.mark.parametrize("record", ["v=spf1  mx  ptr -all", "v=spf1 mx ptr:example.com -all "])
def test_the_same_record_in_another_spelling_is_no_proposal(record):
    assert expected(record) is None


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 -ip4:198.51.100.9 mx -all",
        "v=spf1 -ip4:198.51.100.9 include:_spf.one.example -all",
        "v=spf1 mx ~ip6:2001:db8::/32 -all",
    ],
)
def test_an_explicit_denial_inside_the_range_of_a_sender_is_named_and_not_moved(record):
    assert expected(record, senders=[ONE]) is None
    [term] = [term for term in record.split() if term[0] in "-~" and "all" not in term]
    assert said(record, senders=[ONE])["spf_sender_denied"] == {"sender": "One", "term": term}


def test_an_explicit_denial_of_others_stays():
    record = "v=spf1 -ip4:203.0.113.9 mx -all"
    text = "v=spf1 -ip4:203.0.113.9 mx include:_spf.one.example -all"
    assert expected(record, senders=[ONE]) == text


def test_records_that_contradict_each_other_are_not_merged():
    records = ("v=spf1 -ip4:192.0.2.7 mx -all", "v=spf1 ip4:192.0.2.0/24 -all")
    assert expected(*records) is None
    assert said(*records)["spf_no_proposal_denied"] == {"term": "-ip4:192.0.2.7"}


def test_a_term_that_leads_nowhere_is_said():
    found = assess("v=spf1 mx -all", senders=[GONE])
    assert found.allowed == (False,)
    assert [item.code for item in found.findings] == ["spf_sender_leads_nowhere"]
    assert found.findings[0].values == {"sender": "Gone", "term": "include:gone.example"}


def test_what_the_dns_did_not_tell_is_not_guessed():
    assert expected(senders=[DOWN]) is None
    assert "spf_no_proposal_unknown" in said(senders=[DOWN])
    assert expected("v=spf1 include:down.example mx ?all", senders=[ONE]) is None


def test_where_ten_look_ups_do_not_suffice_the_parts_are_told():
    includes = " ".join(f"include:n{n}.example" for n in range(10))
    found = said(f"v=spf1 {includes} -all", senders=[ONE])
    assert set(found) == {"spf_sender_missing", "spf_too_many_lookups_merged", "spf_drop"}
    assert expected(f"v=spf1 {includes} -all", senders=[ONE]) is None


def test_a_proof_asks_nothing_that_the_verdict_has_not_asked():
    zone = {"TXT": ["v=spf1 mx include:n1.example ?all"], "MX": ["10 live.example"]}
    dns = FakeDns(ZONES | {"example.com": zone})
    result = asyncio.run(check("example.com", dns, [TWO]))
    assert result.findings[0].expected
    asked = {name for name, _rdtype in dns.asked}
    assert asked == {
        "example.com",
        "live.example",
        "n1.example",
        "_spf.two.example",
        "_spf.one.example",
    }
    assert len(dns.asked) == len(set(dns.asked))


def test_at_most_one_record_is_proposed_and_none_where_all_is_well():
    result = assess("v=spf1 mx include:_spf.one.example ~all", senders=[ONE])
    assert [(item.severity, item.expected) for item in result.findings] == [(Severity.OK, None)]
