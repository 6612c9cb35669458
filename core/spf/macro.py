"""SPF macros (RFC 7208 section 7): syntax here, expansion for one message in `expand`."""

import re
from dataclasses import dataclass

from ..error import CoreError
from ..name import NAME_MAX

NAME_LETTERS = "slodiphv"  # RFC 7208 section 7.2
EXPLANATION_LETTERS = NAME_LETTERS + "crt"  # the last three only in explanations
DIGITS_MAX = 4  # of the number of parts to keep, that are read; no name has a thousand parts
ESCAPES = {"%%": "%", "%_": " ", "%-": "%20"}

_EXPAND = re.compile(r"%\{([A-Za-z])([0-9]*)([rR]?)([.\-+,/_=]*)\}")
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]+")
_EXPLANATION_LITERAL = re.compile(r"[\x20-\x24\x26-\x7e]+")  # RFC 7208 section 6.2: and spaces
_TOP_LABEL = re.compile(  # RFC 7208 section 7.1
    r"\.([A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?$"
)


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


def parse(text: str, explanation: bool = False) -> tuple[str | Macro, ...]:
    """The literals and macros of a macro-string, as a tuple; raises MacroError."""
    literal = _EXPLANATION_LITERAL if explanation else _LITERAL
    parts, position = [], 0
    while position < len(text):
        if match := literal.match(text, position):
            parts.append(match[0])
        elif match := _EXPAND.match(text, position):
            parts.append(_macro(match, explanation))
        elif text[position : position + 2] in ESCAPES:
            parts.append(ESCAPES[text[position : position + 2]])
            position += 2
            continue
        else:
            raise MacroError("macro_syntax", position=position)
        position = match.end()
    return tuple(parts)


def parse_domain_spec(text: str) -> tuple[str | Macro, ...]:
    """The parts of a domain-spec (RFC 7208 section 7.1); raises MacroError."""
    parts = parse(text)
    ends_in_macro = re.search(r"(%\{[^}]*\}|%[%_-])$", text)
    if not parts or not (ends_in_macro or _TOP_LABEL.search(text)):
        raise MacroError("macro_syntax", position=len(text))
    return parts


def fit_name(name: str) -> str:
    """RFC 7208 section 7.3: a name that is too long loses labels on its left."""
    while len(name) > NAME_MAX and "." in name:
        name = name.partition(".")[2]
    return name


def _macro(match, explanation):
    letter, keep, reverse, delimiters = match.groups()
    allowed = EXPLANATION_LETTERS if explanation else NAME_LETTERS
    if letter.lower() not in allowed:
        raise MacroError("macro_syntax", position=match.start())
    number = keep.lstrip("0")
    if keep and not number:  # RFC 7208 section 7.3: must be nonzero
        raise MacroError("macro_syntax", position=match.start())
    return Macro(letter, int(number[:DIGITS_MAX] or 0), bool(reverse), delimiters)
