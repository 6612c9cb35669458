"""The text of a DMARC record (RFC 7489 section 6.3), taken apart without any I/O."""

import re
from dataclasses import dataclass
from functools import cached_property

from ..dns import tag_list
from ..error import CoreError

POLICIES = ("none", "quarantine", "reject")  # from the weakest to the strongest
PERCENT_MAX = 100

_VERSION = re.compile(r"v\s*=\s*DMARC1\s*(;|$)")
_URI = re.compile(r"mailto:([^@\s,!]+)@([^@\s,!]+)(![0-9]+[kmgt]?)?", re.IGNORECASE)
_CHOICES = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,  # RFC 9989 section 4.7
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),  # RFC 9989 section 4.7
    "t": ("y", "n"),  # RFC 9989 section 4.7
}
_PERCENT = re.compile(r"[0-9]{1,3}")  # RFC 7489 section 6.4: 1*3DIGIT
_FAILURE_OPTIONS = {"0", "1", "d", "s"}


class DmarcError(CoreError):
    """A record that receivers ignore; `code` and `params` are those of a finding."""


@dataclass(frozen=True)
class ReportAddress:
    """One URI of rua or ruf."""

    uri: str

    @cached_property
    def domain(self) -> str:
        """The domain it reports to, "" where it is no e-mail address. Read when it is asked for: a
        record may list thousands."""
        match = _URI.fullmatch(self.uri)
        return match[2].lower() if match else ""


@dataclass(frozen=True)
class DmarcRecord:
    """A record receivers act on, with the defaults of RFC 7489 section 6.3 filled in.

    `ignored` lists the (tag, value) pairs that receivers replace by the default, `slips` the parts
    that are no tag and value, or repeat a tag.
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
    ignored: tuple[tuple[str, str], ...] = ()
    slips: tuple[str, ...] = ()

    def applied(self, policy: str) -> str:
        """What receivers make of one of its policies: in test mode, and for no part of the mail,
        that is the next weaker one (RFC 9989 section 4.7, RFC 7489 section 6.6.4)."""
        if self.testing or not self.percent:
            return POLICIES[max(POLICIES.index(policy) - 1, 0)]
        return policy


def is_dmarc(text: str) -> bool:
    """Whether a TXT record is meant for DMARC: the version comes first (RFC 7489 s. 6.3)."""
    return bool(_VERSION.match(text))


def parse(text: str) -> DmarcRecord:
    """The record in `text`, as far as it can be read (RFC 9989 section 4.7: receivers ignore what
    they do not understand). Raises DmarcError where receivers ignore it as a whole."""
    tags, slips = read_tags(text)
    ignored = tuple((tag, value) for tag, value in tags.items() if not accepted(tag, value))
    for tag, _value in ignored:
        del tags[tag]
    aggregate, failure = report_addresses(tags.get("rua")), report_addresses(tags.get("ruf"))
    if "p" not in tags and not any(address.domain for address in aggregate):
        raise _without_policy(ignored, slips)
    policy = tags.get("p", "none").lower()  # RFC 7489 section 6.6.3, step 6
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
        slips=slips,
    )


def read_tags(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """(tags in lower case with their values, parts that cannot be read)."""
    tags, slips = tag_list.read(text)
    lowered: dict[str, str] = {}
    for tag, value in tags.items():
        lowered.setdefault(tag.lower(), value)
    return lowered, slips


def _without_policy(ignored, slips):
    typed = dict(ignored).get("p", "")
    if slips and not typed:
        return DmarcError("dmarc_syntax", part=slips[0])
    return DmarcError("dmarc_policy_invalid", value=typed)


def report_addresses(text: str | None) -> tuple[ReportAddress, ...]:
    """The addresses of a rua or ruf value."""
    return tuple(ReportAddress(uri) for part in (text or "").split(",") if (uri := part.strip()))


def accepted(tag: str, value: str) -> bool:
    """Whether receivers take the value, or ignore the tag."""
    if tag in _CHOICES:
        return value.lower() in _CHOICES[tag]
    if tag == "pct":
        return bool(_PERCENT.fullmatch(value)) and int(value) <= PERCENT_MAX
    if tag == "fo":
        return {item.strip().lower() for item in value.split(":")} <= _FAILURE_OPTIONS
    return True
