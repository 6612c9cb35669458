"""A self-signed certificate for the loopback servers, its own certificate authority.

It is valid for fixed years, so that neither a clock that is wrong nor one that a test has
stopped makes it invalid.
"""

from __future__ import annotations

import datetime
import ipaddress
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOST_NAMES = ("localhost", "mail.acme.test", "mail.customer.test")
ADDRESS = "127.0.0.1"
NOT_BEFORE = datetime.datetime(2020, 1, 1)
NOT_AFTER = datetime.datetime(2049, 12, 31)
"""The last year that UTCTime can write (RFC 5280 section 4.1.2.5)."""
OPENSSL_TIMEOUT = 30
"""Seconds; making one key takes far less."""
OPENSSL_DAYS = 3650


@dataclass(frozen=True)
class Certificate:
    """Two PEM files. Who trusts ``cert_file`` as an authority trusts the server."""

    cert_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


def obtain_certificate(directory: Path) -> Certificate:
    """Return the certificate kept in ``directory``, making it at the first call.

    Raises ``RuntimeError`` where neither the package cryptography nor the openssl command exists.
    """
    certificate = Certificate(directory / "sandbox-cert.pem", directory / "sandbox-key.pem")
    if not _is_usable(certificate):
        directory.mkdir(parents=True, exist_ok=True)
        certificate.key_file.unlink(missing_ok=True)
        certificate.key_file.touch(mode=0o600)
        _make(certificate)
    return certificate


def _is_usable(certificate: Certificate) -> bool:
    try:
        certificate.server_context()
    except (OSError, ssl.SSLError):
        return False
    return True


def _make(certificate: Certificate) -> None:
    try:
        import cryptography.x509  # noqa: F401
    except ImportError:
        _make_with_openssl(certificate)
    else:
        _make_with_cryptography(certificate)


def _make_with_cryptography(certificate: Certificate) -> None:
    from cryptography.hazmat.backends import default_backend
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    backend = default_backend()  # A required argument up to cryptography 3.0, optional since.
    key = ec.generate_private_key(ec.SECP256R1(), backend)
    signed = _builder(key.public_key()).sign(key, hashes.SHA256(), backend)
    certificate.key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.cert_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _builder(public_key):
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "email_communication sandbox")])
    names = [x509.DNSName(host) for host in HOST_NAMES]
    names.append(x509.IPAddress(ipaddress.ip_address(ADDRESS)))
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    extensions = (
        (x509.SubjectAlternativeName(names), False),
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key), False),
    )
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=public_key,
        serial_number=x509.random_serial_number(),
        not_valid_before=NOT_BEFORE,
        not_valid_after=NOT_AFTER,
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder


def _make_with_openssl(certificate: Certificate) -> None:
    if not shutil.which("openssl"):
        raise RuntimeError(
            "The sandbox needs a certificate. Install the Python package cryptography or the "
            "openssl command to make one."
        )
    names = ",".join(f"DNS:{host}" for host in HOST_NAMES)
    command = [
        "openssl",
        "req",
        "-x509",
        "-nodes",
        "-newkey",
        "rsa:2048",
        "-days",
        str(OPENSSL_DAYS),
        "-subj",
        "/CN=email_communication sandbox",
        "-addext",
        f"subjectAltName={names},IP:{ADDRESS}",
        "-addext",
        "keyUsage=critical,digitalSignature,keyCertSign",
        "-keyout",
        str(certificate.key_file),
        "-out",
        str(certificate.cert_file),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=OPENSSL_TIMEOUT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"openssl made no certificate for the sandbox: {done.stderr.strip()}")
