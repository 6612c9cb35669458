"""What came from outside is shown as it is, and can neither break nor disguise what is around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import finding
from core.text import printable

INVISIBLE = [
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *(0x200E, 0x200F, 0x061C),  # other bidi controls
    *(0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF),  # no width
    *(0x2028, 0x2029, 0x85),  # line separators
    *(0x00, 0x07, 0x0A, 0x0D, 0x1B, 0x7F, 0x9B),
    *(0xAD, 0xD800, 0xE0041),
]


@pytest.mark.parametrize("point", INVISIBLE, ids=hex)
def test_what_cannot_be_seen_is_written_out(point):
    assert printable(f"a{chr(point)}b") == f"a\\x{point:02x}b"


@pytest.mark.parametrize("text", ["", "Grüße", "日本語", "🙂", "a b", "مرحبا", "שלום"])
def test_what_can_be_read_stays(text):
    assert printable(text) == text


@given(st.text(), st.integers(1, 50))
def test_to_clean_a_text_twice_changes_nothing(text, limit):
    once = printable(text, limit)
    assert once.isprintable()
    assert len(once) <= limit + 1
    assert printable(once, limit) == once


def test_there_is_one_cleaning_function():
    assert finding.printable is printable
