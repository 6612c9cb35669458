"""Reports that follow no standard, read from their text."""

import re

from . import bounce_signs
from .address import addresses_in
from .human import Human
from .mail import Mail
from .reading import Action, Kind, Original, Reading
from .returned import original_of
from .verdict import Judge, Said

RECIPIENTS = 200
"""Recipients that are looked for in one text."""

_DELAYED = re.compile(
    r"this is a warning message only|you do not need to resend|no action is required"
    r"|will (?:be retried|continue to (?:try|be)|keep trying|try (?:again|to deliver))"
    r"|(?:message|mail) (?:is|has been) delayed|delivery (?:is |has been )?delayed"
    r"|still (?:being retried|trying|undelivered|in (?:the )?queue)|attempts? will continue"
    r"|has not been (?:delivered|sent) yet|not yet been (?:delivered|sent)"
    r"|could not send message for past",
    re.IGNORECASE,
)
_SUBJECT_DELAYED = re.compile(
    r"delay|warning: (?:could not|message)|verzögert|retard[ée]|still being", re.I
)
_DELIVERED = re.compile(
    r"(?:was|been) successfully (?:delivered|relayed)|successful mail delivery", re.I
)
_NOT_THEM = re.compile(
    r"\b(?:contact|assistance|help\b|questions?|support|report (?:this|it)|abuse|mailto:"
    r"|please (?:e-?mail|write|send)|reply to|from:|sender:?|return-path|mail from|on behalf of"
    r"|message-?id|expanded from|generat(?:ed|ing)|in-reply-to|references|reporting)",
    re.IGNORECASE,
)
"""What stands before addresses that are not those of recipients."""
_EXPANDED = re.compile(r"(?:expanded|generated) from:?\s{0,9}<?$", re.I)
_THEM = re.compile(
    r"rcpt to|recipients?\b|deliver(?:ed|y)? to|undeliverable to|send to|sent to|unknown|not found"
    r"|no such|could not|failed|mailbox|\bto\b|user\b|invalid|rejected|address",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^[\s>*|#.-]{0,40}(?:<|\"|'|\(|\d{1,3}[.)]\s{1,4}"
    r"|(?:to|rcpt|recipient|address)s?\s?[:=])?\s{0,9}<?$",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"^(?:mailer-daemon|postmaster|abuse|hostmaster|mail-daemon|no-?reply|support|help(?:desk)?"
    r"|root)@"
)


def read(mail: Mail) -> Reading | None:
    decided_by = bounce_signs.signs(mail)
    if not decided_by or bounce_signs.may_be_by_hand(decided_by, mail):
        return None
    original = original_of(mail.fields, mail.returned, mail.text)
    human = Human(mail.text)
    addresses = recipients_in(mail, human, original)
    if not addresses and bounce_signs.need_a_recipient(decided_by):
        return None
    recipients = judged(addresses, _action(mail), "", human)
    return Reading(Kind.DELIVERY_REPORT, decided_by, recipients, original)


def judged(addresses, action, status, human):
    """The recipients, by what the text says of each."""
    judge, others = Judge(), set(addresses)
    around = Said(human.text, None, of_the_address=False)
    return tuple(
        judge.recipient(
            address,
            action,
            status,
            [Said(item.text, item.command) for item in human.answers(address, others)] + [around],
        )
        for address in addresses
    )


def _action(mail):
    subject = mail.fields.decoded("Subject")
    text = f"{subject} {mail.words}"
    if _DELIVERED.search(text):
        return Action.DELIVERED
    is_delayed = _DELAYED.search(text) or _SUBJECT_DELAYED.search(subject)
    return Action.DELAYED if is_delayed else Action.FAILED


def recipients_in(mail: Mail, human: Human, original: Original) -> list[str]:
    """Those that X-Failed-Recipients names; else those in the text, of them those whom the
    message was sent to, where there are any; else the only one whom it was sent to."""
    failed = [
        item for value in mail.fields.all("X-Failed-Recipients") for item in addresses_in(value)
    ]
    if failed:
        return list(dict.fromkeys(failed))[:RECIPIENTS]
    named, expanded = _named(mail, human)
    if both := [address for address in (*named, *expanded) if address in original.sent_to]:
        return both[:RECIPIENTS]
    named = named or expanded
    if named:
        return named[:RECIPIENTS]
    return list(original.sent_to) if len(original.sent_to) == 1 else []


def _not_recipients(mail):
    """Who sent the report, who got it, and who wrote the original."""
    return {
        item
        for fields, name in (
            (mail.fields, "From"),
            (mail.fields, "To"),
            (mail.fields, "Reply-To"),
            (mail.fields, "Delivered-To"),
            (mail.returned, "From"),
            (mail.returned, "Return-Path"),
            (mail.returned, "Sender"),
            (mail.returned, "Reply-To"),
            (mail.returned, "Message-ID"),
        )
        for value in fields.all(name)
        for item in addresses_in(value)
    }


def _named(mail, human):
    """The addresses that the text speaks of as recipients, those of the surest places only; and
    those that stood for others of them."""
    not_them = _not_recipients(mail)
    leading, spoken, other, expanded = [], [], [], []
    for address in human.addresses():
        if address in not_them:
            continue
        numbers = human.lines_with(address)
        lines = [human.lines[number] for number in numbers]
        before = [line[: max(line.lower().find(address), 0)] for line in lines]
        if any(_EXPANDED.search(text) for text in before):
            expanded.append(address)
        if all(_NOT_THEM.search(text) for text in before):
            continue
        if any(
            _LEADS.match(text) and not human.continues(number)
            for text, number in zip(before, numbers, strict=True)
        ):
            leading.append(address)
        elif any(_THEM.search(line) for line in lines):
            spoken.append(address)
        else:
            other.append(address)
    found = leading or spoken or other
    people = [address for address in found if not _MACHINE.match(address)]
    return people or found, expanded
