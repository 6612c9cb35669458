"""Mail providers: recognised by a host name, and what they sign and send with.

Three texts are typed by people and read here:

- host patterns, ``smtp.example.net, smtp.*.example.net``: where an asterisk stands for anything;
- SPF terms, ``include:_spf.example.net a:{host}``: with the host of the server filled in;
- DKIM selectors, ``s1, s2=target.example.net, s3._domainkey.example.com``: each with the CNAME
  target its provider asks for, if any, and the one domain it is for, if not for all.
"""

import ipaddress
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .dns.address import is_public
from .error import CoreError
from .name import NAME_MAX, is_address, spelling
from .sender import Selector
from .translate import _

RELAY_PORT = 25  # RFC 5321 section 4.5.4.2: between mail servers, and the default of Odoo
SUBMISSION_PORT = 587  # RFC 6409 section 3.1: clients upgrade with STARTTLS
SUBMISSIONS_PORT = 465  # RFC 8314 section 7.3: TLS from the first octet
PORTS = (RELAY_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT)
"""Those that come with an encryption; any other was typed by somebody, 2525 too."""

_PORT_OF = {"starttls": SUBMISSION_PORT, "ssl": SUBMISSIONS_PORT}
_KEY_MARK = "._domainkey"  # RFC 6376 section 3.6.2.1: between the selector and the domain
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")  # RFC 6376 section 3.1, with underscores


class SelectorError(CoreError):
    """An entry of a list of DKIM selectors that cannot be one.

    Codes: selector_invalid, selector_target_invalid; both with `entry`, the text as typed, and
    `position`, its number in the list, from 1.
    """

    sentences = {
        "selector_invalid": _(
            "“{entry}” (entry {position} of the DKIM selectors) is not a selector. Write the "
            "part in front of ._domainkey, such as s1, and separate several with commas."
        ),
        "selector_target_invalid": _(
            "“{entry}” (entry {position} of the DKIM selectors) does not name the target of a "
            "CNAME record. Write the selector, an equals sign and a host name, such as "
            "s1=s1.dkim.example.net."
        ),
    }


@dataclass(frozen=True)
class SelectorEntry:
    """One selector as typed; `domain` is "" where it is meant for every domain."""

    selector: Selector
    domain: str = ""


def split(text: str | None) -> list[str]:
    """The non-empty parts of a list separated by commas or line ends, as typed."""
    return [part for raw in re.split(r"[,\n]", text or "") if (part := raw.strip())]


def host_matches(host: str | None, patterns: str | None) -> bool:
    """Whether a host name fits one of the patterns."""
    name = spelling(host)
    if not 0 < len(name) <= NAME_MAX:
        return False
    known = (item.lower() for item in split(patterns) if len(item) <= NAME_MAX)
    return any(fnmatchcase(name, item) for item in known)


def recognise(
    host: str | None, patterns_by_key: Iterable[tuple[Hashable, str | None]]
) -> Hashable | None:
    """The key of the first patterns that fit, or None."""
    return next((key for key, text in patterns_by_key if host_matches(host, text)), None)


def checkable_host(host: str | None) -> str:
    """The host as the whole world finds it; "" for one that only this machine or network knows."""
    name = spelling(host)
    if is_address(name):
        return name if is_public(name) else ""
    # RFC 6761 section 6.3: whatever ends in localhost is this machine
    return name if "." in name and not name.endswith(".localhost") else ""


def usual_port(encryption: str) -> int:
    """The port that goes with an encryption as Odoo names it, where no provider says otherwise."""
    return _PORT_OF.get(encryption.partition("_")[0], RELAY_PORT)


def is_same_kind(encryption: str | None, other: str | None) -> bool:
    """Whether two encryptions differ at most in whether the certificate is validated."""
    return (encryption or "").partition("_")[0] == (other or "").partition("_")[0]


def smtp_port(encryption: str, preset_encryption: str, preset_port: int) -> int | None:
    """The port on which a provider expects an encryption, both named as Odoo names them.

    None where that is not known: for no encryption at all, unless the preset is that.
    """
    family = encryption.partition("_")[0]
    if family == preset_encryption.partition("_")[0]:
        return preset_port
    return _PORT_OF.get(family)


def spf_terms(text: str | None, host: str | None) -> tuple[str, ...] | None:
    """The SPF terms of a server on that host; None where they cannot be told without one."""
    name = checkable_host(host)
    if "{host}" not in (text or ""):
        return tuple((text or "").split())
    return tuple(text.replace("a:{host}", _host_term(name)).split()) if name else None


def parse_selectors(text: str | None) -> tuple[SelectorEntry, ...]:
    """The entries of a list of selectors; raises SelectorError for the first that is none."""
    return tuple(_parse_entry(part, position) for position, part in enumerate(split(text), 1))


def selectors_for(
    domain: str, entries: Iterable[SelectorEntry], target: str | None = ""
) -> tuple[Selector, ...] | None:
    """The selectors meant for a domain, None where none is known.

    :param target: the CNAME target of those that name none; ``{selector}`` in it is filled in
    """
    found = tuple(
        Selector(item.selector.name, item.selector.target or _fill_in(target, item.selector.name))
        for item in entries
        if item.domain in ("", domain.lower())
    )
    return found or None


def _host_term(name):
    if is_address(name):
        return f"ip{ipaddress.ip_address(name).version}:{name}"  # RFC 7208 section 5.6
    return f"a:{name}"


def _parse_entry(part, position):
    typed, _equals, target = part.partition("=")
    name, _mark, domain = typed.strip().lower().partition(_KEY_MARK)
    if not _NAME.fullmatch(name):
        raise SelectorError("selector_invalid", entry=part, position=position)
    target = spelling(target)
    if target and not ("." in target and _NAME.fullmatch(target)):
        raise SelectorError("selector_target_invalid", entry=part, position=position)
    return SelectorEntry(Selector(name, target), domain.strip("."))


def _fill_in(target, selector):
    return (target or "").replace("{selector}", selector)
