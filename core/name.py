"""Domain names in one spelling: ASCII, lower case, no trailing dot.

Three questions are kept apart. `to_ascii` says whether a name can be asked for at all, and takes
`_dmarc.example.com` as well as odd names found in records. `mail_domain` says whether a name can
stand behind the @ of an address. `spelling` is for comparing, and takes everything.
"""

import ipaddress
import re

from .error import CoreError
from .translate import Translate, _

try:
    import idna
except ImportError:  # Odoo brings it; a bare dnspython installation may lack it.
    idna = None

LABEL_MAX = 63  # octets, RFC 1035 section 2.3.4
NAME_MAX = 253  # characters: the 255 octets of RFC 1035 section 2.3.4 less length and root octets

_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 section 3.1: all of them separate labels
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")  # RFC 1123 section 2.1
_DEVIATIONS = set("ßς\u200c\u200d")  # UTS 46: IDNA 2003 and 2008 disagree about these


REASONS = {
    "name_empty": _("it is empty"),
    "name_label_empty": _("it has two dots in a row or a dot at its start"),
    "name_label_too_long": _("a part between two dots is longer than 63 characters"),
    "name_too_long": _("it is longer than 253 characters"),
    "name_characters": _("only letters, digits and hyphens are allowed between the dots"),
    "name_idna": _("it has a character that domain names cannot have"),
    "name_not_qualified": _("it needs a dot, as in example.com"),
    "name_is_address": _("it is an IP address; the domain behind the @ of an address is needed"),
}


class InvalidName(CoreError):
    """A text that is no domain name, with `name`, the text; the codes are those of `REASONS`."""

    def explain(self, translate: Translate = _) -> str:
        return translate(_("“{name}” is not a domain name: {reason}.")).format(
            name=self.params["name"], reason=translate(REASONS[self.code])
        )


def to_ascii(name: str) -> str:
    """The name in the form that can be asked for; raises InvalidName."""
    text = _without_last_dot(name.strip())
    if not text:
        raise InvalidName("name_empty", name=name)
    if len(text) > NAME_MAX:
        raise InvalidName("name_too_long", name=name[:NAME_MAX])
    ascii_name = ".".join(_label_to_ascii(label, name) for label in _DOTS.split(text))
    if len(ascii_name) > NAME_MAX:
        raise InvalidName("name_too_long", name=name)
    return ascii_name


def mail_domain(name: str) -> str:
    """The domain of an e-mail address in ASCII; raises InvalidName."""
    if is_address(name.strip().strip("[]")):
        raise InvalidName("name_is_address", name=name)
    ascii_name = to_ascii(name)
    labels = ascii_name.split(".")
    if not all(map(_HOST_LABEL.fullmatch, labels)):
        raise InvalidName("name_characters", name=name)
    if len(labels) < 2:  # RFC 5321 section 2.3.5: only fully qualified names
        raise InvalidName("name_not_qualified", name=name)
    if labels[-1].isdigit():  # RFC 3696 section 2
        raise InvalidName("name_is_address", name=name)
    return ascii_name


def spelling(name: str | None) -> str:
    """The one spelling in which names are compared; what is no name is only stripped of its last
    dot and lower case. Raises nothing."""
    try:
        return to_ascii(name or "")
    except InvalidName:
        return _without_last_dot((name or "").strip()).lower()


def is_address(text: str) -> bool:
    """Whether a text is an IP address rather than a name."""
    if len(text) > NAME_MAX:  # ipaddress would copy and quote it
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _without_last_dot(text):
    return text[:-1] if _DOTS.match(text[-1:]) else text


def _label_to_ascii(label, name):
    if not label:
        raise InvalidName("name_label_empty", name=name)
    if len(label) > LABEL_MAX:  # before anything slower looks at it
        raise InvalidName("name_label_too_long", name=name)
    if not label.isascii():
        label = _idna_label(label, name)
    if len(label) > LABEL_MAX:
        raise InvalidName("name_label_too_long", name=name)
    return label.lower()


def _idna_label(label, name):
    try:
        if idna:
            return idna.encode(label, uts46=True).decode("ascii")
        if _DEVIATIONS & set(label):
            raise InvalidName("name_idna", name=name)
        return label.encode("idna").decode("ascii")
    except UnicodeError as error:  # idna.IDNAError is one too
        raise InvalidName("name_idna", name=name) from error
