"""The values SPF macros have for one message (RFC 7208 section 7)."""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ..dns.name import is_subdomain
from ..name import NAME_MAX
from .macro import Macro, fit_name

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Names = Callable[[], Awaitable[tuple[str, ...]]]

EXPLANATION_MAX = 3072  # characters; it is shown to people


@dataclass(frozen=True)
class Message:
    """What is known of a message when its sender is checked; `now` is in seconds."""

    ip: Address
    sender: str
    helo: str
    receiver: str
    now: int


async def expand_name(
    parts: Sequence[str | Macro], message: Message, domain: str, validated_names: Names
) -> str:
    """The name that parsed macro parts stand for, fit to be asked for.

    :param domain: the domain whose record holds them
    :param validated_names: for %{p}, asked only where that occurs
    """
    texts, length = [], 0
    for part in reversed(parts):  # what is too long loses its beginning
        texts.append(await _expand(part, message, domain, validated_names))
        length += len(texts[-1])
        if length > NAME_MAX + 1:
            break
    return fit_name("".join(reversed(texts)))


async def expand_explanation(
    parts: Sequence[str | Macro], message: Message, domain: str, validated_names: Names
) -> str:
    """The text that the parsed macro parts of an explanation stand for."""
    texts, length = [], 0
    for part in parts:
        texts.append(await _expand(part, message, domain, validated_names))
        length += len(texts[-1])
        if length > EXPLANATION_MAX:
            break
    return "".join(texts)[:EXPLANATION_MAX]


def expand_static(parts: Iterable[str | Macro], domain: str, origin: str) -> tuple[str, bool]:
    """(text, whether it is whole) of parsed macro parts, as far as no message is needed for it.

    What depends on the message is left as a macro.

    :param domain: the domain whose record holds them, %{d}
    :param origin: the domain that is checked, %{o}
    """
    known = {"d": domain, "o": origin}
    texts, whole = [], True
    for part in parts:
        if not isinstance(part, Macro):
            texts.append(part)
        elif part.letter.lower() in known:
            texts.append(_transform(part, known[part.letter.lower()]))
        else:
            texts.append(str(part))
            whole = False
    return "".join(texts), whole


async def _expand(part, message, domain, validated_names):
    if not isinstance(part, Macro):
        return part
    return _transform(part, await _value(part, message, domain, validated_names))


async def _value(part, message, domain, validated_names):
    letter = part.letter.lower()
    if letter == "p":
        return _best_name(await validated_names(), domain)
    local, _, sender_domain = message.sender.rpartition("@")
    return {
        "s": message.sender,
        "l": local,
        "o": sender_domain,
        "d": domain,
        "i": _dotted(message.ip),
        "v": "in-addr" if message.ip.version == 4 else "ip6",
        "h": message.helo,
        "c": str(message.ip),
        "r": message.receiver,
        "t": str(message.now),
    }[letter]


def _transform(part, value):
    """RFC 7208 section 7.3: split, reverse, keep the right-hand parts, join with dots."""
    pieces = re.split(f"[{re.escape(part.delimiters or '.')}]", value)
    if part.reverse:
        pieces.reverse()
    text = ".".join(pieces[-part.keep :])
    return quote(text, safe="-._~") if part.escaped else text


def _best_name(names, domain):
    """RFC 7208 section 7.3: the domain itself, else a name below it, else any."""
    domain = domain.lower()
    below = (name for name in names if is_subdomain(name, domain))
    return domain if domain in names else next(below, next(iter(names), "unknown"))


def _dotted(ip):
    """RFC 7208 section 7.3: IPv6 addresses are dotted nibbles."""
    if ip.version == 4:
        return str(ip)
    return ".".join(ip.exploded.replace(":", "").upper())
