"""TLS reporting (RFC 8460): where to report that mail could not be delivered encrypted."""

import re

from ..dns import tag_list
from ..dns.resolver import Resolver
from ..findings.finding import Finding, Subject, unknown

_VERSION = re.compile(r"v=TLSRPTv1\s*;")  # RFC 8460 section 3
_URI = re.compile(r"mailto:[^@\s,!]+@[^@\s,!]+|https://[^\s,!]+", re.IGNORECASE)


async def check(domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """The findings about TLS reporting of a domain."""
    answer = await resolver.query(f"_smtp._tls.{domain}", "TXT")
    if not answer.known:
        return (unknown("tls_rpt", answer),)
    records = [text for text in answer.records if _VERSION.match(text)]
    return (_judge(answer.name, records),)


def _judge(name, records):
    say = Subject("tls_rpt", name, "TXT", records).say
    if not records:
        return say("tls_rpt_absent")
    if len(records) > 1:  # RFC 8460 section 3: counts as none
        return say("tls_rpt_multiple", count=len(records))
    try:
        addresses = tag_list.parse(records[0]).get("rua", "").split(",")
    except tag_list.TagListError as error:
        return say("tls_rpt_syntax", **error.params)
    wrong = [text.strip() for text in addresses if not _URI.fullmatch(text.strip())]
    if wrong:
        return say("tls_rpt_address_invalid", address=wrong[0])
    return say("tls_rpt_ok")
