"""The domain in what people paste where a domain is asked for."""

import re

from ..name import mail_domain

_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_AFTER_HOST = re.compile(r"[/?#\\].*", re.DOTALL)
_PORT = re.compile(r":\d*")


def domain_in(text: str) -> str:
    """The text without what a web address, an e-mail address or a record has around the domain.

    "https://www.example.com/shop" gives "www.example.com", "Ada <ada@example.com>" gives
    "example.com". Whether that is a domain, `mail_domain` tells.
    """
    rest = text.strip().strip("<>\"'").strip()
    if "<" in rest:
        rest = rest.rpartition("<")[2]
    if match := _SCHEME.match(rest):
        rest = rest[match.end() :]
    rest = _AFTER_HOST.sub("", rest).rpartition("@")[2]
    head, colon, tail = rest.rpartition(":")
    if colon and _PORT.fullmatch(colon + tail) and ":" not in head:
        rest = head
    return rest.strip(" ,;<>\"'").rstrip(".").strip()


def mail_domain_in(text: str) -> str:
    """`domain_in`, in the spelling of the DNS; raises InvalidName where it is no mail domain."""
    found = domain_in(text)
    return mail_domain(found if found else text)
