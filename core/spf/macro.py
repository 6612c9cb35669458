"""SPF macros (RFC 7208 section 7): syntax here, expansion for one message in `expand`."""

import re
from dataclasses import dataclass

from ..error import CoreError
from ..name import LABEL_MAX, NAME_MAX

NAME_LETTERS = "slodiphv"  # RFC 7208 section 7.2
EXPLANATION_LETTERS = NAME_LETTERS + "crt"  # the last three only in explanations
TEXT_MAX = 65_535  # octets of the longest TXT record, RFC 1035 section 3.2.1
DIGITS_MAX = 4  # of the number of parts to keep, that are read; no name has a thousand parts
ESCAPES = {"%%": "%", "%_": " ", "%-": "%20"}

_EXPAND = re.compile(r"%\{([A-Za-z])([0-9]*)([rR]?)([.\-+,/_=]*)\}")
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]+")
_EXPLANATION_LITERAL = re.compile(r"[\x20-\x24\x26-\x7e]+")  # RFC 7208 section 6.2: and spaces
_LABEL = re.compile(r"[A-Za-z0-9-]+")


class MacroError(CoreError):
    """A macro string that does not follow the grammar: macro_syntax, with `position`, an index."""


@dataclass(frozen=True)
class Macro:
    """One macro-expand: %{letter digits r delimiters}."""

    letter: str
    keep: int  # right-hand parts to keep; 0 keeps all
    reverse: bool
    delimiters: str

    @property
    def escaped(self) -> bool:
        return self.letter.isupper()  # RFC 7208 section 7.3: URL escaping

    def __str__(self):
        keep, reverse = self.keep or "", "r" if self.reverse else ""
        return f"%{{{self.letter}{keep}{reverse}{self.delimiters}}}"


def parse(text: str, explanation: bool = False) -> tuple[str | Macro, ...]:
    """The literals and macros of a macro-string, as a tuple; raises MacroError."""
    return tuple(part for part, _is_literal in _read(text, explanation))


def parse_domain_spec(text: str) -> tuple[str | Macro, ...]:
    """The parts of a domain-spec (RFC 7208 section 7.1); raises MacroError."""
    parts = tuple(_read(text, explanation=False))
    if not parts or (parts[-1][1] and not _ends_in_top_label(parts[-1][0])):
        raise MacroError("macro_syntax", position=len(text))
    return tuple(part for part, _is_literal in parts)


def fit_name(name: str) -> str:
    """RFC 7208 section 7.3: a name that is too long loses labels on its left."""
    if len(name) <= NAME_MAX or "." not in name:
        return name
    dot = name.find(".", len(name) - NAME_MAX - 1)
    return name[dot + 1 :] if dot >= 0 else name.rpartition(".")[2]


def _read(text, explanation):
    """Pairs of a part and whether it is written as it stands."""
    if len(text) > TEXT_MAX:
        raise MacroError("macro_syntax", position=TEXT_MAX)
    literal = _EXPLANATION_LITERAL if explanation else _LITERAL
    position = 0
    while position < len(text):
        if match := literal.match(text, position):
            yield match[0], True
        elif match := _EXPAND.match(text, position):
            yield _macro(match, explanation), False
        elif text[position : position + 2] in ESCAPES:
            yield ESCAPES[text[position : position + 2]], False
            position += 2
            continue
        else:
            raise MacroError("macro_syntax", position=position)
        position = match.end()


def _ends_in_top_label(text):
    """RFC 7208 section 7.1: the last label is no number, as in an address."""
    _front, dot, label = text.removesuffix(".").rpartition(".")
    if not dot or len(label) > LABEL_MAX or not _LABEL.fullmatch(label):
        return False
    return not label.isdecimal() and label[0] != "-" and label[-1] != "-"


def _macro(match, explanation):
    letter, keep, reverse, delimiters = match.groups()
    allowed = EXPLANATION_LETTERS if explanation else NAME_LETTERS
    if letter.lower() not in allowed:
        raise MacroError("macro_syntax", position=match.start())
    number = keep.lstrip("0")
    if keep and not number:  # RFC 7208 section 7.3: must be nonzero
        raise MacroError("macro_syntax", position=match.start())
    return Macro(letter, int(number[:DIGITS_MAX] or 0), bool(reverse), delimiters)
