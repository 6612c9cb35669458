"""Reports that follow no standard, read from their text."""

import re

from . import bounce_signs
from .address import addresses_in
from .human import Human
from .mail import Mail
from .reading import Action, Kind, Reading
from .returned import original_of
from .verdict import Judge, Said

RECIPIENTS = 200
"""Recipients that are looked for in one text."""

_DELAYED = re.compile(
    r"(?i)this is a warning message only|you do not need to resend|will (?:be retried|continue to (?:try|be)"
    r"|keep trying|try (?:again|to deliver))|still (?:being retried|trying|undelivered)|has not (?:yet )?been "
    r"(?:delivered|sent) (?:yet|to)|not yet been delivered|delivery (?:is |has been )?delayed|could not send "
    r"message for past|no action is required|still in (?:the )?queue|attempts? will continue"
)
_SUBJECT_DELAYED = re.compile(r"(?i)delay|warning:|verzögert|retard[ée]|still being")
_NOT_THEM = re.compile(
    r"(?i)\b(?:contact|assistance|help\b|questions?|support|report (?:this|it)|abuse|mailto:|please (?:e-?mail|"
    r"write|send)|reply to|from:|sender:?|return-path|mail from|on behalf of|message-?id|expanded from|"
    r"generat(?:ed|ing)|in-reply-to|references|reporting)"
)
_THEM = re.compile(
    r"(?i)rcpt to|recipients?\b|deliver(?:ed|y)? to|undeliverable to|send to|sent to|unknown|not found|no such|"
    r"could not|failed|mailbox|\bto\b|user\b|invalid|rejected|address"
)
_LEADS = re.compile(
    r"^[\s>*|#.-]{0,40}(?:<|\"|'|\(|\d{1,3}[.)]\s{1,4}|(?:to|rcpt|recipient|address)s?\s?[:=])?\s{0,9}<?$",
    re.I,
)
_MACHINE = re.compile(
    r"^(?:mailer-daemon|postmaster|abuse|hostmaster|mail-daemon|no-?reply|support|help(?:desk)?|root)@"
)


def read(mail: Mail) -> Reading | None:
    decided_by = bounce_signs.signs(mail)
    if not decided_by:
        return None
    original = original_of(mail.fields, mail.returned, mail.text)
    human, judge = Human(mail.text), Judge()
    addresses = _recipients(mail, human, original)
    action = _action(mail)
    others = set(addresses)
    recipients = tuple(
        judge.recipient(
            address,
            action,
            "",
            [
                *(Said(item.text, item.command) for item in human.answers(address, others)),
                Said(human.text, None, of_the_address=False),
            ],
        )
        for address in addresses
    )
    return Reading(Kind.DELIVERY_REPORT, decided_by, recipients, original)


def _action(mail):
    subject = mail.fields.decoded("Subject")
    is_delayed = _DELAYED.search(mail.text[:4_000]) or _SUBJECT_DELAYED.search(subject)
    return Action.DELAYED if is_delayed else Action.FAILED


def _recipients(mail, human, original):
    failed = [
        item for value in mail.fields.all("X-Failed-Recipients") for item in addresses_in(value)
    ]
    if failed:
        return list(dict.fromkeys(failed))[:RECIPIENTS]
    named = _named(mail, human)
    if both := [address for address in named if address in original.sent_to]:
        return both[:RECIPIENTS]
    if named:
        return named[:RECIPIENTS]
    return list(original.sent_to) if len(original.sent_to) == 1 else []


def _named(mail, human):
    """The addresses that the text speaks of as recipients; the surest places first."""
    not_them = {
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
    leading, spoken, other = [], [], []
    for address in human.addresses():
        if address in not_them:
            continue
        lines = [human.lines[number] for number in human.lines_with(address)]
        before = [re.split(re.escape(address), line, flags=re.I)[0] for line in lines]
        if all(_NOT_THEM.search(text) for text in before):
            continue
        if any(_LEADS.match(text) for text in before):
            leading.append(address)
        elif any(_THEM.search(line) for line in lines):
            spoken.append(address)
        else:
            other.append(address)
    found = leading or spoken or other
    people = [address for address in found if not _MACHINE.match(address)]
    return people or found
