from datetime import datetime, timedelta

import pytest

from core.incoming import loops

NOON = datetime(2026, 11, 24, 12)
HOUR = timedelta(hours=1)


def minutes(*numbers):
    return [NOON + timedelta(minutes=number) for number in numbers]


@pytest.mark.parametrize(
    "text, key",
    [
        ("Bob@EXAMPLE.com", "bob@example.com"),
        ('"Alice, of Example" <alice@EXAMPLE.com>', "alice@example.com"),
        (" example.com. ", "example.com"),
        ("*.Example.com", "*.example.com"),
        ("root@localhost", "root@localhost"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
    ],
)
def test_entries_have_one_spelling(text, key):
    assert loops.parse_entry(text) == key
    assert loops.parse_entry(key) == key


@pytest.mark.parametrize(
    "text, code",
    [
        ("*", "entry_everybody"),
        ("*@*", "entry_everybody"),
        ("*.*", "entry_everybody"),
        ("@", "entry_everybody"),
        ("*.com", "entry_wildcard"),
        ("a*.example.com", "entry_wildcard"),
        ("*.*.example.com", "entry_wildcard"),
        ("com", "entry_domain"),
        ("", "entry_domain"),
        ("192.0.2.1", "entry_domain"),
        ("two words", "entry_domain"),
        ("@example.com", "entry_every_address"),
        ("*@example.com", "entry_every_address"),
        ("a@example.com, b@example.com", "entry_address"),
        ("a*@example.com", "entry_address"),
        ("a@com", "entry_address"),
        ("a b@example.com", "entry_address"),
    ],
)
def test_entries_that_are_refused(text, code):
    with pytest.raises(loops.EntryError) as caught:
        loops.parse_entry(text)
    assert caught.value.code == code
    assert "example.com" in caught.value.explain()


def test_a_refused_entry_is_shown_shortened_and_printable():
    with pytest.raises(loops.EntryError) as caught:
        loops.parse_entry("\u202e" + "x" * 5000)
    assert "\u202e" not in caught.value.explain()
    assert len(caught.value.explain()) < 300


def test_who_is_allowed_by_which_entry():
    assert loops.candidates("a@mon.example.com") == (
        "a@mon.example.com",
        "mon.example.com",
        "*.example.com",
    )
    # a domain does not stand for its subdomains, nor these for it
    assert "*.example.com" not in loops.candidates("a@example.com")
    assert "example.com" not in loops.candidates("a@mon.example.com")
    assert loops.candidates("maria@x.com") == ("maria@x.com", "x.com")
    assert loops.candidates("nobody") == ("nobody",)


def test_senders_are_told_apart_exactly():
    assert loops.sender_key("A@X.com") == loops.sender_key("a@x.com.")
    assert loops.sender_key("a@x.com") != loops.sender_key("maria@x.com")
    assert len(loops.sender_key("a" * 10_000 + "@x.com")) == loops.SENDER_MAX
    assert loops.sender_key(" Nobody ") == "nobody"


def test_what_a_threshold_holds():
    assert loops.would_be_held(minutes(*range(25)), 20, HOUR) == 5
    assert loops.would_be_held(minutes(*range(20)), 20, HOUR) == 0
    # one every 10 minutes: those that were held do not count, so room comes again
    assert loops.would_be_held(minutes(*range(0, 300, 10)), 3, HOUR) == 16
    assert loops.would_be_held([], 1, HOUR) == 0
    assert loops.would_be_held(minutes(0, 0, 0), 1, HOUR) == 2


def test_the_most_within_a_window():
    assert loops.highest(minutes(0, 30, 60, 90, 200), HOUR) == 3
    assert loops.highest([], HOUR) == 0


@pytest.mark.parametrize("most, threshold", [(1, 10), (24, 40), (60, 90), (100, 150), (950, 1500)])
def test_the_suggestion_is_a_round_number_with_headroom(most, threshold):
    assert loops.suggested_threshold(most) == threshold
    assert threshold > most
