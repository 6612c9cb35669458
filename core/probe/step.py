"""One step of a test, as it is kept: a code and its values, without words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class State(str, Enum):
    """What a step came to, as a closed set."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """What was tried, and what became of it.

    :param kind: what was tried: "name", "port", "tls", "certificate", or of a protocol
    :param code: what became of it, a key of the table of outcomes
    :param seconds: how long it took
    :param values: JSON scalars, with texts of others made printable
    """

    kind: str
    code: str
    state: State
    seconds: float
    values: Mapping[str, str | int] = field(default_factory=dict)

    def to_json(self) -> dict:
        """A dict of JSON types; `from_json` reads it back."""
        return {
            "kind": self.kind,
            "code": self.code,
            "state": self.state.value,
            "seconds": self.seconds,
            "values": dict(self.values),
        }

    @classmethod
    def from_json(cls, data: dict) -> "Step":
        return cls(**{**data, "state": State(data["state"])})
