"""Slips in the text of an SPF record whose meaning is plain, and the text as it was meant.

What is repaired is what nobody can have meant otherwise: a space too many or missing, a comma, a
wrong name for ip4. Everything else stays as it is, for its author to correct.
"""

import ipaddress
from collections.abc import Collection

from .record import VERSION, parse

MARKS = ",;\"'“”„«»"  # that people put around a term or between two
DASHES = str.maketrans("–—−", "---")  # what a word processor makes of a hyphen
QUALIFIERS = ("-", "~", "?", "+")
ADDRESS_NAMES = ("ip", "ip4", "ip6", "ipv4", "ipv6")  # for a term that holds an address
# Starts of a term that is glued to another one; no name has a colon in it.
STARTS = ("include:", "exists:", "ip4:", "ip6:", "mx:", "a:", "redirect=", "exp=")
WANTING = ("include", "exists", "ip4", "ip6")  # mechanisms that are nothing without a value
ENDS = ("-all", "~all", "?all")
GLUED_MAX = 5  # terms that are taken apart where no space is between them


def repair(text: str, dead: Collection[str] = ()) -> str:
    """The record without such slips; the text itself where it has none.

    :param text: a record, which `is_spf`
    :param dead: terms that are valid, but name what does not exist
    """
    terms = [term for term in text[len(VERSION) :].split(" ") if term]
    repaired = [new for term in _joined(terms) for new in _term(term, dead)]
    return text if repaired == terms else " ".join((VERSION, *repaired))


def repair_start(text: str) -> str | None:
    """The record in a text that is none because of its start; None where that is not plain."""
    start, mark, rest = text.strip(f" \t{MARKS}").partition("=")
    version = f"{start.strip()}{mark}{rest.lstrip()[:4]}".lower()
    if version != VERSION:
        return None
    rest = rest.lstrip()[4:].strip(f" \t:{MARKS}")
    fixed = repair(f"{VERSION} {rest}".strip())
    return None if parse(fixed).problems else fixed


def _joined(terms):
    """Without the spaces in the middle of a term, like "include: example.com" and "- all"."""
    joined = []
    for term in terms:
        whole = _whole(joined[-1], term) if joined else ""
        if whole and _is_valid(whole):
            joined[-1] = whole
        else:
            joined.append(term)
    return joined


def _whole(first, second):
    """What two terms are if they are one, "" if they are two."""
    if first in QUALIFIERS:
        return "" if second.startswith(QUALIFIERS) else first + second
    if first.endswith((":", "=")):
        is_one = not _is_valid(first) and not (_is_valid(second) and ":" in second)
        return first + second if is_one else ""
    if second.startswith((":", "=")) and not _is_valid(second):
        return first + second
    if first.lstrip("".join(QUALIFIERS)).lower() in WANTING and not _is_valid(second):
        return f"{first}:{second}"
    return ""


def _term(term, dead):
    """The terms that one term was meant to be."""
    if _is_valid(term) and term not in dead:
        return (term,)
    if not term.strip(MARKS):
        return ()
    for slip in (_marks, _name, _glued):
        fixed = slip(term)
        if fixed and fixed != (term,) and all(map(_is_valid, fixed)):
            return fixed
    return (term,)


def _marks(term):
    """Commas between terms, quotes around them, and dashes that are no hyphens."""
    parts = [part.strip(MARKS) for part in term.translate(DASHES).replace(";", ",").split(",")]
    found = []
    for part in filter(None, parts):
        if found and not _is_valid(part) and _is_host(part):
            part = f"{found[0].partition(':')[0]}:{part}"  # the next one of a list
        found += _name(part) or (part,)
    return tuple(found)


def _name(term):
    """Names that nearly are those of a mechanism."""
    name, colon, value = term.partition(":")
    qualifier = name[:1] if name.startswith(QUALIFIERS) else ""
    name = name.removeprefix(qualifier).lower()
    if colon and name == "redirect":
        return (f"redirect={value}",)
    if version := _ip_version(term):
        return (f"ip{version}:{term}",)
    if name in ADDRESS_NAMES and (version := _ip_version(value)):
        return (f"{qualifier}ip{version}:{value}",)
    return ()


def _glued(term, left=GLUED_MAX):
    """Terms without a space between them, as they come from strings that were joined."""
    for end in ENDS:
        if term.endswith(end) and left:
            front = _glued(term.removesuffix(end), left - 1)
            if all(map(_is_valid, front)):
                return (*front, end)
    for place in sorted({term.find(start, 1) for start in STARTS} - {-1}) if left else ():
        place -= term[place - 1] in QUALIFIERS
        if place and _is_valid(term[:place]) and _is_valid(term[place:]):
            return (term[:place], *_glued(term[place:], left - 1))
    return (term,)


def _is_valid(term):
    return not parse(f"{VERSION} {term}").problems


def _is_host(text):
    return "." in text and ":" not in text and "=" not in text


def _ip_version(text):
    try:
        return ipaddress.ip_network(text, strict=False).version
    except ValueError:
        return 0
