"""The text of a DMARC record (RFC 7489 section 6.3), taken apart without any I/O."""

import re
from dataclasses import dataclass, field

from ..dns import tag_list
from ..error import CoreError

POLICIES = ("none", "quarantine", "reject")
PERCENT_MAX = 100

_VERSION = re.compile(r"v\s*=\s*DMARC1\s*(;|$)")
_URI = re.compile(r"mailto:([^@\s,!]+)@([^@\s,!]+)(![0-9]+[kmgt]?)?", re.IGNORECASE)
_CHOICES = {
    "sp": POLICIES,
    "np": POLICIES,  # DMARCbis section 4.7
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),  # DMARCbis section 4.7
    "t": ("y", "n"),  # DMARCbis section 4.7
}
_PERCENT = re.compile(r"[0-9]{1,3}")  # RFC 7489 section 6.4: 1*3DIGIT
_FAILURE_OPTIONS = {"0", "1", "d", "s"}


class DmarcError(CoreError):
    """A record that receivers ignore; `code` and `params` are those of a finding."""


@dataclass(frozen=True)
class ReportAddress:
    """One URI of rua or ruf; `domain` is "" where it is no e-mail address."""

    uri: str
    domain: str


@dataclass(frozen=True)
class DmarcRecord:
    """A record receivers act on, with the defaults of RFC 7489 section 6.3 filled in.

    `ignored` lists the (tag, value) pairs that receivers replace by the default.
    """

    policy: str
    subdomain_policy: str
    missing_policy: str  # np: for subdomains that do not exist
    strict_dkim: bool = False
    strict_spf: bool = False
    percent: int = PERCENT_MAX
    failure_options: str = "0"
    aggregate: tuple[ReportAddress, ...] = ()
    failure: tuple[ReportAddress, ...] = ()
    public_suffix: str = "u"
    testing: bool = False
    ignored: tuple[tuple[str, str], ...] = field(default=())


def is_dmarc(text: str) -> bool:
    """Whether a TXT record is meant for DMARC: the version comes first (RFC 7489 s. 6.3)."""
    return bool(_VERSION.match(text))


def parse(text: str) -> DmarcRecord:
    """The record in `text`; raises DmarcError."""
    try:
        tags = {tag.lower(): value for tag, value in tag_list.parse(text).items()}
    except tag_list.TagListError as error:
        raise DmarcError("dmarc_syntax", **error.params) from error
    ignored = tuple((tag, value) for tag, value in tags.items() if not _accepted(tag, value))
    for tag, _value in ignored:
        del tags[tag]
    aggregate, failure = report_addresses(tags.get("rua")), report_addresses(tags.get("ruf"))
    policy = _policy(tags, aggregate)
    subdomain_policy = tags.get("sp", policy).lower()
    return DmarcRecord(
        policy=policy,
        subdomain_policy=subdomain_policy,
        missing_policy=tags.get("np", subdomain_policy).lower(),
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        percent=int(tags.get("pct", PERCENT_MAX)),
        failure_options=tags.get("fo", "0"),
        aggregate=aggregate,
        failure=failure,
        public_suffix=tags.get("psd", "u").lower(),
        testing=tags.get("t", "n").lower() == "y",
        ignored=ignored,
    )


def report_addresses(text: str | None) -> tuple[ReportAddress, ...]:
    """The addresses of a rua or ruf value."""
    uris = [part.strip() for part in (text or "").split(",") if part.strip()]
    matches = [(uri, _URI.fullmatch(uri)) for uri in uris]
    return tuple(ReportAddress(uri, match[2].lower() if match else "") for uri, match in matches)


def _policy(tags, aggregate):
    policy = tags.get("p", "").lower()
    if policy in POLICIES:
        return policy
    if any(address.domain for address in aggregate):
        return "none"  # RFC 7489 section 6.6.3, step 6
    raise DmarcError("dmarc_policy_invalid", value=tags.get("p", ""))


def _accepted(tag, value):
    if tag in _CHOICES:
        return value.lower() in _CHOICES[tag]
    if tag == "pct":
        return bool(_PERCENT.fullmatch(value)) and int(value) <= PERCENT_MAX
    if tag == "fo":
        return {item.strip().lower() for item in value.split(":")} <= _FAILURE_OPTIONS
    return True
