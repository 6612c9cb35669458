"""The one way to clean a text that came from outside, before it is stored, logged or shown.

What a zone, a mail server or a mailbox says can hold anything. A control character breaks a
database or a terminal, a bidi control (U+202A to U+202E, U+2066 to U+2069, U+200E, U+200F,
U+061C) makes a sentence read as another one, and what has no width hides. None of them is
printable in the sense of `str.isprintable`, nor are line and paragraph separators and lone
surrogates; so this is what is asked, instead of a list that would age with Unicode.
"""

TEXT_MAX = 3072
"""Characters that are kept unless the caller says otherwise; useful texts are shorter."""


def printable(text: str, limit: int = TEXT_MAX) -> str:
    """The text with everything written out that is not printable, like ``\\x0a`` or ``\\x202e``.

    What is longer than `limit` characters is cut. To clean a text twice changes nothing.
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)
    return shown if len(shown) <= limit else shown[:limit] + "…"
