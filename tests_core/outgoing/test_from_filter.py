import tracemalloc

import pytest

from core.outgoing.from_filter import (
    Entry,
    EntryKind,
    FromFilterError,
    FromFilterIndex,
    SenderError,
    check_sender,
    entries_for,
    find,
    lists_domain,
    normalise,
    parse,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (None, ""),
        (" , ,", ""),
        ("Example.COM", "example.com"),
        (" Ada@Example.com ,example.com", "ada@example.com, example.com"),
        ("Ada Lovelace <ada@example.com>", "ada@example.com"),
        ("a.com, A.com, a.com", "a.com"),
        ("*.Example.com", "*.example.com"),
        ("bücher.example", "bücher.example"),
        ("localhost", "localhost"),
        ("Ünal@example.com", "Ünal@example.com"),
    ],
)
def test_what_is_typed_is_normalised(text, canonical):
    assert normalise(text) == canonical
    assert normalise(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "code", "entry", "position"),
    [
        ("example.com, exa mple.com", "bad_domain", "exa mple.com", 2),
        ("example.com; example.org", "bad_domain", "example.com; example.org", 1),
        ("@example.com", "bad_address", "@example.com", 1),
        ("ada@", "bad_address", "ada@", 1),
        ("ada@exa..mple", "bad_address", "ada@exa..mple", 1),
        ("ada@example.com bob@example.com", "bad_address", "ada@example.com bob@example.com", 1),
        ("*", "bad_wildcard", "*", 1),
        ("example.org, *@example.com", "wildcard_address", "*@example.com", 2),
        ("*example.com", "bad_wildcard", "*example.com", 1),
        ("a.*.example.com", "bad_wildcard", "a.*.example.com", 1),
        (".example.com", "bad_domain", ".example.com", 1),
        ("-example.com", "bad_domain", "-example.com", 1),
        ("a" * 64 + ".com", "bad_domain", "a" * 64 + ".com", 1),
        ("a" * 65 + "@example.com", "bad_address", "a" * 65 + "@example.com", 1),
        ("http://example.com", "bad_domain", "http://example.com", 1),
        ("foo", "bad_domain", "foo", 1),
        ("example.com, 1.2.3.4", "bad_domain", "1.2.3.4", 2),
        ("2001:db8::1", "bad_domain", "2001:db8::1", 1),
        ("ada@1.2.3.4", "bad_address", "ada@1.2.3.4", 1),
        ("*.com", "bad_wildcard", "*.com", 1),
        ("*.localhost", "bad_wildcard", "*.localhost", 1),
    ],
)
def test_nonsense_is_refused_by_name(text, code, entry, position):
    with pytest.raises(FromFilterError) as caught:
        parse(text)
    assert caught.value.code == code
    assert caught.value.params == {"entry": entry, "position": position}


def test_the_most_specific_entry_is_found():
    text = "example.com, *.example.com, *.eu.example.com, ada@example.com"
    assert find("ada@example.com", text) == Entry(EntryKind.ADDRESS, "ada@example.com")
    assert find("bob@example.com", text) == Entry(EntryKind.DOMAIN, "example.com")
    assert find("bob@a.eu.example.com", text) == Entry(EntryKind.SUBDOMAIN, "eu.example.com")
    assert find("bob@us.example.com", text) == Entry(EntryKind.SUBDOMAIN, "example.com")
    assert find("bob@badexample.com", text) is None
    assert find(None, text) is None


def test_a_subdomain_entry_does_not_list_the_domain_itself():
    assert find("ada@example.com", "*.example.com") is None


def test_index_keeps_the_order_of_priority_and_ignores_old_nonsense():
    index = FromFilterIndex([(7, "example.com, example.com"), (3, ""), (5, "example.com, a b")])
    assert index.keys == (7, 3, 5)
    assert index.keys_without_filter == (3,)
    assert index.keys_listing(Entry(EntryKind.DOMAIN, "example.com")) == (7, 5)
    assert index.keys_listing(Entry(EntryKind.DOMAIN, "example.org")) == ()


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("shop.example.com", True),
        ("Ada@Shop.Example.com", True),
        ("*.example.com", True),
        ("other.example, *.shop.example.com, ada@shop.example.com", True),
        ("*.shop.example.com", False),
        ("example.com, ada@example.com, ada@notshop.example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_a_filter_lists_a_domain_by_any_of_its_addresses(text, listed):
    assert lists_domain("Shop.example.com.", text) is listed


def test_a_filter_lists_a_domain_in_whatever_spelling():
    assert lists_domain("xn--bcher-kva.example", "bücher.example")
    assert lists_domain("Bücher.example.", "ada@xn--bcher-kva.example")
    assert lists_domain("shop.bücher.example", "*.xn--bcher-kva.example")
    assert not lists_domain("xn--bcher-kva.example", "*.bücher.example, bucher.example")


def test_entries_from_the_most_specific_on():
    assert list(map(str, entries_for("ada@a.b.example"))) == [
        "ada@a.b.example",
        "a.b.example",
        "*.b.example",
        "*.example",
    ]


@pytest.mark.parametrize("labels", [30_000, 55_000])
@pytest.mark.parametrize("label", ["a.", "a" * 63 + "."])
def test_a_giant_sender_has_no_entries_and_takes_no_memory(labels, label):
    address = f"x@{label * labels}com"
    tracemalloc.start()
    try:
        assert list(entries_for(address)) == []
        assert find(address, "a.com, *.com") is None
        _size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(address)


def test_entries_are_made_when_they_are_asked_for():
    longest = ".".join(["a"] * 127)
    assert len(longest) == 253
    entries = entries_for(f"x@{longest}")
    assert iter(entries) is entries
    assert len(list(entries)) == 128
    assert list(entries_for(f"x@{longest}a.b")) == []
    assert list(entries_for(f"x@{'a' * 64}.com")) == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("x@" + "a." * 30_000 + "com", "sender_domain"),
        ("x@" + "a" * 64 + ".com", "sender_domain"),
        ("x" * 60_000 + "@example.com", "sender_too_long"),
        ("ü" * 125 + "@example.com", "sender_too_long"),
    ],
)
def test_an_impossible_sender_is_refused_in_words(address, code):
    with pytest.raises(SenderError) as caught:
        check_sender(address)
    assert caught.value.code == code
    sentence = caught.value.explain()
    assert address[:50] in sentence
    assert len(sentence) < 250


@pytest.mark.parametrize("address", ["ada@example.com", "v" * 70 + "@example.com", "ada", ""])
def test_a_possible_sender_passes(address):
    check_sender(address)
