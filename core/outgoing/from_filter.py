"""FROM filters: the addresses and domains that an outgoing server may send as.

A FROM filter is a comma-separated list. An entry is one of

- ``ada@example.com``: that address;
- ``example.com``: every address of exactly that domain;
- ``*.example.com``: every address of any subdomain of it, at any depth, and not of
  ``example.com`` itself.

`parse` validates what a person types, `find` asks one filter about one address, and
`FromFilterIndex` answers "which servers list this" without reading them all.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum

from ..error import CoreError
from ..name import LABEL_MAX, NAME_MAX, spelling
from ..text import printable
from ..translate import Translate, _

MAX_ADDRESS_LENGTH = 254
"""Octets in an address that SMTP can carry (RFC 5321 section 4.5.3.1.3, less the brackets)."""
MAX_LOCAL_PART_LENGTH = 64
"""Octets (RFC 5321 section 4.5.3.1.1)."""

SHOWN_LENGTH = 60
"""Characters of an impossible sender or entry that are shown: it may have a hundred thousand."""

SUBDOMAIN_PREFIX = "*."
LOCALHOST = "localhost"
"""The one name without a dot that is meant as it stands (RFC 6761 section 6.3)."""

_LABEL = re.compile(r"\w(?:[\w-]{0,61}\w)?")
_LOCAL_PART = re.compile(r"[^\s@,;<>()\[\]\\\"]+")


class EntryKind(str, Enum):
    """What a FROM filter entry stands for, the most specific first."""

    ADDRESS = "address"
    DOMAIN = "domain"
    SUBDOMAIN = "subdomain"


_ERROR_CODES = {
    EntryKind.ADDRESS: "bad_address",
    EntryKind.DOMAIN: "bad_domain",
    EntryKind.SUBDOMAIN: "bad_wildcard",
}


class FromFilterError(CoreError):
    """An entry that no address can ever match.

    Codes: bad_address, bad_domain, bad_wildcard, wildcard_address; all with `entry`, the text as
    typed, and `position`, its number in the list, from 1.
    """

    sentences = {
        "bad_address": _(
            "“{entry}” (entry {position} of the FROM filter) is not an e-mail address. "
            "Write one address such as ada@example.com, and separate several with commas."
        ),
        "bad_domain": _(
            "“{entry}” (entry {position} of the FROM filter) is not a domain. Write domains such "
            "as example.com and addresses such as ada@example.com, separated by commas."
        ),
        "bad_wildcard": _(
            "“{entry}” (entry {position} of the FROM filter) does not name the subdomains of a "
            "domain. Write the asterisk once, in front of a domain: *.example.com."
        ),
        "wildcard_address": _(
            "“{entry}” (entry {position} of the FROM filter) is no address that anybody sends "
            "from. For every address of the domain, write the domain alone: {domain}."
        ),
    }

    def explain(self, translate: Translate = _) -> str:
        entry = printable(self.params["entry"], SHOWN_LENGTH)
        return translate(self.sentences[self.code]).format(
            entry=entry, position=self.params["position"], domain=entry.rpartition("@")[2]
        )


class SenderError(CoreError):
    """An address that no mail can come from, with `sender`, its beginning."""

    sentences = {
        "sender_domain": _(
            "“{sender}” is not an e-mail address that anybody could answer: what follows the @ is "
            "longer than a domain can be. Correct the sender."
        ),
        "sender_too_long": _(
            "“{sender}” is not an e-mail address that a mail server could take: it is longer than "
            "254 characters. Correct the sender."
        ),
    }


@dataclass(frozen=True)
class Entry:
    """One entry: `value` is lower case and, for a subdomain, without the ``*.``."""

    kind: EntryKind
    value: str

    def __str__(self):
        return f"{SUBDOMAIN_PREFIX}{self.value}" if self.kind is EntryKind.SUBDOMAIN else self.value


def split(text: str | None) -> list[str]:
    """The non-empty entries of `text` as typed."""
    return [part for raw in (text or "").split(",") if (part := raw.strip())]


def parse(text: str | None) -> tuple[Entry, ...]:
    """The entries of `text`, normalised and each once, in the order typed.

    Raises `FromFilterError` for the first entry that is neither an address, nor a domain,
    nor ``*.`` and a domain.
    """
    entries = []
    for position, part in enumerate(split(text), 1):
        entry = read_entry(part)
        if not _is_possible(entry):
            raise FromFilterError(_ERROR_CODES[entry.kind], entry=part, position=position)
        if entry.kind is EntryKind.ADDRESS and "*" in entry.value:
            raise FromFilterError("wildcard_address", entry=part, position=position)
        entries.append(entry)
    return tuple(dict.fromkeys(entries))


def normalise(text: str | None) -> str:
    """The canonical text of a FROM filter: ``"B.com ,a@b.com,"`` gives ``"b.com, a@b.com"``."""
    return ", ".join(map(str, parse(text)))


def read_entry(part: str) -> Entry:
    """What one entry stands for, without asking whether such an address can exist.

    ``Ada <ada@example.com>``, as copied from an e-mail program, is the address in it.
    """
    if "@" in part:
        return Entry(EntryKind.ADDRESS, normalise_address(parseaddr(part)[1] or part))
    lowered = part.lower()
    if "*" in part:
        return Entry(EntryKind.SUBDOMAIN, lowered.removeprefix(SUBDOMAIN_PREFIX))
    return Entry(EntryKind.DOMAIN, lowered)


def normalise_address(address: str) -> str:
    """Lower case; a local part with non-ASCII characters is kept as it is (RFC 6531)."""
    local_part, at, domain = address.rpartition("@")
    return (local_part.lower() if local_part.isascii() else local_part) + at + domain.lower()


def entries_for(address: str) -> Iterator[Entry]:
    """Every entry that lists the normalised `address`, the most specific first.

    That is the address itself, its domain, then the ``*.`` entries from the longest to the
    shortest, each made when it is asked for. A domain that no DNS name can be has none: they
    would fill the memory with what a stranger writes into a From.
    """
    domain = address.rpartition("@")[2]
    if not can_be_name(domain):
        return
    yield Entry(EntryKind.ADDRESS, address)
    yield Entry(EntryKind.DOMAIN, domain)
    parent = domain.partition(".")[2]
    while parent:
        yield Entry(EntryKind.SUBDOMAIN, parent)
        parent = parent.partition(".")[2]


def can_be_name(domain: str) -> bool:
    """Whether the DNS has room for such a name, whatever characters it is made of."""
    return len(domain) <= NAME_MAX and max(map(len, domain.split("."))) <= LABEL_MAX


def check_sender(address: str) -> None:
    """Raises `SenderError` for an address that no mail can carry.

    A long local part alone does not make one: there are servers that take more than 64 octets.
    """
    if not can_be_name(address.rpartition("@")[2]):
        raise SenderError("sender_domain", sender=printable(address, SHOWN_LENGTH))
    if len(address.encode()) > MAX_ADDRESS_LENGTH:
        raise SenderError("sender_too_long", sender=printable(address, SHOWN_LENGTH))


def find(address: str | None, text: str | None) -> Entry | None:
    """The most specific entry of the filter `text` that lists `address`, or None.

    An empty filter lists nobody; whether it therefore sends for everybody is not decided here.
    """
    listed = set(map(read_entry, split(text)))
    return next((entry for entry in entries_for(address or "") if entry in listed), None)


def lists_domain(domain: str, text: str | None) -> bool:
    """Whether the filter `text` lists any address of exactly that domain, in whatever spelling."""
    wanted = Entry(EntryKind.DOMAIN, spelling(domain))
    listed = {_of_domain(read_entry(part)) for part in split(text)}
    return wanted in listed or any(
        entry in listed
        for entry in entries_for(f"@{wanted.value}")
        if entry.kind is EntryKind.SUBDOMAIN
    )


def _of_domain(entry):
    """What an entry says about a domain: an address is one of its domain."""
    if entry.kind is EntryKind.ADDRESS:
        return Entry(EntryKind.DOMAIN, spelling(entry.value.rpartition("@")[2]))
    return Entry(entry.kind, spelling(entry.value))


def is_domain(text: str) -> bool:
    """Whether `text` is a domain name, of one label or more, without a trailing dot."""
    labels = text.split(".") if len(text) <= NAME_MAX else [""]
    return all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()  # RFC 3696 section 2


def _is_possible(entry: Entry) -> bool:
    if entry.kind is EntryKind.ADDRESS:
        return is_mail_address(entry.value)
    return is_domain(entry.value) and ("." in entry.value or str(entry) == LOCALHOST)


def is_mail_address(text: str) -> bool:
    """Whether `text` is an address alone, as people write it; its domain may be one label."""
    local_part, _at, domain = text.rpartition("@")
    return (
        text.isprintable()
        and len(text.encode()) <= MAX_ADDRESS_LENGTH
        and len(local_part.encode()) <= MAX_LOCAL_PART_LENGTH
        and bool(_LOCAL_PART.fullmatch(local_part))
        and is_domain(domain)
    )


class FromFilterIndex:
    """Which servers list an address, in a time that does not grow with their number.

    Built from ``(key, filter text)`` pairs in the order of priority, and not changed after.
    Entries that `parse` would refuse, written before they were validated, list nobody.
    """

    def __init__(self, filters: Iterable[tuple[Hashable, str | None]]):
        filters = tuple(filters)
        self.keys = tuple(key for key, _text in filters)
        self.keys_without_filter = tuple(key for key, text in filters if not text)
        self._keys_by_entry: dict[Entry, dict[Hashable, None]] = {}
        for key, text in filters:
            for entry in map(read_entry, split(text)):
                self._keys_by_entry.setdefault(entry, {})[key] = None

    def keys_listing(self, entry: Entry) -> tuple[Hashable, ...]:
        """The keys whose filter has `entry`, in the order of the index."""
        return tuple(self._keys_by_entry.get(entry, ()))
