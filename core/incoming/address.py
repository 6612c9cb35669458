"""Addresses as reports write them, brought into one form."""

import re

_TYPE = re.compile(
    r"^\s{0,20}(?:rfc ?822|utf-?8|smtp|unknown|x-[\w-]{1,30}|internet|local|dns)\s{0,20};", re.I
)
_PLAIN = re.compile(
    r"(?:\"[^\"@\n]{1,64}\"|[^\s<>()\[\]:;,\"'|\\@{}]{1,64})"
    r"@(?:[\w-]{1,63}\.){0,10}[\w-]{1,63}(?![\w@])"
)
_ROUTE = re.compile(r"^@[^:\s]{1,255}:")
_XTEXT = re.compile(r"\+(2B|3D)")
_UNICODE = re.compile(r"\\x\{([0-9A-F]{2,6})\}", re.I)


def addresses_in(value: str) -> list[str]:
    """The addresses of a field or a line of text, in lower case; none where none is one."""
    text = _TYPE.sub("", value[:4096]).strip()
    text = _ROUTE.sub("", text.strip("<> "))
    text = _UNICODE.sub(_character, text)
    found = (_clean(match[0]) for match in _PLAIN.finditer(text))
    return list(dict.fromkeys(address for address in found if address[0] != "@"))


def _character(found):
    code = int(found[1], 16)
    return chr(code) if 0x20 < code < 0xD800 else ""


def _clean(address):
    return address.lower().strip(".'`*").removeprefix("mailto:").removeprefix("smtp:")


def decode_xtext(address: str) -> str:
    """RFC 3461 section 4: "+2B" stands for "+". Reports should not have it any more, so what else
    looks like it is the address itself."""
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), address)
