"""Authentication-Results (RFC 8601): what a receiving server found when it checked a mail.

Anybody can write such a field into a mail. It counts where the server that the administrator
trusts wrote it: above that server's own Received line, which no sender can reach.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .fields import Fields

RESULTS = 50
"""Results of one field that are read."""
COMMENTS = 50
"""Depth of comments in comments that is followed (RFC 5322 section 3.2.2 sets no limit)."""
MICROSOFT = "microsoft"
"""What the field of Microsoft's servers is called here: it names no server."""
WRITES_BELOW = ("mx.google.com",)
"""Servers that write the field below their own Received line, and take away every other one that
bears their name."""
PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
"""From where own servers hand a mail to each other; not what is kept for examples, which Python
takes for private as well."""


@dataclass(frozen=True)
class Result:
    """One check: method, result, and what was checked, such as {"header.d": "example.com"}."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)

    def domain(self, *names: str) -> str:
        """The domain of the first property that is there."""
        value = next((self.properties[name] for name in names if name in self.properties), "")
        return value.rpartition("@")[2].strip("<>.").lower()


@dataclass(frozen=True)
class Results:
    """One field. Without a name of a server it has Microsoft's shape."""

    server: str
    results: tuple[Result, ...] = ()


# ------------------------------------------------------------
# READING ONE FIELD
# ------------------------------------------------------------

_METHOD = re.compile(
    r"\s{0,20}([a-z][a-z0-9-]{0,30})(?:/\d{1,5})?\s{0,5}=\s{0,5}([a-z]{1,30})", re.I
)
_PROPERTY = re.compile(
    r"([a-z]{1,20}[.\w-]{0,40})\s{0,5}=\s{0,5}(\"[^\"]{0,300}\"|[^\s;\"]{1,300})", re.I
)


def parse(value: str) -> Results:
    """Never raises; what cannot be understood is passed over."""
    pieces = _pieces(value)
    first = pieces[0].strip() if pieces else ""
    if _METHOD.match(first):
        server = ""
    else:
        server, pieces = first.split(" ")[0].strip('"').lower()[:255], pieces[1:]
    found = tuple(item for piece in pieces[:RESULTS] if (item := _result(piece)))
    return Results(server or (MICROSOFT if found else ""), found)


def _result(piece):
    found = _METHOD.match(piece)
    if not found:
        return None
    rest = piece[found.end() :]
    properties = {
        match[1].lower(): match[2].strip('"') for match in _PROPERTY.finditer(rest[:2_000])
    }
    return Result(found[1].lower(), found[2].lower(), properties)


def _pieces(value):
    """What stands between semicolons, without comments, in one pass."""
    pieces, depth, quoted, escaped = [[]], 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
            continue
        elif quoted:
            quoted = char != '"'
        elif char == "(" and depth < COMMENTS:
            depth += 1
            continue
        elif depth:
            depth -= char == ")"
            continue
        elif char == '"':
            quoted = True
        elif char == ";":
            pieces.append([])
            continue
        if not depth:
            pieces[-1].append(char)
    return ["".join(piece) for piece in pieces]


# ------------------------------------------------------------
# WHICH FIELDS COUNT
# ------------------------------------------------------------

_FIELD = "authentication-results"
_BESIDE = (
    _FIELD,
    "received-spf",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
)
_BY = re.compile(r"\bby\s{1,5}([\w.:-]{1,255})", re.I)
_FROM = re.compile(r"^\s{0,5}from\s{1,5}([\w.-]{1,255}|\[[^\]]{1,60}\])", re.I)
_IP = re.compile(r"[\[(](?:IPv6:)?([0-9a-f:.]{3,45})[\])]", re.I)


def trusted(fields: Fields, servers: Iterable[str]) -> list[Results]:
    """The fields that the named servers have written themselves, the newest first."""
    servers = {name.strip().lower().rstrip(".") for name in servers if name.strip()}
    if not servers:
        return []
    border = border_line(fields, servers)
    found = []
    for number, (name, value) in enumerate(fields.items):
        if number >= border and not _continues(fields, border, number):
            break
        if name.lower() != _FIELD:
            continue
        results = parse(value)
        is_below = number > border
        if results.server in servers and (not is_below or results.server in WRITES_BELOW):
            found.append(results)
    return found


def _continues(fields, border, number):
    """Whether everything from the own Received line to here is what checks a mail."""
    return number == border or all(
        name.lower() in _BESIDE for name, _value in fields.items[border + 1 : number + 1]
    )


def border_line(fields: Fields, servers: Iterable[str] = ()) -> int:
    """Where the line stands with which the own servers took the mail from the outside; behind it
    all fields are the sender's. The number of fields where the mail came by no server."""
    servers, first = set(servers), len(fields.items)
    for number, (name, value) in enumerate(fields.items):
        if name.lower() != "received":
            continue
        if not _is_inner(value, servers):
            return number
        if first == len(fields.items) and _FROM.match(value):
            first = number
    return first


def _is_inner(line, servers):
    """Whether one own server gave the mail to another one."""
    sender, taker = _FROM.match(line), _BY.search(line)
    if not sender:
        return True
    host = taker[1].lower() if taker else ""
    if ".protection.outlook.com" in host:  # what stands before its "by" came from anywhere
        return "eop-" in host or ".prod." in host
    if MICROSOFT in servers and host.endswith((".outlook.com", ".office365.com")):
        return sender[1].lower().endswith((".outlook.com", ".office365.com"))
    address = _IP.search(line[: taker.start()] if taker else line)
    return bool(address) and _is_private(address[1])


def _is_private(text):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in PRIVATE if network.version == address.version)


# ------------------------------------------------------------
# SUGGESTIONS
# ------------------------------------------------------------


def suggested(mails: Iterable[Fields]) -> list[tuple[str, int]]:
    """The servers that stand on top of mails that came to a mailbox, with how many mails: whoever
    receives for a mailbox writes into all of them."""
    found: Counter = Counter()
    for fields in mails:
        border = border_line(fields)
        names = set()
        for number, (name, value) in enumerate(fields.items):
            if name.lower() != _FIELD or (
                number > border and not _continues(fields, border, number)
            ):
                continue
            server = parse(value).server
            if server and (number < border or server in WRITES_BELOW):
                names.add(server)
        found.update(names)
    return found.most_common()
