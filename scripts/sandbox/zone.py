"""Zones as text: read them, parse them, and look a name up in them. No socket is involved.

A zone is an RFC 1035 section 5 master file. SOA, NS and ``$TTL`` may be left out. One comment
directive is understood, on a line of its own::

    ; sandbox: servfail

It makes every question for the zone fail in the given way (one of :class:`Fault`).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.name
import dns.node
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tokenizer
import dns.zone
import dns.zonefile

DEFAULT_ZONES = Path(__file__).with_name("zones")
ZONE_SUFFIX = ".zone"
DEFAULT_TTL = 300
"""Seconds; for zone texts that give none."""
CNAME_LIMIT = 12
"""Links of a CNAME chain that are followed; public resolvers give up between 8 and 16."""
DIRECTIVE = re.compile(r"^;\s*sandbox:\s*(\S+)\s*$", re.MULTILINE)


class Fault(str, enum.Enum):
    """The ways in which an answer can go wrong on demand."""

    SERVFAIL = "servfail"
    TIMEOUT = "timeout"
    TRUNCATE = "truncate"
    REFUSED = "refused"
    GARBAGE = "garbage"
    NXDOMAIN = "nxdomain"
    WRONG_SOURCE = "wrong-source"


@dataclass(frozen=True)
class Zone:
    origin: dns.name.Name
    content: dns.zone.Zone
    fault: Fault | None


@dataclass(frozen=True)
class Lookup:
    """What a name server says: a return code, the answers, and the SOA of a negative answer."""

    rcode: dns.rcode.Rcode
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)


def parse_fault(how: str) -> Fault:
    try:
        return Fault(how)
    except ValueError:
        known = ", ".join(fault.value for fault in Fault)
        raise ValueError(f"“{how}” is no way for an answer to fail; use one of {known}.") from None


def parse_zone(name: str, text: str) -> Zone:
    """Parse the master file ``text`` of the zone ``name``.

    Raises ``ValueError`` with the zone's name where the text has an error.
    """
    origin = dns.name.from_text(name.lower())
    directive = DIRECTIVE.search(text)
    content = dns.zone.Zone(origin, relativize=False)
    lines = dns.tokenizer.Tokenizer(text, name)
    try:
        with content.writer(replacement=True) as writer:
            dns.zonefile.Reader(lines, dns.rdataclass.IN, writer, default_ttl=DEFAULT_TTL).read()
    except dns.exception.DNSException as error:
        raise ValueError(f"The zone {name} cannot be read: {error}") from error
    return Zone(origin, content, parse_fault(directive[1]) if directive else None)


def read_zones(source: Mapping[str, str | Path] | Path | str | None) -> dict[str, str]:
    """Return zone texts by zone name, from a mapping or from a folder of ``<name>.zone`` files."""
    if source is None:
        return {}
    if isinstance(source, Mapping):
        return {
            name: text.read_text(encoding="utf-8") if isinstance(text, Path) else text
            for name, text in source.items()
        }
    folder = Path(source)
    if not folder.is_dir():
        raise ValueError(f"There is no folder of zones at {folder}.")
    files = sorted(folder.glob("*" + ZONE_SUFFIX))
    return {file.name[: -len(ZONE_SUFFIX)]: file.read_text(encoding="utf-8") for file in files}


def find_zone(zones: Mapping[dns.name.Name, Zone], name: dns.name.Name) -> Zone | None:
    """Return the zone with the longest origin that ``name`` is in."""
    while name not in zones:
        if name == dns.name.root:
            return None
        name = name.parent()
    return zones[name]


def look_up(
    zones: Mapping[dns.name.Name, Zone], name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> Lookup:
    """Answer as a resolver that knows these zones only: names elsewhere are REFUSED."""
    chain: list[dns.rrset.RRset] = []
    for _link in range(CNAME_LIMIT):
        zone = find_zone(zones, name)
        if zone is None:
            return Lookup(_elsewhere_rcode(name) if not chain else dns.rcode.NOERROR, chain)
        node = _find_node(zone, name)
        if node is None:
            return Lookup(_missing_rcode(zone, name), chain, _soa(zone))
        found = _rrset(name, node, rdtype)
        if found:
            return Lookup(dns.rcode.NOERROR, [*chain, found])
        alias = _rrset(name, node, dns.rdatatype.CNAME)
        if not alias:
            return Lookup(dns.rcode.NOERROR, chain, _soa(zone))
        chain.append(alias)
        name = alias[0].target
    return Lookup(dns.rcode.SERVFAIL)


def _find_node(zone: Zone, name: dns.name.Name) -> dns.node.Node | None:
    node = zone.content.get_node(name)
    if node is not None or _exists(zone, name):
        return node
    encloser = name.parent()
    while not _exists(zone, encloser):
        encloser = encloser.parent()
    # RFC 4592 section 3.3.1: only the wildcard right under the closest encloser applies.
    return zone.content.get_node(dns.name.Name(("*", *encloser.labels)))


def _exists(zone: Zone, name: dns.name.Name) -> bool:
    return name == zone.origin or any(known.is_subdomain(name) for known in zone.content)


def _elsewhere_rcode(name):
    """No top-level domain is a number, and every resolver knows that from the root."""
    is_number = len(name) > 1 and name[-2].isdigit()
    return dns.rcode.NXDOMAIN if is_number else dns.rcode.REFUSED


def _missing_rcode(zone: Zone, name: dns.name.Name) -> dns.rcode.Rcode:
    # RFC 8020 section 2: a name with names below it exists, even without records.
    return dns.rcode.NOERROR if _exists(zone, name) else dns.rcode.NXDOMAIN


def _soa(zone: Zone) -> list[dns.rrset.RRset]:
    node = zone.content.get_node(zone.origin)
    soa = _rrset(zone.origin, node, dns.rdatatype.SOA) if node else None
    return [soa] if soa else []


def _rrset(
    name: dns.name.Name, node: dns.node.Node, rdtype: dns.rdatatype.RdataType
) -> dns.rrset.RRset | None:
    rdataset = node.get_rdataset(dns.rdataclass.IN, rdtype)
    return dns.rrset.from_rdata_list(name, rdataset.ttl, rdataset) if rdataset else None
