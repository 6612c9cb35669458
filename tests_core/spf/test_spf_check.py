"""core.spf.check: what is said about the SPF record of a domain, and the record to publish."""

import asyncio

import pytest
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.sender import Sender
from core.spf.check import allows, check
from core.spf.record import LENGTH_MAX, TERMS_MAX, parse

PROVIDERS = {
    "_spf.one.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]},
    "_spf.two.example": {"TXT": ["v=spf1 include:_spf.one.example a:h.example -all"]},
    "h.example": {"A": ["203.0.113.1"], "AAAA": ["2001:db8::1"]},
    "many.example": {"MX": [f"{number} h.example" for number in range(11)]},
    "empty.example": {"TXT": ["nothing about mail"]},
    "double.example": {"TXT": ["v=spf1 -all", "v=spf1 ~all"]},
    "wrong.example": {"TXT": ["v=spf1 foo -all"]},
    "down.example": Status.SERVFAIL,
    "long.example": {"TXT": [f"v=spf1 {'ip4:192.0.2.1 ' * TERMS_MAX}-all"]},
    "loop.example": {"TXT": ["v=spf1 include:loop2.example -all"]},
    "loop2.example": {"TXT": ["v=spf1 include:loop.example -all"]},
    **{f"n{number}.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]} for number in range(12)},
    "nine.example": {
        "TXT": [" ".join(["v=spf1", *(f"include:n{i}.example" for i in range(8)), "-all"])]
    },
}
ONE = Sender("One", spf_terms=("include:_spf.one.example",))
TWO = Sender("Two", spf_terms=("include:_spf.two.example",))


def assess(*records, senders=(), **zones):
    zones = PROVIDERS | {"example.com": {"TXT": list(records), "MX": ["10 h.example"]}} | zones
    return asyncio.run(check("example.com", FakeDns(zones), senders))


def findings(*records, **options):
    return assess(*records, **options).findings


def codes(*records, **options):
    return [item.code for item in findings(*records, **options)]


def expected(*records, senders=()):
    """The one record that is proposed, which must be valid."""
    texts = {item.expected for item in findings(*records, senders=senders)}
    assert len(texts) == 1
    text = texts.pop()
    assert text is None or parse(text).problems == ()
    return text


@pytest.mark.parametrize(
    "record, code",
    [
        ("v=spf1 include:_spf.two.example -all", "spf_ok"),
        ("v=spf1 mx a:h.example ip4:192.0.2.1 ~all", "spf_ok"),
        ("v=spf1 redirect=_spf.two.example", "spf_ok"),
        ("v=spf1 exists:%{i}.spf.example -all", "spf_ok"),
        ("v=spf1 -all redirect=gone.example", "spf_ok"),
        ("v=spf1 mx", "spf_no_all"),
        ("v=spf1", "spf_no_all"),
        ("v=spf1 +all", "spf_permits_all"),
        ("v=spf1 mx all", "spf_permits_all"),
        ("v=spf1 mx ?all", "spf_neutral_all"),
        ("v=spf1 ptr -all", "spf_ptr"),
        ("v=spf1 -all mx", "spf_after_all"),
        (f"v=spf1 {' '.join(f'ip4:192.0.2.{n}' for n in range(40))} -all", "spf_long"),
        ("v=spf1 mxx -all", "spf_syntax"),
        ("v=spf1 include:gone.example -all", "spf_term_missing"),
        ("v=spf1 redirect=gone.example", "spf_term_missing"),
        ("v=spf1 include:empty.example -all", "spf_term_missing"),
        ("v=spf1 include:double.example -all", "spf_term_multiple"),
        ("v=spf1 include:wrong.example -all", "spf_term_syntax"),
        ("v=spf1 include:down.example -all", "spf_term_unknown"),
        ("v=spf1 include:long.example -all", "spf_term_too_long"),
        (f"v=spf1 a:{'x' * LENGTH_MAX}.example -all", "spf_too_long"),
        (f"v=spf1 {'mx ' * TERMS_MAX}-all", "spf_too_long"),
        ("v=spf1 a:down.example -all", "spf_term_unknown"),
        ("v=spf1 include:loop.example -all", "spf_term_loop"),
        ("v=spf1 include:example.com -all", "spf_term_loop"),
        ("v=spf1 mx:many.example -all", "spf_term_too_many_mx"),
        (f"v=spf1 include:{'a' * 64}.example -all", "spf_term_missing"),
        ("v=spf1 a:x1.example mx:x2.example -all", "spf_void_lookups"),
        ("v=spf1 a:x1.example mx -all", "spf_ok"),
        ("V=SPF1 -all", "spf_ok"),
        ("v=spf2.0/mfrom -all", "spf_not_recognised"),
        ('"v=spf1 -all"', "spf_not_recognised"),
        ("something else", "spf_missing"),
    ],
)
def test_records(record, code):
    assert codes(record) == [code]


def test_look_ups_are_counted_term_by_term_above_the_limit():
    record = "v=spf1 include:nine.example include:_spf.two.example a:h.example mx -all"
    item = findings(record)[0]
    assert (item.code, item.values) == ("spf_too_many_lookups", {"count": 14, "limit": 10})


def test_exactly_ten_look_ups_are_fine():
    record = "v=spf1 include:nine.example a:h.example -all"
    assert findings(record)[0].values == {"lookups": 10, "void_lookups": 0}


def test_the_server_does_not_answer():
    assert [item.code for item in assess(**{"example.com": Status.TIMEOUT}).findings] == [
        "spf_unknown"
    ]


# ---- the record to publish ---------------------------------------------------------------


def test_what_is_there_stays_in_its_order_and_what_is_missing_is_added():
    record = "v=spf1 ip4:192.0.2.1 include:n1.example mx -all"
    text = "v=spf1 ip4:192.0.2.1 include:n1.example mx include:_spf.one.example -all"
    assert codes(record, senders=[ONE]) == ["spf_sender_missing"]
    assert expected(record, senders=[ONE]) == text
    assert codes(text, senders=[ONE]) == ["spf_ok"]


def test_senders_that_are_missing_together_are_told_together():
    other = Sender("Other", spf_terms=("ip4:198.51.100.77",))
    [missing] = findings("v=spf1 mx -all", senders=[ONE, other, ONE])
    assert missing.code == "spf_sender_missing"
    assert missing.values["sender"] == f"{ONE.name}, Other"
    assert missing.values["terms"] == "include:_spf.one.example ip4:198.51.100.77"
    assert missing.expected == f"v=spf1 mx {missing.values['terms']} -all"


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:_spf.one.example ~all",
        "v=spf1 include:_SPF.ONE.example. ~all",
        "v=spf1 include:_spf.two.example ~all",
        "v=spf1 redirect=_spf.one.example",
    ],
)
def test_a_sender_that_is_let_through_needs_nothing(record):
    assert codes(record, senders=[ONE]) == ["spf_ok"]


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 -include:_spf.one.example ~all",
        "v=spf1 exists:_spf.one.example ~all",
        "v=spf1 ~all include:_spf.one.example",
    ],
)
def test_a_term_that_lets_nobody_through_does_not_count(record):
    assert "spf_sender_missing" in codes(record, senders=[ONE])


@pytest.mark.parametrize(
    "term, record, code",
    [
        ("ip4:198.51.100.7", "v=spf1 include:_spf.two.example -all", "spf_ok"),
        ("ip4:198.51.101.7", "v=spf1 include:_spf.two.example -all", "spf_sender_missing"),
        ("ip6:2001:db8::1", "v=spf1 mx -all", "spf_ok"),
        ("ip4:203.0.113.7", "v=spf1 a:h.example/24 -all", "spf_ok"),
        ("a:h.example", "v=spf1 mx -all", "spf_ok"),
        ("a:h.example", "v=spf1 ip4:203.0.113.1 -all", "spf_sender_missing"),  # not over IPv6
        ("mx", "v=spf1 +mx -all", "spf_ok"),
        ("a:down.example", "v=spf1 mx -all", "spf_ok"),  # could not tell, so nothing is claimed
    ],
)
def test_a_server_of_ones_own(term, record, code):
    assert codes(record, senders=[Sender("Own", spf_terms=(term,))]) == [code]


@pytest.mark.parametrize(
    "records, senders, text",
    [
        ([], [ONE, TWO], "v=spf1 include:_spf.one.example include:_spf.two.example ~all"),
        (["v=spf1 a -all", "v=spf1 mx ip4:192.0.2.1 -all"], [], "v=spf1 a mx ip4:192.0.2.1 -all"),
        (
            ["v=spf1 a mx -all", "v=spf1 mx ~all"],
            [ONE],
            "v=spf1 a mx include:_spf.one.example ~all",
        ),
        (
            ["v=spf1 a:h.example -all", "v=spf1 redirect=_spf.one.example"],
            [],
            "v=spf1 a:h.example include:_spf.one.example -all",
        ),
        (
            ["v=spf1 mx exp=e.example -all x=y", "v=spf1 exp=f.example a:h.example -all"],
            [],
            "v=spf1 mx a:h.example -all exp=e.example x=y",
        ),
        (
            ["v=spf1 redirect=n1.example"],
            [ONE],
            "v=spf1 include:_spf.one.example redirect=n1.example",
        ),
        (["v=spf1 mx +all"], [], "v=spf1 mx ~all"),
        (["v=spf1 mx"], [], "v=spf1 mx ~all"),
        (["v=spf1 -all mx"], [], "v=spf1 -all"),  # nothing is let in that nobody asked for
        (["v=spf1 mx mxx ip4:nonsense -all"], [], "v=spf1 mx -all"),
        (["v=spf1 mx include:gone.example -all"], [], "v=spf1 mx -all"),
        (["v=spf1 mx include:loop.example -all"], [], "v=spf1 mx -all"),
        (["v=spf1 a:x1.example a:x2.example mx a:x3.example -all"], [], "v=spf1 mx -all"),
        (["v=spf1 ptr -all"], [], None),  # the administrator's own decision
        (["nothing"], [], None),  # nothing is known that could be proposed
    ],
)
def test_one_record_is_proposed(records, senders, text):
    assert expected(*records, senders=senders) == text


def test_an_include_that_comes_along_anyway_is_left_out_when_that_saves_look_ups():
    record = (
        "v=spf1 include:nine.example include:n1.example include:_spf.two.example "
        "include:_spf.one.example -all"
    )
    text = expected(record)
    assert text is None  # thirteen look-ups, and only two of them can be saved
    record = "v=spf1 include:nine.example include:n1.example a:h.example -all"
    assert expected(record) == "v=spf1 include:nine.example a:h.example -all"


def test_where_ten_look_ups_do_not_suffice_it_is_told_what_to_drop_and_what_to_flatten():
    record = "v=spf1 include:nine.example include:n9.example -all"
    found = findings(record, senders=[TWO])
    assert [(item.code, item.values.get("term")) for item in found] == [
        ("spf_sender_missing", None),
        ("spf_too_many_lookups_merged", None),
        ("spf_drop", "include:nine.example"),
    ]
    assert {item.expected for item in found} == {None}


def test_what_is_needed_is_flattened_and_not_dropped():
    needed = Sender("Nine", spf_terms=("include:nine.example",))
    found = findings("v=spf1 include:nine.example -all", senders=[needed, TWO])
    assert [item.values["term"] for item in found if item.code == "spf_flatten"] == [
        "include:nine.example"
    ]
    assert "spf_drop" not in [item.code for item in found]


def test_two_records_that_do_not_fit_into_one():
    found = codes("v=spf1 include:nine.example -all", "v=spf1 include:_spf.two.example -all")
    assert found == ["spf_multiple", "spf_too_many_lookups_merged", "spf_drop"]


# ---- who may send ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "records, zones, allowed",
    [
        (["v=spf1 include:_spf.one.example -all"], {}, True),
        (["v=spf1 -all"], {}, False),
        (["v=spf1 include:_spf.one.example mxx -all"], {}, False),
        (["v=spf1 include:_spf.one.example -all", "v=spf1 -all"], {}, False),
        ([], {}, False),
        (["v=spf1 include:_spf.one.example include:down.example -all"], {}, True),
        (["v=spf1 include:down.example include:_spf.one.example -all"], {}, None),
        (["v=spf1 include:down.example -all"], {}, None),
        (["v=spf1 include:long.example -all"], {}, None),
        ([PROVIDERS["long.example"]["TXT"][0]], {}, None),
        (["v=spf1 -all", PROVIDERS["long.example"]["TXT"][0]], {}, False),
        ([], {"example.com": Status.TIMEOUT}, None),
    ],
)
def test_whether_a_sender_is_allowed(records, zones, allowed):
    assert assess(*records, senders=[ONE], **zones).allowed == (allowed,)


def test_of_a_sender_whose_needs_are_not_known_nothing_is_claimed():
    result = assess("v=spf1 -all", senders=[Sender("Someone")])
    assert [item.code for item in result.findings] == ["spf_ok"]
    assert result.allowed == (None,)


@pytest.mark.parametrize(
    "domain, terms, allowed",
    [
        ("_spf.two.example", ("ip4:198.51.100.1",), True),
        ("_spf.two.example", ("ip4:192.0.2.1",), False),
        ("_spf.two.example", (), None),
        ("gone.example", (), False),
        ("down.example", ("ip4:198.51.100.1",), None),
        ("long.example", ("ip4:198.51.100.1",), None),
    ],
)
def test_the_record_of_another_envelope_domain(domain, terms, allowed):
    assert asyncio.run(allows(domain, terms, FakeDns(PROVIDERS))) is allowed
