"""What has changed between reports about one domain, and whether it got worse.

What could not be told is no change: a record is compared with what was last known about it, and
where nothing was, there is nothing to compare with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..findings.finding import Finding, Severity, finding, worst
from .report import DomainReport

VALUES_OF_THE_DOMAIN = frozenset(("mx", "spf", "dkim", "dmarc", "mta_sts", "tls_rpt"))
"""Checks whose values the domain's owner publishes. Elsewhere, as with the addresses of a
provider's host, a value that differs is no news; a verdict that differs is."""

EXISTS = "domain_exists"

Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """The findings about one record, or about one sender of the domain, before and after."""

    record_type: str
    name: str
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]

    @property
    def is_regression(self) -> bool:
        if not self.before:  # something new, like another server, has not got worse
            return False
        before, after = worst(self.before), worst(self.after)
        worse = worst((*self.before, *self.after)) is not before
        return worse and after in (Severity.WARNING, Severity.ERROR)


def find_changes(report: DomainReport, previous: Sequence[DomainReport]) -> tuple[Change, ...]:
    """The changes in `report` since the `previous` reports, which start with the latest one."""
    if not previous:
        return ()
    groups = [_by_record(item) for item in previous]
    changes = []
    for key, after in _by_record(report).items():
        earlier = [group[key] for group in groups if key in group]
        known = [findings for findings in earlier if _is_known(findings)]
        if not _is_known(after) or (earlier and not known):
            continue
        if after[0].code == EXISTS and not known:  # nobody has doubted it
            continue
        before = known[0] if known else ()
        if _essence(before) != _essence(after):
            changes.append(Change(*key, before, after))
    return tuple(changes)


def _by_record(report: DomainReport) -> dict[Key, tuple[Finding, ...]]:
    groups: dict[Key, list[Finding]] = {}
    for item in (*report.findings, *_existence(report)):
        name = str(item.values.get("sender", item.name))
        groups.setdefault((item.record_type, name), []).append(item)
    return {key: tuple(items) for key, items in groups.items()}


def _existence(report):
    """A report says nothing about a domain that exists. Here it is a statement like any other, as
    to vanish is the worst that can happen to a domain."""
    own = [item for item in report.findings if item.name == report.domain]
    if own and not any(
        item.record_type == "domain" or item.code.endswith("_unknown") for item in own
    ):
        yield finding("domain_exists", "domain", report.domain, "MX")


def _is_known(findings) -> bool:
    return bool(findings) and all(map(_tells, findings))


def _tells(item) -> bool:
    """Some codes that end in _unknown are mere information, and still no statement."""
    return not item.code.endswith("_unknown")


def _essence(findings: Iterable[Finding]) -> set:
    """What counts as different; the order of records in an answer does not."""
    return {
        (item.code, tuple(sorted(item.found)) if item.record_type in VALUES_OF_THE_DOMAIN else ())
        for item in findings
    }
