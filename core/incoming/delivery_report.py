"""Delivery reports (RFC 3464): for each recipient what became of the message.

The action decides: what is delayed has not failed, whatever its status. Where status and
diagnostic contradict each other, the diagnostic counts; where it says nothing, the paragraph of
the address in the text for people does.
"""

import re

from . import bounce_signs
from .address import addresses_in, decode_xtext
from .bounce_text import judged, recipients_in
from .command import command_of
from .fields import Fields, read_fields
from .human import Human
from .mail import Mail
from .reading import Action, Kind, Reading
from .returned import original_of
from .verdict import Judge, Said

RECIPIENTS = 1_000
"""Recipients that are read of one report."""
LINES = 20_000
"""Lines of the part for machines that are read."""

_NAMES = ("final-recipient", "original-recipient", "x-actual-recipient")
_OWN = ("final-recipient", "original-recipient", "action", "status", "diagnostic-code")
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})")
_COMMENT = re.compile(r"\(([^()]{3,500})\)")
_FIELD = re.compile(r"(?im)^(?:final|original)-recipient[ \t]{0,9}:")


def read(mail: Mail) -> Reading | None:
    text = mail.part_text("delivery-status", "global-delivery-status")
    sign = "delivery-status"
    if not text:
        is_report = _FIELD.search(mail.text) and bounce_signs.signs(mail)
        if not is_report or bounce_signs.may_be_by_hand(is_report, mail):
            return None
        text, sign = mail.text, "Final-Recipient"
    groups = recipient_groups(text)
    if not groups:
        return None
    original = original_of(mail.fields, mail.returned, mail.text)
    human, judge = Human(mail.text), Judge()
    named = [_addresses(group, original.sent_to) for group in groups]
    others = {address for addresses in named for address in addresses}
    recipients = [
        _recipient(group, addresses, others, human, judge)
        for group, addresses in zip(groups, named, strict=True)
        if addresses
    ]
    if not recipients:  # names of another world, such as those of X.400
        status, action = _status(groups[0]), _action(groups[0])
        addresses = recipients_in(mail, human, original)
        recipients = judged(addresses, action, status, human)
    return Reading(Kind.DELIVERY_REPORT, (sign,), _merged(recipients), original)


def recipient_groups(text: str) -> list[Fields]:
    """The blocks of fields about recipients; a field that stands twice begins another one."""
    blocks: list[list[tuple[str, str]]] = []
    lines = text.split("\n", LINES)[:LINES]
    start = 0
    while start < len(lines) and len(blocks) < 2 * RECIPIENTS:
        end = start
        while end < len(lines) and lines[end].strip():
            end += 1
        if end > start:
            blocks += _split(read_fields(lines[start:end]))
        start = end + 1
    groups: list[list[tuple[str, str]]] = []
    for block in blocks:
        names = {name.lower() for name, _value in block}
        if names.intersection(_NAMES):
            groups.append(block)
        elif names.intersection(_OWN) and groups:
            groups[-1] += block
    return [Fields(group) for group in groups[:RECIPIENTS]]


def _split(fields):
    block: list[tuple[str, str]] = []
    seen: set[str] = set()
    for name, value in fields.items:
        key = name.lower()
        if key in seen and key in ("final-recipient", "original-recipient", "action"):
            yield block
            block, seen = [], set()
        seen.add(key)
        block.append((name, value))
    if block:
        yield block


def _addresses(group: Fields, sent_to) -> list[str]:
    """The addresses that the report gives for one recipient, the one it was sent to first."""
    found = []
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        value = group.first(name)
        if name == "Original-Recipient":
            value = decode_xtext(value)
        found += addresses_in(value)[:1] or _by_local_part(value, sent_to)
    found = list(dict.fromkeys(found))
    return sorted(found, key=lambda address: address not in sent_to)


def _by_local_part(value, sent_to):
    """Who is named without a domain, among those whom it was sent to."""
    local = value.rpartition(";")[2].strip(" <>").lower()
    same = [address for address in sent_to if local and address.rpartition("@")[0] == local]
    return same if len(same) == 1 else []


def _recipient(group, addresses, others, human, judge):
    said = [] if judge.is_tired else _said(group, addresses, others, human)
    return judge.recipient(
        addresses[0],
        _action(group),
        _status(group),
        said,
        also=tuple(addresses[1:]),
        server=_server(group.first("Remote-MTA")),
        will_retry_until=group.first("Will-Retry-Until")[:100],
    )


def _said(group, addresses, others, human):
    """The diagnostic, then what stands with the addresses, then the rest of the text."""
    others = others.difference(addresses)
    answers = [answer for address in addresses for answer in human.answers(address, others)]
    said = [Said(item.text, item.command) for item in answers]
    if diagnostic := _diagnostic(group):
        command = command_of(diagnostic) or human.command_answered_by(diagnostic)
        command = command or next((item.command for item in answers if item.command), None)
        said.insert(0, Said(diagnostic, command))
    if comment := _COMMENT.search(group.first("Status")):
        said.insert(1, Said(comment[1]))
    return [*said, Said(human.text, None, of_the_address=False)]


def _diagnostic(group):
    """Without the type before it (RFC 3464 section 2.3.6) and without mere numbers of Unix."""
    kind, mark, text = group.first("Diagnostic-Code").partition(";")
    if not mark or " " in kind.strip():
        text = f"{kind}{mark}{text}"
    return "" if re.fullmatch(r"[\s\d]{0,5}", text) else text.strip()


def _status(group):
    found = _STATUS.search(group.first("Status"))
    return found[1] if found else ""


def _action(group):
    word = group.first("Action").strip().lower()
    named = next((action for action in Action if word.startswith(action.value)), None)
    if named:
        return named
    if word.startswith("delay"):
        return Action.DELAYED
    return Action.DELIVERED if _status(group).startswith("2") else Action.FAILED


def _server(value):
    return value.rpartition(";")[2].strip()[:255]


def _merged(recipients):
    """One for each address: what failed counts more than what went well before."""
    weight = {Action.FAILED.value: 0, Action.DELAYED.value: 1}
    found: dict[str, object] = {}
    for item in recipients:
        known = found.get(item.address)
        if known is None or weight.get(item.action, 2) < weight.get(known.action, 2):
            found[item.address] = item
    return tuple(found.values())
