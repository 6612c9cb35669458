"""TLS reporting (RFC 8460): where to report that mail could not be delivered encrypted."""

import re
from functools import partial

from ..dns import tag_list
from ..dns.resolver import Resolver
from ..findings.finding import Finding, Subject, unknown

HEAD_LENGTH = 16  # characters in which a record says what it is, with a few too many

_VERSION = re.compile(r"v\s*=\s*TLSRPTv1\s*;")  # RFC 8460 section 3
_URI = re.compile(r"mailto:[^@\s,!]+@[\w.-]+|https://[^\s,!]+", re.IGNORECASE)


async def check(domain: str, resolver: Resolver) -> tuple[Finding, ...]:
    """The findings about TLS reporting of a domain."""
    answer = await resolver.query(f"_smtp._tls.{domain}", "TXT")
    if not answer.known:
        return (unknown("tls_rpt", answer),)
    return (_judge(domain, answer),)


def _judge(domain, answer):
    records = [text for text in answer.records if _VERSION.match(text)]
    alike = list(filter(_is_alike, answer.records))
    say = partial(
        Subject("tls_rpt", answer.name, "TXT", records or alike).say,
        expected=_template(domain, records or alike),
    )
    if not records and alike:
        return say("tls_rpt_syntax", part=alike[0][:HEAD_LENGTH])
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
    return say("tls_rpt_ok", expected=None)


def _is_alike(text):
    """Whether a record that does not begin as it should is meant all the same."""
    tags = tag_list.read(text)[0]
    version = tags.get("v", "TLSRPTv1" if "rua" in tags else "").lower()
    return version == "tlsrptv1" or "tlsrptv1" in text[:HEAD_LENGTH].lower()


def _template(domain, records):
    """A record with the usable addresses of those that are there."""
    cleaned = (text.replace('"', "").replace("\\", "") for text in records)
    typed = (tag_list.read(text)[0].get("rua", "") for text in cleaned)
    found = [uri.strip() for text in typed for uri in text.split(",")]
    usable = dict.fromkeys(uri for uri in found if _URI.fullmatch(uri))
    return f"v=TLSRPTv1; rua={','.join(usable) or f'mailto:postmaster@{domain}'}"
