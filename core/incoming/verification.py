"""Mails with which a provider asks whether mail may be forwarded to an address.

They come to the address that is to be forwarded to, often one that nobody reads, and carry a code
or a link for whoever set it up. Anybody can write such a mail: a link counts only if it leads to
the provider itself and confirms, and nobody but a person ever opens it.
"""

import html
import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from .address import addresses_in
from .fields import Fields
from .mail import Mail, open_mail
from .parts import text_of

GOOGLE, MICROSOFT = "Google", "Microsoft"
PARTS = 10
"""Parts in which a link is looked for."""

_GOOGLE_SENDER = "forwarding-noreply@google.com"
_GOOGLE_HOSTS = ("mail-settings.google.com", "mail.google.com")
_GOOGLE_PATH = re.compile(r"/mail/vf-.")
"""It confirms; "/mail/uf-" in the same mail takes the request back."""
_MICROSOFT_SENDER = re.compile(
    r"(?:(?:[\w.-]{0,40}no-?reply|microsoftaccount|postmaster)[\w.-]{0,40}"
    r"@(?:[\w-]{1,40}\.){0,3}microsoft\.com|(?:no-?reply|postmaster)@outlook\.com)"
)
_MICROSOFT_HOSTS = (
    "account.live.com",
    "account.microsoft.com",
    "login.live.com",
    "outlook.live.com",
    "outlook.office.com",
    "outlook.office365.com",
)
_MICROSOFT_PATH = re.compile(r"/[^?#]{0,200}(?:verif|confirm)", re.I)
_MICROSOFT_SUBJECT = re.compile(r"verif|confirm|security code|forward|code", re.I)
_LINK = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,1000}")
_CODE_IN_SUBJECT = re.compile(r"#\s?(\d{6,12})\b")
_CODE = re.compile(
    r"(?:code|código|codigo|codice|kod|kód|код|コード|代码|代碼|코드)[^0-9\n]{0,40}\n?"
    r"[^0-9\n]{0,10}\b(\d{4,12})\b",
    re.I,
)


@dataclass(frozen=True)
class Verification:
    """:param provider: who asks
    :param account: whose mail is to be forwarded, where it is told
    :param code: to be typed where the forwarding is set up, or ""
    :param link: to a host of the provider, https, or ""
    """

    provider: str
    account: str = ""
    code: str = ""
    link: str = ""


def read_message(message: Message) -> Verification | None:
    """The request that a mail is, or None; never raises."""
    return read(open_mail(message))


def read(mail: Mail) -> Verification | None:
    provider = _provider(mail.fields)
    if not provider:
        return None
    texts = _texts(mail)
    link = next(filter(None, (_link(text, provider) for text in texts)), "")
    code = _code(mail.fields.decoded("Subject"), texts)
    if not link and not code:
        return None
    return Verification(provider, _account(mail, texts), code, link)


def _provider(fields: Fields) -> str:
    senders = [address for value in fields.all("From") for address in addresses_in(value)]
    if len(senders) != 1:
        return ""
    if senders[0] == _GOOGLE_SENDER:
        return GOOGLE
    is_microsoft = _MICROSOFT_SENDER.fullmatch(senders[0])
    subject = fields.decoded("Subject")
    return MICROSOFT if is_microsoft and _MICROSOFT_SUBJECT.search(subject) else ""


def _texts(mail):
    """What it says, and its HTML with the links that are not written out."""
    return [mail.text, *(_with_tags(part, fields) for part, fields in mail.parts[:PARTS])]


def _with_tags(part, fields):
    if fields.main_type() != ("text", "html"):
        return ""
    as_plain = [("Content-Transfer-Encoding", fields.first("Content-Transfer-Encoding"))]
    charset = fields.parameter("Content-Type", "charset")
    as_plain.append(("Content-Type", f'text/plain; charset="{charset}"'))
    return text_of(part, Fields(as_plain))


def _link(text: str, provider: str) -> str:
    for found in _LINK.finditer(html.unescape(text)):
        link = found[0].rstrip(").,;'!]")
        if is_of_provider(link, provider):
            return link
    return ""


def is_of_provider(link: str, provider: str) -> bool:
    """Whether a link is https, leads to the provider itself, and confirms."""
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or port not in (None, 443) or "@" in parts.netloc:
        return False
    google = provider == GOOGLE
    hosts, path = (_GOOGLE_HOSTS, _GOOGLE_PATH) if google else (_MICROSOFT_HOSTS, _MICROSOFT_PATH)
    return parts.hostname in hosts and bool(path.match(parts.path))


def _code(subject: str, texts: list[str]) -> str:
    if found := _CODE_IN_SUBJECT.search(subject):
        return found[1]
    return next((found[1] for text in texts[:1] if (found := _CODE.search(text))), "")


def _account(mail: Mail, texts: list[str]) -> str:
    """Subject and first line of Google's mails name it."""
    named = [value for name in ("To", "Delivered-To", "From") for value in mail.fields.all(name)]
    ours = {address for value in named for address in addresses_in(value)}
    for text in (mail.fields.decoded("Subject"), texts[0][:2000]):
        for address in addresses_in(text):
            if address not in ours and "/" not in address:
                return address
    return ""
