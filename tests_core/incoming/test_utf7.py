import pytest

from core.incoming import utf7


@pytest.mark.parametrize(
    ("name", "coded"),
    [
        ("INBOX", "INBOX"),
        ("Grüße", "Gr&APwA3w-e"),
        ("a & b", "a &- b"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("☺!", "&Jjo-!"),
        ("line\r\nbreak", "line&AA0ACg-break"),
        ("😀", "&2D3eAA-"),
    ],
)
def test_names_are_coded_and_read_back(name, coded):
    """RFC 3501 section 5.1.3 has the fourth of them."""
    assert utf7.encode(name) == coded
    assert utf7.decode(coded) == name


@pytest.mark.parametrize("name", ["&broken", "&%%-", "&A-", "&2D0-"])
def test_what_is_no_utf7_is_shown_as_it_is(name):
    assert utf7.decode(name) == name


def test_a_name_is_always_quoted():
    assert utf7.quoted('a "b" \\ *%') == '"a \\"b\\" \\\\ *%"'
    assert "\r" not in utf7.quoted("a\r\nb")
