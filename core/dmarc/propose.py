"""The DMARC record to publish instead of what is there."""

from collections.abc import Sequence
from difflib import get_close_matches

from .record import POLICIES, DmarcError, accepted, parse, read_tags, report_addresses

REPORTS_KEPT = 50  # report addresses of a record; receivers need serve two (RFC 7489 s. 6.2)
DEFAULT_POLICY = "none"  # to begin with: receivers report, and do nothing else


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
    return text.lower().lstrip().startswith(("v=dmarc", "v =", "p="))


def _mended(domain, text):
    tags = dict(filter(None, (_accepted(tag, value) for tag, value in read_tags(text)[0].items())))
    listed = report_addresses(tags.pop("rua", None))
    reports = [item.uri for item in listed[:REPORTS_KEPT] if item.domain]
    mended = {
        "v": "DMARC1",
        "p": tags.pop("p", DEFAULT_POLICY),
        **tags,
        "rua": ",".join(reports) or f"mailto:postmaster@{domain}",
    }
    proposal = "; ".join(f"{tag}={value}" for tag, value in mended.items())
    return text if _says_the_same(text, proposal) else proposal


def _accepted(tag, value):
    """(tag, value) as receivers read it; None for what they ignore and nobody can guess."""
    if tag == "v":
        return None
    if accepted(tag, value):
        return tag, value
    meant = tag in ("p", "sp", "np") and get_close_matches(value.lower(), POLICIES, 1)
    return (tag, meant[0]) if meant else None


def _says_the_same(text, proposal):
    """A record that is well as it is keeps its spelling and its order."""
    if not _is_used(text):
        return False
    tags, slips = read_tags(text)
    wanted = read_tags(proposal)[0]
    return not slips and {**tags, "rua": tags.get("rua", "").replace(" ", "")} == wanted
