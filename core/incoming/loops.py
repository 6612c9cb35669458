"""When the mails of one sender are taken for a loop, and what an administrator may allow.

An entry of the allowed list is one of

- ``ada@example.com``: that address;
- ``example.com``: every address of exactly that domain;
- ``*.example.com``: every address of any subdomain of it, and not of ``example.com`` itself.

The mails of a sender are given as their times, in any order.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import getaddresses

from ..error import CoreError
from ..name import InvalidName, mail_domain, spelling
from ..text import printable
from ..translate import Translate, _

SHOWN_LENGTH = 60
"""Characters shown of an entry that is refused."""
SENDER_MAX = 320
"""Characters of a sender that are told apart: more than an address can have, less than an index of
PostgreSQL takes."""
HEADROOM = 1.5
"""How much more than its highest number a sender shall be able to write."""


class EntryError(CoreError):
    """An entry of the allowed list that must not or cannot match anybody, with `entry`, the text.

    Codes: entry_everybody, entry_address, entry_domain, entry_wildcard, entry_every_address.
    """

    sentences = {
        "entry_everybody": _(
            "“{entry}” would allow everybody, so nothing would stop a loop any more. Write an "
            "address such as alerts@example.com, a domain such as example.com, or *.example.com "
            "for its subdomains."
        ),
        "entry_address": _(
            "“{entry}” is not an e-mail address. Write one address such as alerts@example.com, or "
            "a domain such as example.com."
        ),
        "entry_domain": _(
            "“{entry}” is neither an e-mail address nor a domain. Write an address such as "
            "alerts@example.com, a domain such as example.com, or *.example.com for its subdomains."
        ),
        "entry_wildcard": _(
            "“{entry}” does not name the subdomains of a domain. Write the asterisk once, in front "
            "of a domain: *.example.com."
        ),
        "entry_every_address": _(
            "“{entry}” is not an e-mail address. For every address of the domain, write the domain "
            "alone: {domain}."
        ),
    }

    def explain(self, translate: Translate = _) -> str:
        entry = printable(self.params["entry"], SHOWN_LENGTH)
        return translate(self.sentences[self.code]).format(
            entry=entry, domain=entry.rpartition("@")[2]
        )


def parse_entry(text: str) -> str:
    """The one spelling of an entry, by which `candidates` finds it; raises EntryError."""
    text = (text or "").strip()
    if text and not text.strip("*.@ "):
        raise EntryError("entry_everybody", entry=text)
    if "@" in text:
        return _parse_address(text)
    if "*" in text:
        if not text.startswith("*.") or "*" in text[1:]:
            raise EntryError("entry_wildcard", entry=text)
        return "*." + _parse_domain(text[2:], text, "entry_wildcard")
    return _parse_domain(text, text, "entry_domain")


def _parse_address(text: str) -> str:
    read = getaddresses([text])
    address = read[0][1] if len(read) == 1 and read[0][1] else text
    local, _at, domain = address.rpartition("@")
    if local in ("", "*"):
        raise EntryError("entry_every_address", entry=text)
    if "*" in address or any(char.isspace() or char in ',;<>@"' for char in local):
        raise EntryError("entry_address", entry=text)
    if domain.lower() != "localhost":  # RFC 6761 section 6.3: the machine itself
        _parse_domain(domain, text, "entry_address")
    return sender_key(f"{local}@{domain}")


def _parse_domain(domain: str, entry: str, code: str) -> str:
    try:
        return mail_domain(domain)
    except InvalidName as error:
        raise EntryError(code, entry=entry) from error


def sender_key(address: str) -> str:
    """By which the mails of one sender are counted: the same address, however it is written."""
    local, _at, domain = address.strip().rpartition("@")
    if not local:
        return address.strip().lower()[:SENDER_MAX]
    return f"{local.lower()}@{spelling(domain)}"[:SENDER_MAX]


def candidates(sender: str) -> tuple[str, ...]:
    """The entries that allow a sender, the most specific first.

    :param sender: as `sender_key` gives it
    """
    domain = sender.rpartition("@")[2]
    if domain == sender:
        return (sender,)
    labels = domain.split(".")
    wildcards = ("*." + ".".join(labels[at:]) for at in range(1, len(labels) - 1))
    return (sender, domain, *wildcards)


def would_be_held(times: Iterable[datetime], threshold: int, window: timedelta) -> int:
    """How many of a sender's mails a threshold holds: what is held does not count for the next."""
    let_through, held = deque(), 0
    for time in sorted(times):
        while let_through and let_through[0] < time - window:
            let_through.popleft()
        if len(let_through) >= threshold:
            held += 1
        else:
            let_through.append(time)
    return held


def highest(times: Iterable[datetime], window: timedelta) -> int:
    """The most mails that came within one window."""
    most, within = 0, deque()
    for time in sorted(times):
        while within and within[0] < time - window:
            within.popleft()
        within.append(time)
        most = max(most, len(within))
    return most


def suggested_threshold(most: int) -> int:
    """A round number with some headroom: 24 mails become 40."""
    wanted = most * HEADROOM
    step = 10 ** max(1, len(str(int(wanted))) - 2)
    return int(-(-wanted // step) * step)
