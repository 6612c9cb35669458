"""Just enough DER to tell the size of a public RSA key."""

from ..error import CoreError

LENGTH_OCTETS_MAX = 4  # length octets that are read; no key in the DNS is longer than 4 GB
_SEQUENCE, _INTEGER, _BIT_STRING, _OID = 0x30, 0x02, 0x03, 0x06
_RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")  # RFC 8017 appendix C


class DerError(CoreError):
    """Octets that are no public RSA key. Codes: der_unexpected, der_not_rsa, der_length."""


def rsa_key_bits(data: bytes) -> int:
    """The length in bits of the modulus in a SubjectPublicKeyInfo (RFC 5280 section 4.1) or in
    a bare RSAPublicKey (RFC 8017 appendix A.1.1), both of which RFC 6376 verifiers meet."""
    outer = _only(data, _SEQUENCE)
    tag, first, rest = _read(outer)
    if tag == _SEQUENCE:
        if _read(first)[:2] != (_OID, _RSA_ENCRYPTION):
            raise DerError("der_not_rsa")
        outer = _only(_only(rest, _BIT_STRING)[1:], _SEQUENCE)
        tag, first, rest = _read(outer)
    if tag != _INTEGER:
        raise DerError("der_unexpected")
    _only(rest, _INTEGER)  # the exponent
    return int.from_bytes(first, "big").bit_length()


def _only(data, wanted):
    """The content of the one element that `data` consists of."""
    tag, content, rest = _read(data)
    if tag != wanted or rest:
        raise DerError("der_unexpected")
    return content


def _read(data):
    """(tag, content, what follows) of the first element."""
    if len(data) < 2:
        raise DerError("der_length")
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= LENGTH_OCTETS_MAX:
            raise DerError("der_length")
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < start + length:
        raise DerError("der_length")
    return tag, data[start : start + length], data[start + length :]
