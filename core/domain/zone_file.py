"""Findings as a snippet of a zone file (RFC 1035 section 5), to be given to whoever runs the DNS.

What is to be removed comes as a comment that starts with ";-". A comment that starts with "; " is
a record that needs something else first.
"""

from collections.abc import Iterable

from ..dns.name import is_subdomain
from ..findings.finding import Finding

REPLACED = {"MX": ("MX",), "TXT": ("TXT", "CNAME"), "CNAME": ("CNAME", "TXT")}
"""What cannot stay beside a record of a type: RFC 1034 section 3.6.2 about aliases."""
TEMPLATES = ("mta_sts_absent",)
"""Records that need more than themselves, here a policy on a web server: given as a comment."""
STRING_MAX = 255  # octets of one string of a TXT record, RFC 1035 section 3.3


def export(findings: Iterable[Finding], domain: str = "") -> str:
    """The records to publish, one a line, each after those it replaces.

    :param domain: where the zone begins; what is to be published elsewhere is not for this file
    """
    lines = {}
    for item in findings:
        if item.expected is not None and (not domain or is_subdomain(item.name, domain)):
            there = item.found_rdtype or item.rdtype
            if there in REPLACED.get(item.rdtype, ()):
                lines |= {f";- {_line(item.name, there, value)}": None for value in item.found}
            line = _line(item.name, item.rdtype, item.expected)
            lines[f"; {line}" if item.code in TEMPLATES else line] = None
    return "".join(f"{line}\n" for line in lines)


def text_strings(text: str) -> str:
    """The quoted strings of a TXT record, none longer than DNS allows."""
    data = text.encode("utf-8")
    pieces = [data[start : start + STRING_MAX] for start in range(0, len(data), STRING_MAX)]
    return " ".join(f'"{_escape(piece)}"' for piece in pieces or [b""])


def _line(name, rdtype, value):
    return f"{name}. IN {rdtype} {text_strings(value) if rdtype == 'TXT' else value}"


def _escape(data):
    """RFC 1035 section 5.1: quotes and backslashes, and octets that are no plain text."""
    return "".join(
        f"\\{chr(octet)}"
        if chr(octet) in '"\\'
        else chr(octet)
        if 32 <= octet < 127
        else f"\\{octet:03d}"
        for octet in data
    )
