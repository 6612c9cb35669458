"""Domain names as the DNS wants them: ASCII, lower case, no trailing dot.

Two questions are kept apart. `to_ascii` says whether a name can be asked for at all, and takes
`_dmarc.example.com` as well as odd names found in records. `mail_domain` says whether a name can
stand behind the @ of an address.
"""

import ipaddress
import re

from ..error import CoreError

try:
    import idna
except ImportError:  # Odoo brings it; a bare dnspython installation may lack it.
    idna = None

LABEL_MAX = 63  # octets, RFC 1035 section 2.3.4
NAME_MAX = 253  # characters: the 255 octets of RFC 1035 section 2.3.4 less length and root octets

_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 section 3.1: all of them separate labels
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")  # RFC 1123 section 2.1
_DEVIATIONS = set("ßς\u200c\u200d")  # UTS 46: IDNA 2003 and 2008 disagree about these


class InvalidName(CoreError):
    """A text that is no domain name.

    Codes: name_empty, name_label_empty, name_label_too_long, name_too_long, name_characters,
    name_idna, name_not_qualified, name_is_address.
    """


def to_ascii(name: str) -> str:
    """The name in the form that can be asked for; raises InvalidName."""
    text = name.strip()
    text = text[:-1] if _DOTS.match(text[-1:]) else text
    if not text:
        raise InvalidName("name_empty")
    if len(text) > NAME_MAX:
        raise InvalidName("name_too_long", limit=NAME_MAX)
    labels = [_label_to_ascii(label) for label in _DOTS.split(text)]
    ascii_name = ".".join(labels)
    if len(ascii_name) > NAME_MAX:
        raise InvalidName("name_too_long", limit=NAME_MAX)
    return ascii_name


def mail_domain(name: str) -> str:
    """The domain of an e-mail address in ASCII; raises InvalidName."""
    text = name.strip().strip("[]")
    if is_address(text):
        raise InvalidName("name_is_address", name=text)
    ascii_name = to_ascii(name)
    labels = ascii_name.split(".")
    for label in labels:
        if not _HOST_LABEL.fullmatch(label):
            raise InvalidName("name_characters", label=label)
    if len(labels) < 2:  # RFC 5321 section 2.3.5: only fully qualified names
        raise InvalidName("name_not_qualified", name=ascii_name)
    if labels[-1].isdigit():  # RFC 3696 section 2
        raise InvalidName("name_is_address", name=ascii_name)
    return ascii_name


def is_subdomain(name: str, parent: str) -> bool:
    """Whether `name` is `parent` or below it; both in ASCII."""
    return name == parent or name.endswith("." + parent)


def _label_to_ascii(label):
    if not label:
        raise InvalidName("name_label_empty")
    if not label.isascii():
        label = _idna_label(label)
    if len(label) > LABEL_MAX:
        raise InvalidName("name_label_too_long", label=label, limit=LABEL_MAX)
    return label.lower()


def _idna_label(label):
    try:
        if idna:
            return idna.encode(label, uts46=True).decode("ascii")
        if _DEVIATIONS & set(label):
            raise InvalidName("name_idna", label=label)
        return label.encode("idna").decode("ascii")
    except UnicodeError as error:  # idna.IDNAError is one too
        raise InvalidName("name_idna", label=label) from error


def is_address(text: str) -> bool:
    """Whether a text is an IP address rather than a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
