"""Names of folders as IMAP writes them: modified UTF-7 (RFC 3501 section 5.1.3)."""

import base64
import re

_PLAIN = re.compile(r"[\x20-\x25\x27-\x7e]+|&|[^\x20-\x7e]+")
_CODED = re.compile(r"&([^-]*)-")


def encode(name: str) -> str:
    """The name in ASCII; what UTF-7 cannot say does not occur in it."""

    def coded(found):
        text = found[0]
        if text == "&":
            return "&-"
        if text.isascii() and text.isprintable():
            return text
        packed = base64.b64encode(text.encode("utf-16-be", "surrogatepass"))
        return f"&{packed.decode().rstrip('=').replace('/', ',')}-"

    return _PLAIN.sub(coded, name)


def decode(name: str) -> str:
    """What the name says; one that is no UTF-7 is shown as it is."""

    def plain(found):
        if not found[1]:
            return "&"
        packed = found[1].replace(",", "/")
        octets = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        return octets.decode("utf-16-be")

    try:
        return _CODED.sub(plain, name)
    except ValueError:
        return name


def quoted(name: str) -> str:
    """The name in a command: always in quotes (RFC 3501 section 9, `quoted`)."""
    return '"' + encode(name).replace("\\", "\\\\").replace('"', '\\"') + '"'
