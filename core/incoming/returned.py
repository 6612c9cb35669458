"""Where the mail that is returned begins in a text, and what is known of it."""

import re

from .address import addresses_in
from .fields import Fields
from .reading import Original

LINES = 3_000
"""Lines of a text that are looked at."""
REFERENCES = 10
"""Identifiers by which the original may be found."""

_SAYS_SO = re.compile(
    r"(?:original|returned|undeliver(?:ed|able)|unsent|unsendable|rejected|bounced|offending) "
    r"(?:e-?mail |mail )?(?:message|mail|e-?mail|header|text)s?\b"
    r"|(?:message|mail)(?:'s)? (?:headers?|text|body|contents?|source)\b"
    r"|(?:message|mail) follows|message contains \["
    r"|copy of (?:the|your|this)|below this line|headers? of (?:the|your)"
    r"|(?:start|beginning|text|lines) of (?:the |your )?(?:returned |original )?(?:message|mail)"
    r"|original (?:text|e-?mail|headers?)"
    r"|urspr(?:ü|ue)ngliche (?:nachricht|e-?mail)|originalnachricht|kopfzeilen"
    r"|message (?:d'|d’)?origin|mensa(?:je|gem) original|messaggio originale"
    r"|oorspronkelijk bericht|исходно|原(?:始|文|邮件|メッセージ)",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[\s>|*#]{0,6}[-=_*~+]{2}|[-=_*~+]{3}[\s|*]{0,4}$")
_NOT_YET = re.compile(r"was received|log follows|transcript|address|recipient|failed addr", re.I)
_FIELD_LINE = re.compile(
    r"^(?:>[ \t]?|\|[ \t]?|[ \t]{1,8})?([A-Z][A-Za-z0-9-]{1,40})[ \t]?:(?:[ \t]|$)"
)
_ONLY_IN_MAILS = frozenset(
    {
        "content-transfer-encoding",
        "content-type",
        "delivered-to",
        "dkim-signature",
        "domainkey-signature",
        "in-reply-to",
        "message-id",
        "mime-version",
        "received",
        "references",
        "reply-to",
        "return-path",
        "user-agent",
        "x-mailer",
        "x-originating-ip",
        "x-priority",
    }
)
_STATUS_NAMES = frozenset(
    {
        "action",
        "arrival-date",
        "diagnostic-code",
        "final-recipient",
        "last-attempt-date",
        "original-recipient",
        "received-from-mta",
        "remote-mta",
        "reporting-mta",
        "status",
        "will-retry-until",
        "x-actual-recipient",
    }
)


def split_returned(text: str) -> tuple[str, str]:
    """What the report says, and the mail that it returns in its text, or ""."""
    lines = text.split("\n", LINES)
    run_end = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if _announces(lines, number):
            return "\n".join(lines[:number]), _unquoted(lines[number + 1 :])
        if number >= run_end and _FIELD_LINE.match(line):
            run_end, is_mail = _header_run(lines, number)
            if number and is_mail:
                return "\n".join(lines[:number]), _unquoted(lines[number:])
    return text, ""


def _announces(lines, number):
    line = lines[number]
    if len(line) > 200 or not _SAYS_SO.search(line) or _NOT_YET.search(line):
        return False
    following = [item for item in lines[number + 1 : number + 12] if item.strip()][:4]
    fields = [found[1].lower() for item in following if (found := _FIELD_LINE.match(item))]
    if any(name in _STATUS_NAMES for name in fields):
        return False
    if _RULE.search(line):
        return bool(fields) or any("@" in before for before in lines[:number])
    return len(fields) >= 2 and not _is_summary(following)


def _is_summary(following):
    """The few lines in which Exchange says which message it means, before it says to whom."""
    names = {found[1].lower() for item in following if (found := _FIELD_LINE.match(item))}
    return names <= {"to", "cc", "subject", "sent", "from", "date"}


def _header_run(lines, start):
    """(where the block of header fields ends, whether only a mail has such a block)."""
    names, end = [], start
    for end in range(start, min(start + 40, len(lines))):
        line = lines[end]
        if found := _FIELD_LINE.match(line):
            names.append(found[1].lower())
        elif not line.strip() or line[0] not in " \t>|":
            break
    is_report = any(name in _STATUS_NAMES for name in names)
    is_mail = len(names) >= 2 and any(name in _ONLY_IN_MAILS for name in names)
    return max(end, start + 1), is_mail and not is_report


def _unquoted(lines):
    """The lines without what some systems put before each."""
    first = next((line for line in lines if line.strip()), "")
    mark = re.match(r"^(?:>[ \t]?|\|[ \t]?|[ \t]{1,8})", first)
    if not mark:
        return "\n".join(lines)
    return "\n".join(line.removeprefix(mark[0]) for line in lines)


# ------------------------------------------------------------
# THE ORIGINAL
# ------------------------------------------------------------

_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s]{1,250}>")
_TAG = re.compile(r"^[^\s<>@+]{1,64}\+([^\s<>@]{1,200})@")
_MENTIONED = re.compile(r"(?i)\bmessage-?id\s{0,5}[:=]?\s{0,5}(<[^<>\s@]{1,250}@[^<>\s]{1,250}>)")


def original_of(fields: Fields, returned: Fields, text: str) -> Original:
    """What the report, the mail that it returns and its words tell of the original."""
    found = [
        *_ids(returned, "Message-ID", "X-Odoo-Message-Id", "Resent-Message-ID"),
        *_ids(
            fields,
            "X-Original-Message-ID",
            "Original-Message-ID",
            "X-MS-Exchange-Parent-Message-Id",
        ),
        *_MENTIONED.findall(text[:20_000])[:REFERENCES],
    ]
    replied = [*_ids(fields, "In-Reply-To"), *reversed(_ids(fields, "References"))]
    own = set(_ids(fields, "Message-ID"))
    found = [item for item in dict.fromkeys([*found, *replied]) if item not in own]
    others = _ids(returned, "References", "In-Reply-To")
    return Original(
        message_id=found[0] if found else "",
        references=tuple(dict.fromkeys([*found[1:], *others]))[:REFERENCES],
        sent_to=sent_to(returned),
        objects=returned.first("X-Odoo-Objects"),
        bounce_tag=_bounce_tag(fields),
    )


def sent_to(returned: Fields) -> tuple[str, ...]:
    """Whom a mail names in To and Cc; Odoo names all its recipients there."""
    values = [value for name in ("To", "Cc") for value in returned.all(name)]
    return tuple(dict.fromkeys(item for value in values for item in addresses_in(value)))


def _ids(fields, *names):
    return [item for name in names for value in fields.all(name) for item in _ID.findall(value)]


def _bounce_tag(fields):
    """VERP, as Odoo had it and as forwarders have it: bounce+12-crm.lead-34@example.com."""
    for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To"):
        for address in addresses_in(fields.first(name)):
            if found := _TAG.match(address):
                return found[1]
    return ""
