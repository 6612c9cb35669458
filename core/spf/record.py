"""The text of an SPF record (RFC 7208 section 12), taken apart without any I/O."""

import ipaddress
import re
from dataclasses import dataclass
from functools import cached_property

from . import macro
from .ranges import ALL, Ranges, first_match, network

VERSION = "v=spf1"
# RFC 7208 section 4.6.4: the terms that cost one of the ten look-ups
LOOKUP_TERMS = frozenset(("include", "a", "mx", "ptr", "exists", "redirect"))
DENYING = ("-", "~")  # qualifiers by which somebody is refused explicitly
LOOKUPS_MAX = 10  # RFC 7208 section 4.6.4
VOID_LOOKUPS_MAX = 2  # RFC 7208 section 4.6.4
MX_HOSTS_MAX = 10  # RFC 7208 section 4.6.4
# What is looked at when a record is judged; no record that works everywhere comes near. Receivers,
# so `check_host`, know no such limit.
LENGTH_MAX = 3072  # characters; RFC 7208 section 3.4 advises 450
TERMS_MAX = 300
TERM_SHOWN_MAX = 80  # characters of a text that is no record at all

_VERSION = re.compile(rf"{VERSION}(?= |\Z)", re.IGNORECASE)
_TERM = re.compile(r"[^ ]+")
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_DIRECTIVE = re.compile(r"([-+?~]?)([A-Za-z][A-Za-z0-9_.-]*)(.*)", re.DOTALL)
_DUAL_CIDR = re.compile(r"(.*?)(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?", re.DOTALL)
_DUAL_CIDR_MAX = len("/32//128")  # characters at the end of a term that can be prefix lengths
_IP_CIDR = re.compile(r"([^/]*)(?:/(0|[1-9][0-9]{0,2}))?", re.DOTALL)


@dataclass(frozen=True)
class SyntaxProblem:
    """What the grammar does not allow. Codes: unknown_mechanism, bad_term, bad_domain,
    bad_address, bad_prefix, missing_value, unexpected_value, duplicate_modifier, too_long."""

    code: str
    position: int  # index into the record
    term: str


@dataclass(frozen=True)
class Directive:
    """A mechanism with its qualifier, like "~all" or "a:mail.example.com/28"."""

    qualifier: str
    mechanism: str
    value: str  # the domain-spec or the address; "" where there is none
    prefix4: int
    prefix6: int
    position: int
    text: str

    @property
    def costs_lookup(self) -> bool:
        return self.mechanism in LOOKUP_TERMS

    @property
    def verdict(self) -> str:
        """What a match means: pass, deny (explicitly), or other."""
        if self.qualifier == "+":
            return "pass"
        return "deny" if self.qualifier in DENYING and self.mechanism != "all" else "other"

    @cached_property
    def ranges(self) -> Ranges:
        """The addresses of all, ip4 and ip6."""
        if self.mechanism == "all":
            return ALL
        return network(self.value, self.prefix4, self.prefix6)


@dataclass(frozen=True)
class Modifier:
    """A "name=value" term; only redirect and exp mean something."""

    name: str
    value: str
    position: int
    text: str

    @property
    def costs_lookup(self) -> bool:
        return self.name in LOOKUP_TERMS


@dataclass(frozen=True)
class Run:
    """Terms that are evaluated one after the other: one that costs a look-up, or some that do not.

    What the latter say is the same wherever the record is included, so it is worked out once.
    """

    terms: tuple[Directive | Modifier, ...]

    @property
    def costs_lookup(self) -> bool:
        return self.terms[0].costs_lookup

    @cached_property
    def verdicts(self) -> dict[str, Ranges]:
        """Verdict of the first term that has an address -> addresses, without look-ups."""
        return first_match([(term.ranges, term.verdict) for term in self.terms])


@dataclass(frozen=True)
class SpfRecord:
    """A record, as far as it could be read. With `problems` it is worthless (RFC 7208 s. 4.6)."""

    text: str
    directives: tuple[Directive, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    problems: tuple[SyntaxProblem, ...] = ()

    def modifier(self, name: str) -> str | None:
        """The value of a modifier, or None."""
        return next((item.value for item in self.modifiers if item.name == name), None)

    @cached_property
    def runs(self) -> tuple["Run", ...]:
        """The `evaluated_terms`: each that costs a look-up alone, others that follow together."""
        groups = []
        for term in evaluated_terms(self):
            if groups and not term.costs_lookup and not groups[-1][-1].costs_lookup:
                groups[-1].append(term)
            else:
                groups.append([term])
        return tuple(Run(tuple(group)) for group in groups)

    @property
    def terms(self) -> tuple[Directive | Modifier, ...]:
        """Directives and modifiers as written."""
        return tuple(sorted(self.directives + self.modifiers, key=lambda term: term.position))


class _Problem(Exception):
    def __init__(self, code, offset=0):
        super().__init__(code)
        self.code = code
        self.offset = offset


def is_spf(text: str) -> bool:
    """Whether a TXT record claims to be SPF version 1 (RFC 7208 section 4.5)."""
    return bool(_VERSION.match(text))


def looks_like_spf(text: str) -> bool:
    """Whether somebody may have meant a TXT record to be SPF."""
    return "v=spf" in text[:20].lower().replace(" ", "")


def count_terms(text: str) -> int:
    """How many terms a text that `is_spf` has, without reading them."""
    return sum(map(bool, text[len(VERSION) :].split(" ")))


def is_too_long(text: str) -> bool:
    """Whether a record is beyond what is looked at."""
    return len(text) > LENGTH_MAX or count_terms(text) > TERMS_MAX


def parse(text: str) -> SpfRecord:
    """The record in `text`, which `is_spf`; what is wrong with it is in `problems`."""
    if len(text) > macro.TEXT_MAX:
        problem = SyntaxProblem("too_long", macro.TEXT_MAX, text[:TERM_SHOWN_MAX])
        return SpfRecord(text, problems=(problem,))
    directives, modifiers, problems, once = [], [], [], set()
    for match in _TERM.finditer(text, len(VERSION)):
        position = match.start()
        try:
            term = _term(match[0], position)
            _refuse_duplicate(term, once)
        except _Problem as problem:
            problems.append(SyntaxProblem(problem.code, position + problem.offset, match[0]))
            continue
        (modifiers if isinstance(term, Modifier) else directives).append(term)
    return SpfRecord(text, tuple(directives), tuple(modifiers), tuple(problems))


def evaluated_terms(record: SpfRecord) -> tuple[Directive | Modifier, ...]:
    """The terms a receiver can get to: up to "all", and redirect only without it."""
    reached = []
    for directive in record.directives:
        reached.append(directive)
        if directive.mechanism == "all":
            return tuple(reached)  # RFC 7208 section 5.1
    redirect = (item for item in record.modifiers if item.name == "redirect")
    return (*reached, *redirect)


def _term(text, position):
    if match := _MODIFIER.fullmatch(text):
        return _modifier(match, position)
    if match := _DIRECTIVE.fullmatch(text):
        return _directive(match, position)
    raise _Problem("bad_term")


def _modifier(match, position):
    name, value = match[1].lower(), match[2]
    check = macro.parse_domain_spec if name in ("redirect", "exp") else macro.parse
    _check_macro(check, value, match.start(2))
    return Modifier(name, value, position, match[0])


def _refuse_duplicate(term, once):
    if isinstance(term, Modifier) and term.name in ("redirect", "exp"):
        if term.name in once:
            raise _Problem("duplicate_modifier")  # RFC 7208 section 6
        once.add(term.name)


def _directive(match, position):
    mechanism = match[2].lower()
    if mechanism not in _READERS:
        raise _Problem("unknown_mechanism")
    value, prefix4, prefix6 = _READERS[mechanism](match[3], match.start(3))
    return Directive(match[1] or "+", mechanism, value, prefix4, prefix6, position, match[0])


def _read_all(rest, offset):
    if rest:
        raise _Problem("unexpected_value", offset)
    return "", 32, 128


def _read_domain(rest, offset):
    """include and exists: a domain-spec and no prefix length."""
    if not rest.startswith(":"):
        raise _Problem("missing_value", offset)
    _check_macro(macro.parse_domain_spec, rest[1:], offset + 1)
    return rest[1:], 32, 128


def _read_optional_domain(rest, offset):
    return _read_domain(rest, offset) if rest else ("", 32, 128)


def _read_dual_cidr(rest, offset):
    """a and mx: an optional domain-spec and optional prefix lengths for both families."""
    end, prefix4, prefix6 = _DUAL_CIDR.fullmatch(rest[-_DUAL_CIDR_MAX:]).groups()
    value = rest[:-_DUAL_CIDR_MAX] + end
    if value:
        _read_domain(value, offset)
    prefixes = int(prefix4 or 32), int(prefix6 or 128)
    if prefixes[0] > 32 or prefixes[1] > 128:
        raise _Problem("bad_prefix", offset + len(value))
    return value[1:], *prefixes


def _read_ip4(rest, offset):
    address, prefix = _read_address(rest, offset, ipaddress.IPv4Address)
    return address, prefix, 128


def _read_ip6(rest, offset):
    address, prefix = _read_address(rest, offset, ipaddress.IPv6Address)
    return address, 32, prefix


def _read_address(rest, offset, family):
    match = _IP_CIDR.fullmatch(rest[1:])
    if not rest.startswith(":") or not match or not match[1]:
        raise _Problem("missing_value" if rest in ("", ":") else "bad_address", offset)
    try:
        address = family(match[1])
    except ValueError as error:
        raise _Problem("bad_address", offset + 1) from error
    prefix = int(match[2] or address.max_prefixlen)
    if prefix > address.max_prefixlen or "%" in match[1]:
        raise _Problem("bad_prefix", offset)
    return match[1], prefix


def _check_macro(check, value, offset):
    try:
        check(value)
    except macro.MacroError as error:
        raise _Problem("bad_domain", offset + error.params["position"]) from error


_READERS = {
    "all": _read_all,
    "include": _read_domain,
    "exists": _read_domain,
    "a": _read_dual_cidr,
    "mx": _read_dual_cidr,
    "ptr": _read_optional_domain,
    "ip4": _read_ip4,
    "ip6": _read_ip6,
}
