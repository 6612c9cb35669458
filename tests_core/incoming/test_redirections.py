import csv
import io

from core.incoming.redirections import (
    Redirection,
    as_csv,
    as_text,
    as_virtual_map,
    redirections,
    unwritable,
)

TITLES = ("Address", "Target", "Role", "Last mail")
ACME = [
    ("catchall@acme.test", "Catchall", "2026-11-20"),
    ("bounce@acme.test", "Bounce", ""),
    ("Jobs@ACME.test", "Alias", ""),
]


def test_the_same_names_at_the_domain_of_the_database():
    rows = redirections(ACME, own_domain="db.example")
    assert [(row.address, row.target) for row in rows] == [
        ("catchall@acme.test", "catchall@db.example"),
        ("bounce@acme.test", "bounce@db.example"),
        ("jobs@acme.test", "jobs@db.example"),
    ]


def test_all_into_one_mailbox():
    rows = redirections(ACME, mailbox="inbox@provider.test")
    assert {row.target for row in rows} == {"inbox@provider.test"}


def test_an_address_twice_is_one_line_with_both_roles():
    rows = redirections(
        [*ACME, ("bounce@acme.test", "Alias", "2026-11-21")], own_domain="db.example"
    )
    assert len(rows) == 3
    assert rows[1] == Redirection(
        "bounce@acme.test", "bounce@db.example", ("Bounce", "Alias"), "2026-11-21"
    )


def test_what_is_there_already_is_not_redirected_to_itself():
    assert redirections(ACME, own_domain="acme.test") == []
    rows = redirections(ACME, mailbox="JOBS@acme.test")
    assert [row.address for row in rows] == ["catchall@acme.test", "bounce@acme.test"]


def test_what_is_no_address_is_left_out():
    assert redirections([("acme.test", "Alias", ""), ("@acme.test", "", "")], "db.example") == []


def test_text_is_read_in_columns():
    assert as_text(redirections(ACME, own_domain="db.example")) == (
        "catchall@acme.test -> catchall@db.example\n"
        "bounce@acme.test   -> bounce@db.example\n"
        "jobs@acme.test     -> jobs@db.example\n"
    )
    assert as_text([]) == ""


def test_csv_has_titles_and_no_formula():
    hostile = [("=cmd|x@acme.test", 'Alias, "x"', "+1"), ("a@acme.test", "@x", "")]
    rows = redirections(hostile, own_domain="db.example")
    text = as_csv(rows, TITLES)
    titles, first, second = csv.reader(io.StringIO(text))
    assert tuple(titles) == TITLES
    assert first == ["'=cmd|x@acme.test", "'=cmd|x@db.example", 'Alias, "x"', "'+1"]
    assert second == ["a@acme.test", "a@db.example", "'@x", ""]


def test_a_postfix_map_is_read_as_postmap_does():
    """postmap(1): comments begin with "#", key and value are separated by white space."""
    rows = redirections(ACME, own_domain="db.example")
    text = as_virtual_map(rows, comments=["For acme.test\nevil@acme.test x@evil.test"])
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert dict(line.split() for line in lines) == {row.address: row.target for row in rows}
    assert text.startswith("# For acme.test evil@acme.test x@evil.test\n")


def test_addresses_that_a_postfix_map_cannot_have_are_named():
    rows = redirections([("#1@acme.test", "Alias", ""), *ACME], own_domain="db.example")
    assert unwritable(rows) == ["#1@acme.test"]
    assert as_virtual_map(rows).splitlines()[0].startswith("#1@acme.test")
