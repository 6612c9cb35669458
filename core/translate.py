"""Texts of core that people read: marked here, translated by whoever shows them.

Odoo exports what stands in `_("…")` for translation and hands in a `translate`; the command line
prints the texts as they are.
"""

from collections.abc import Callable

Translate = Callable[[str], str]


def _(text: str) -> str:
    """Marks a text for translation."""
    return text
