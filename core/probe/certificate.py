"""What a server's certificate says: to whom it is issued, for which names, until when."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timezone

from ..name import is_address, spelling


@dataclass(frozen=True)
class Certificate:
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_after: datetime

    @classmethod
    def read(cls, der: bytes) -> "Certificate":
        """The certificate in DER; raises ValueError."""
        # Odoo brings it; a bare machine that only asks the DNS does not need it.
        from cryptography import x509
        from cryptography.hazmat.backends import default_backend

        loaded = x509.load_der_x509_certificate(der, default_backend())
        return cls(
            _common_name(x509, loaded.subject),
            _common_name(x509, loaded.issuer),
            _names(x509, loaded),
            _utc(loaded),
        )

    def covers(self, host: str) -> bool:
        """Whether it is for that host (RFC 6125 section 6.4)."""
        name = spelling(host.strip("[]"))
        if is_address(name):
            address = ipaddress.ip_address(name)
            known = (item for item in self.names if is_address(item))
            return any(ipaddress.ip_address(item) == address for item in known)
        return any(_fits(name, spelling(item)) for item in self.names or (self.subject,))


def _fits(name, pattern):
    if not pattern.startswith("*."):
        return name == pattern
    # RFC 6125 section 6.4.3: the asterisk stands for one label
    return "." in name and name.partition(".")[2] == pattern[2:]


def _names(x509, loaded):
    try:
        found = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = found.get_values_for_type(x509.DNSName)
    return (*names, *map(str, found.get_values_for_type(x509.IPAddress)))


def _common_name(x509, name):
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _utc(loaded):
    # cryptography 42 and later warn about the naive time, earlier ones have no other
    if hasattr(loaded, "not_valid_after_utc"):
        return loaded.not_valid_after_utc
    return loaded.not_valid_after.replace(tzinfo=timezone.utc)
