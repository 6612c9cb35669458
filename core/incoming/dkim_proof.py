"""DKIM signatures of a mail (RFC 6376), verified by dkimpy where that is installed."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from .fields import Fields

SIGNATURES = 4
"""Signatures that are verified: each costs a question to the DNS. Mails have one to three."""
BYTES_MAX = 25 * 1024 * 1024
"""Larger mails are not verified: their whole body would be read for each signature."""

HEADER_BYTES = 200_000
"""Nor those with a longer header: it is searched again and again for each signature."""

_QUIET = logging.Logger("dkim", logging.CRITICAL + 1)
"""What dkimpy takes for an error, such as a key that is gone, is a result here."""

Ask = Callable[[str], bytes | None]
"""Gives the TXT record of a name, or None where there is none; raises OSError where that could not
be told."""


@dataclass(frozen=True)
class Signature:
    """:param result: "pass", "fail", "partial" where only the beginning of the mail is signed, or
    "unknown" where the DNS did not answer or the algorithm is not known here
    """

    domain: str
    result: str


def is_available() -> bool:
    try:
        import dkim  # noqa: F401 optional, see above
    except ImportError:
        return False
    return True


def verify(raw: bytes, fields: Fields, ask: Ask, wanted: str = "") -> list[Signature]:
    """What becomes of the first signatures, those of the wanted domain before others.

    :raises ImportError: where dkimpy is not installed
    """
    import dkim  # optional, see above

    end = raw.find(b"\r\n\r\n", 0, HEADER_BYTES + 4) if b"\r" in raw[:2000] else raw.find(b"\n\n")
    if len(raw) > BYTES_MAX or not 0 < end <= HEADER_BYTES:
        return []
    signed = [(number, *_tags(value)) for number, value in enumerate(fields.all("DKIM-Signature"))]
    signed.sort(key=lambda item: item[1] != wanted)
    found = []
    for number, domain, is_partial in signed[:SIGNATURES]:
        result = _verify_one(dkim, raw, number, ask)
        found.append(Signature(domain, "partial" if result == "pass" and is_partial else result))
        if found[-1].result == "pass" and domain == wanted:
            break
    return found


def _verify_one(dkim, raw, number, ask):
    asked = []

    def dnsfunc(name, timeout=5):
        asked.append(True)
        try:
            return ask((name.decode("ascii") if isinstance(name, bytes) else name).rstrip("."))
        except OSError:
            asked.append(False)
            raise

    try:
        return "pass" if dkim.DKIM(raw, logger=_QUIET).verify(number, dnsfunc) else "fail"
    except (OSError, ImportError):  # the DNS, or an algorithm that needs another package
        return "unknown"
    except Exception:  # noqa: BLE001 whatever a signature makes the library raise, it proves nothing
        return "unknown" if False in asked else "fail"


def _tags(value):
    """(domain, whether the length of what is signed is limited: RFC 6376 section 8.2)."""
    found = re.search(r"(?:^|;)\s{0,20}d\s{0,9}=\s{0,9}([\w.-]{1,253})", value)
    is_partial = bool(re.search(r"(?:^|;)\s{0,20}l\s{0,9}=", value))
    return (found[1].lower().rstrip(".") if found else ""), is_partial
