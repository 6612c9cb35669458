"""core.spf against the public RFC 7208 test suite of openspf.org.

The suite is `data/rfc7208-tests.yml`, as published with pyspf, under the licence beside it.
"""

import asyncio
from pathlib import Path

import pytest
import yaml
from fake_dns import FakeDns

from core.dns.resolver import Status
from core.spf import check_host

SUITE = Path(__file__).with_name("data") / "rfc7208-tests.yml"


def cases():
    for scenario in yaml.safe_load_all(SUITE.read_bytes()):
        zones = {name: _zone(records) for name, records in scenario["zonedata"].items()}
        for name, case in scenario["tests"].items():
            yield pytest.param(zones, case, id=name)


def _zone(records):
    """The records of a name. Type SPF stands for TXT, unless there are TXT records, and TIMEOUT
    for every type the name has no record of: see the head of the suite."""
    pairs = [next(iter(record.items())) for record in records if record != "TIMEOUT"]
    zone = _Silent() if "TIMEOUT" in records else {}
    if not any(rdtype == "TXT" for rdtype, _value in pairs):
        pairs += [("TXT", value) for rdtype, value in pairs if rdtype == "SPF"]
    for rdtype, value in pairs:
        if value == "TIMEOUT":
            zone[rdtype] = Status.TIMEOUT
        elif value != "NONE":
            zone.setdefault(rdtype, []).append(_text(rdtype, value))
    return zone


class _Silent(dict):
    """A name whose server does not answer for the types it has no record of."""

    def get(self, rdtype, default=()):
        return super().get(rdtype, Status.TIMEOUT)


def _text(rdtype, value):
    if rdtype == "MX":
        return f"{value[0]} {value[1].rstrip('.')}"
    if rdtype in ("TXT", "SPF"):
        return "".join(value)
    return value.rstrip(".")


@pytest.mark.parametrize("zones, case", list(cases()))
def test_case(zones, case):
    domain = case["mailfrom"].rpartition("@")[2] or case["helo"]
    result = asyncio.run(
        check_host(case["host"], domain, case["mailfrom"], case["helo"], FakeDns(zones))
    )
    allowed = case["result"] if isinstance(case["result"], list) else [case["result"]]
    assert result.result.value in allowed
    if "explanation" in case:
        assert (result.explanation or "DEFAULT") == case["explanation"]
