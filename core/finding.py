"""Findings: judged facts about the DNS of a domain, as codes and parameters without prose.

Every code, its severity and its parameters are in `CODES`. A parameter is a text or a number.
Codes that end in _unknown mean "could not tell": neither wrong nor fine. Their severity is
unknown as well, except where the answer would be information only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .finding_codes import CODES
from .resolver import Answer

FOUND_MAX = 4096  # characters of one found value that are kept; no useful record is longer


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
    """

    code: str
    record_type: str
    name: str
    rdtype: str
    found: tuple[str, ...] = ()
    expected: str | None = None
    params: tuple[tuple[str, str | int], ...] = ()

    @property
    def severity(self) -> Severity:
        return Severity(CODES[self.code].severity)

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
        )


def finding(
    code: str,
    record_type: str,
    name: str,
    rdtype: str,
    found: Iterable[str] = (),
    expected: str | None = None,
    **params: str | int,
) -> Finding:
    """A finding whose third-party texts have been made safe to store and to print.

    Raises TypeError where the parameters are not those that `CODES` promises.
    """
    if set(params) != set(CODES[code].params):
        raise TypeError(f"{code} has the parameters {CODES[code].params}, not {tuple(params)}")
    clean = {
        key: printable(value) if isinstance(value, str) else value for key, value in params.items()
    }
    return Finding(
        code,
        record_type,
        printable(name),
        rdtype,
        tuple(printable(text) for text in found),
        None if expected is None else printable(expected),
        tuple(sorted(clean.items())),
    )


def unknown(record_type: str, answer: Answer, **params: str | int) -> Finding:
    """The finding for a question that got no usable answer."""
    return finding(
        f"{record_type}_unknown",
        record_type,
        answer.name,
        answer.rdtype,
        status=answer.status.value,
        **params,
    )


def worst(findings: Iterable[Finding]) -> Severity:
    """The severity that stands for all of them."""
    return max((item.severity for item in findings), key=_RANK.index, default=Severity.OK)


def printable(text: str) -> str:
    """The text without control characters, which a record may hold and a database may not."""
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return shown if len(shown) <= FOUND_MAX else shown[:FOUND_MAX] + "…"
