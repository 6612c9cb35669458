"""FROM filter entries that never decide."""

from core.outgoing.coverage import shadows


def told(*filters):
    return {
        key: [(shadow.key, list(map(str, shadow.entries))) for shadow in found]
        for key, found in shadows(filters).items()
    }


def test_servers_that_do_not_get_in_each_others_way():
    assert told() == {}
    assert told((1, "acme.test"), (2, "news@acme.test"), (3, "*.acme.test"), (4, None)) == {}


def test_the_same_entry_counts_once():
    assert told((1, "acme.test"), (2, "beta.test, ACME.test")) == {2: [(1, ["acme.test"])]}


def test_the_second_without_filter():
    assert told((1, ""), (2, "acme.test"), (3, False)) == {3: [(1, [])]}


def test_several_servers_come_first():
    filters = (1, "a.test"), (2, "b.test"), (3, "a.test, b.test, c.test")
    assert told(*filters) == {3: [(1, ["a.test"]), (2, ["b.test"])]}


def test_entries_that_are_none():
    assert told((1, ",,"), (2, "foo"), (3, "foo")) in ({}, {3: [(2, ["foo"])]})


def test_a_thousand_servers():
    filters = [(number, f"d{number % 500}.test") for number in range(1000)]
    assert len(told(*filters)) == 500
