"""Findings: judged facts about the DNS of a domain, as codes and parameters without prose.

Every code, its severity and its parameters are in `CODES`. A parameter is a text or a number.
Codes that end in _unknown mean "could not tell": neither wrong nor fine. Their severity is
unknown as well, except where the answer would be information only.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from ..dns.resolver import Answer
from ..text import TEXT_MAX, printable
from .codes import CODES

FOUND_MAX = TEXT_MAX  # characters of all values found that a finding keeps
PARAM_MAX = 1024  # characters of one parameter that are kept; it has to fit into a sentence
ALIKE_MAX = 5  # findings of the same code that one check lists; whoever corrects them checks again
FINDINGS_MAX = 15  # findings of all codes that one check lists, for the same reason


class Severity(str, Enum):
    """How much a finding matters, as a closed set."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


# What is certainly wrong outranks what could not be told, and that outranks a mere warning.
_RANK = (Severity.OK, Severity.INFO, Severity.WARNING, Severity.UNKNOWN, Severity.ERROR)


@dataclass(frozen=True)
class Finding:
    """One judged fact.

    :param code: a key of `CODES`
    :param record_type: the kind of check, like "spf" or "dkim"
    :param name: the name that was asked, in ASCII
    :param rdtype: the type that was asked, like "TXT"
    :param found: the values there are, safe to store and to print
    :param expected: the value to publish, where there is one
    :param params: sorted (key, value) pairs; `values` gives them as a dict
    :param found_rdtype: the type of the values found, where it is another one
    :param stored_severity: what a stored report said, for a code that is not known any more
    """

    code: str
    record_type: str
    name: str
    rdtype: str
    found: tuple[str, ...] = ()
    expected: str | None = None
    params: tuple[tuple[str, str | int], ...] = ()
    stored_severity: Severity = field(default=Severity.UNKNOWN, compare=False)
    found_rdtype: str = field(default="", compare=False)

    @property
    def severity(self) -> Severity:
        if self.code in CODES:
            return Severity(CODES[self.code].severity)
        return self.stored_severity

    @property
    def values(self) -> dict[str, str | int]:
        return dict(self.params)

    def to_json(self) -> dict:
        """A dict of JSON types; `from_json` reads it back."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "record_type": self.record_type,
            "name": self.name,
            "rdtype": self.rdtype,
            "found": list(self.found),
            "expected": self.expected,
            **({"found_rdtype": self.found_rdtype} if self.found_rdtype else {}),
            "params": self.values,
        }

    @classmethod
    def from_json(cls, data: dict) -> "Finding":
        return cls(
            code=data["code"],
            record_type=data["record_type"],
            name=data["name"],
            rdtype=data["rdtype"],
            found=tuple(data["found"]),
            expected=data["expected"],
            params=tuple(sorted(data["params"].items())),
            stored_severity=Severity(data["severity"]),
            found_rdtype=data.get("found_rdtype", ""),
        )


@dataclass(frozen=True)
class Subject:
    """What findings are about: a record of one kind, and the values found there.

    Third-party texts are made safe to store and to print here, once for all its findings.
    """

    record_type: str
    name: str
    rdtype: str
    found: Iterable[str] = ()
    found_rdtype: str = ""

    def say(self, code: str, expected: str | None = None, **params: str | int) -> Finding:
        """The finding with that code.

        Raises TypeError where the parameters are not those that `CODES` promises.
        """
        if set(params) != set(CODES[code].params):
            raise TypeError(f"{code} has the parameters {CODES[code].params}, not {tuple(params)}")
        clean = {
            key: printable(value, PARAM_MAX) if isinstance(value, str) else value
            for key, value in params.items()
        }
        return Finding(
            code,
            self.record_type,
            printable(self.name),
            self.rdtype,
            self._printable_found,
            _whole(expected),
            tuple(sorted(clean.items())),
            found_rdtype=self.found_rdtype,
        )

    @cached_property
    def _printable_found(self):
        return printable_values(self.found)


def finding(
    code: str,
    record_type: str,
    name: str,
    rdtype: str,
    found: Iterable[str] = (),
    expected: str | None = None,
    **params: str | int,
) -> Finding:
    """The only finding about a subject."""
    return Subject(record_type, name, rdtype, found).say(code, expected, **params)


def unknown(record_type: str, answer: Answer, **params: str | int) -> Finding:
    """The finding for a question that got no usable answer."""
    subject = Subject(record_type, answer.name, answer.rdtype)
    return subject.say(f"{record_type}_unknown", status=answer.status.value, **params)


def worst(findings: Iterable[Finding]) -> Severity:
    """The severity that stands for all of them."""
    return max((item.severity for item in findings), key=_RANK.index, default=Severity.OK)


def limited(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of one check, or, where they are too many, the worst and one that counts the
    others. What somebody publishes can so not blow up a report."""
    findings, seen, kept = tuple(findings), Counter(), []
    for item in findings:
        seen[item.code] += 1
        if seen[item.code] <= ALIKE_MAX:
            kept.append(item)
    if len(kept) > FINDINGS_MAX:
        kept = sorted(kept, key=lambda item: -_RANK.index(item.severity))[:FINDINGS_MAX]
    if len(kept) == len(findings):
        return findings
    first, count = findings[0], len(findings) - len(kept)
    return (
        *kept,
        finding("more_findings", first.record_type, first.name, first.rdtype, count=count),
    )


def _whole(expected):
    """A value to publish is of no use where it had to be cut."""
    return None if expected is None or len(expected) > FOUND_MAX else printable(expected)


def printable_values(values: Iterable[str]) -> tuple[str, ...]:
    """The values as `printable` texts, up to `FOUND_MAX` characters of all of them."""
    shown, left = [], FOUND_MAX
    for text in values:
        if left <= 0:
            return (*shown, "…")
        shown.append(printable(text, left))
        left -= len(shown[-1]) + 1  # so that empty values come to an end as well
    return tuple(shown)
