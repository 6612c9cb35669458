"""Which addresses have to reach Odoo, and how to tell that to the server of their domain.

A redirection hands a mail on as it is; forwarding would write it anew, with another sender.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula, which an address may begin with as well (RFC 5321
section 4.1.2)."""


@dataclass(frozen=True)
class Redirection:
    """:param roles: what the address is, in the words of whoever reads it
    :param last_seen: when a mail to it came last, as it is to be shown"""

    address: str
    target: str
    roles: tuple[str, ...] = ()
    last_seen: str = ""


def redirections(
    addresses: Iterable[tuple[str, str, str]], own_domain: str = "", mailbox: str = ""
) -> list[Redirection]:
    """One for each address that does not get there by itself, in the order given.

    :param addresses: ``(address, role, last seen)``; an address may have several roles
    :param own_domain: mails are redirected to the same names at this domain
    :param mailbox: or all of them to this address
    """
    found: dict[str, Redirection] = {}
    for address, role, last_seen in addresses:
        address = address.strip().lower()
        local_part = address.rpartition("@")[0]
        target = mailbox or f"{local_part}@{own_domain}"
        if not local_part or target.lower() == address:
            continue
        before = found.get(address)
        roles = dict.fromkeys((*(before.roles if before else ()), role))
        seen = last_seen or (before.last_seen if before else "")
        found[address] = Redirection(address, target, tuple(roles), seen)
    return list(found.values())


def as_text(rows: Sequence[Redirection]) -> str:
    """For people: ``address -> target``, one a line, in columns."""
    width = max((len(row.address) for row in rows), default=0)
    return "".join(f"{row.address:{width}} -> {row.target}\n" for row in rows)


def as_csv(rows: Sequence[Redirection], titles: Sequence[str]) -> str:
    """For spreadsheets (RFC 4180): address, target, role, last seen; never a formula."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(titles)
    for row in rows:
        cells = (row.address, row.target, ", ".join(row.roles), row.last_seen)
        writer.writerow([_harmless(cell) for cell in cells])
    return output.getvalue()


def as_virtual_map(rows: Sequence[Redirection], comments: Sequence[str] = ()) -> str:
    """For Postfix, virtual_alias_maps: ``address target``, one a line.

    Only plain names are quoted by nobody and understood by everybody; a line that begins with
    "#" is a comment there, so an address that does is given as one.
    """
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    width = max((len(row.address) for row in rows), default=0)
    lines += [f"{row.address:{width}} {row.target}" for row in rows]
    return "".join(f"{line}\n" for line in lines)


def unwritable(rows: Sequence[Redirection]) -> list[str]:
    """Addresses that a Postfix map cannot have: their lines would be comments."""
    return [row.address for row in rows if row.address.startswith("#")]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_START) else cell
