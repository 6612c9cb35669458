"""The DMARC record to publish instead of what is there."""

import re
from collections.abc import Sequence

from .record import POLICIES, DmarcError, accepted, parse, read_tags, report_addresses

REPORTS_KEPT = 50  # report addresses of a record; receivers need serve two (RFC 7489 s. 6.2)
DEFAULT_POLICY = "none"  # to begin with: receivers report, and do nothing else
NOISE = str.maketrans("", "", "\"'\\")  # what zone files put around a text, and no record has

# Where a semicolon is missing: a tag that begins behind what people type in its place
_TAG_BEGINS = re.compile(r"(?<=[\s,:])(?=(?:p|sp|np|rua|ruf|adkim|aspf|pct|fo|t|psd)\s?=)", re.I)


def propose(domain: str, texts: Sequence[str]) -> str:
    """One record, made of the first that receivers act on, else of the first that is alike.

    Nothing that can be read is lost and no policy becomes weaker; what cannot be read is left out,
    and an address for reports is added where there is none.
    """
    return _mended(domain, next(filter(_is_used, texts), next(filter(_is_alike, texts), "")))


def _is_used(text):
    try:
        return bool(parse(text))
    except DmarcError:
        return False


def _is_alike(text):
    return text.translate(NOISE).lower().lstrip().startswith(("v=dmarc", "v =", "p="))


def _mended(domain, text):
    typed = _TAG_BEGINS.sub(";", text.translate(NOISE))
    pairs = ((tag, value.strip(" ,:")) for tag, value in read_tags(typed)[0].items())
    tags = dict(filter(None, (_accepted(tag, value) for tag, value in pairs)))
    reports = _usable(tags.pop("rua", None))
    failures = _usable(tags.pop("ruf", None))
    mended = {
        "v": "DMARC1",
        "p": tags.pop("p", DEFAULT_POLICY),
        **tags,
        "rua": reports or f"mailto:postmaster@{domain}",
        **({"ruf": failures} if failures else {}),
    }
    proposal = "; ".join(f"{tag}={value}" for tag, value in mended.items())
    return text if _says_the_same(text, proposal) else proposal


def _usable(listed):
    return ",".join(item.uri for item in report_addresses(listed)[:REPORTS_KEPT] if item.domain)


def _accepted(tag, value):
    """(tag, value) as receivers read it; None for what they ignore and nobody can guess."""
    if tag == "v":
        return None
    if accepted(tag, value):
        return tag, value
    if tag not in ("p", "sp", "np"):
        return None
    from difflib import get_close_matches  # rarely needed, and slow to import

    meant = get_close_matches(value.lower(), POLICIES, 1)
    return (tag, meant[0]) if meant else None


def _says_the_same(text, proposal):
    """A record that is well as it is keeps its spelling and its order."""
    if not _is_used(text):
        return False
    tags, slips = read_tags(text)
    wanted = read_tags(proposal)[0]
    listed = {tag: tags.get(tag, "").replace(" ", "") for tag in {"rua", "ruf"} & wanted.keys()}
    return not slips and {**tags, **listed} == wanted
