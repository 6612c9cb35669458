"""A certificate for the loopback servers, of an authority made for it alone."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

HOST_NAMES = ("localhost", "mail.acme.test", "mail.customer.test", "127.0.0.1")


@dataclass(frozen=True)
class Certificate:
    """Three PEM files. Who trusts ``ca_file`` trusts the server."""

    ca_file: Path
    cert_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


def obtain_certificate(directory: Path) -> Certificate:
    """Return the certificate kept in ``directory``, making it at the first call."""
    names = ("sandbox-ca.pem", "sandbox-cert.pem", "sandbox-key.pem")
    certificate = Certificate(*(directory / name for name in names))
    if not _is_usable(certificate):
        _make(certificate)
    return certificate


def _is_usable(certificate: Certificate) -> bool:
    try:
        certificate.server_context().load_verify_locations(certificate.ca_file)
    except (OSError, ssl.SSLError):
        return False
    return True


def _make(certificate: Certificate) -> None:
    certificate.key_file.parent.mkdir(parents=True, exist_ok=True)
    certificate.key_file.unlink(missing_ok=True)
    certificate.key_file.touch(mode=0o600)
    authority = trustme.CA()
    issued = authority.issue_cert(*HOST_NAMES)
    authority.cert_pem.write_to_path(certificate.ca_file)
    issued.private_key_pem.write_to_path(certificate.key_file)
    certificate.cert_file.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
