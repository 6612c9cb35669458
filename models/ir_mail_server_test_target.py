import base64
import functools
import ssl

import idna
from odoo import models
from odoo.addons.base.models.ir_mail_server import _verify_check_hostname_callback
from odoo.exceptions import UserError
from odoo.tools import config
from OpenSSL.SSL import VERIFY_FAIL_IF_NO_PEER_CERT, VERIFY_PEER
from OpenSSL.SSL import Error as SSLError
from urllib3.contrib.pyopenssl import PyOpenSSLContext

from ..core.outgoing import probe_words
from ..core.outgoing.probe import test_server
from ..core.outgoing.probe_report import Target
from ..core.probe import Probe


class IrMailServer(models.Model):
    """How a connection test reaches the server: as sending does, step by step."""

    _inherit = "ir.mail_server"

    def _probe__(self, probe=None):
        server = self.sudo()
        target, log_in = server._probe_target()
        return test_server(
            target,
            self._get_test_email_from(),
            self._get_test_email_to(),
            log_in,
            probe or Probe(outcomes=probe_words.OUTCOMES),
        )

    def _probe_target(self):
        """(`Target`, how to log in or None), as `_connect__` reads them."""
        if self.smtp_authentication == "cli":
            host, port = config.get("smtp_server"), config.get("smtp_port") or 25
            user, password = config.get("smtp_user"), config.get("smtp_password")
            encryption = "starttls" if config.get("smtp_ssl") else "none"
        else:
            host, port, encryption = self.smtp_host, self.smtp_port, self.smtp_encryption
            user, password = self.smtp_user, self.smtp_pass
        if self.smtp_authentication == "certificate":
            user = None
        family, _separator, checks = encryption.partition("_")
        contexts = {checked: self._tls_context(checked) for checked in (True, False)}
        target = Target(host, int(port), user or "", family, bool(checks), contexts.get)
        log_in = functools.partial(self._log_in_to_test, user, password or "")
        return target, log_in if user else None

    def _log_in_to_test(self, user, password, connection):
        local, at, domain = user.rpartition("@")
        if at:
            user = local + at + idna.encode(domain).decode("ascii")
        with self.env.cr.savepoint():  # OAuth apps write down the token that they get
            self._smtp_login__(connection, user, password)

    def _tls_context(self, checks):
        if files := self._client_certificate():
            return self._tls_context_with(files, checks)
        context = ssl.create_default_context()
        if not checks:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _client_certificate(self):
        """(certificate, private key) in PEM, where the server is to know us by one."""
        if self.smtp_authentication == "certificate":
            return tuple(
                base64.b64decode(value or b"")
                for value in (self.smtp_ssl_certificate, self.smtp_ssl_private_key)
            )
        names = [
            config.get("smtp_ssl_certificate_filename"),
            config.get("smtp_ssl_private_key_filename"),
        ]
        if self.smtp_authentication != "cli" or not all(names):
            return None
        try:
            return tuple(open(name, "rb").read() for name in names)
        except OSError as error:
            raise UserError(str(error)) from error

    def _tls_context_with(self, files, checks):
        # Odoo uses the same library for it, for the standard one reads certificates from files only
        from cryptography.hazmat.primitives.serialization import (
            load_pem_private_key,
        )
        from cryptography.x509 import load_pem_x509_certificate

        context = PyOpenSSLContext(ssl.PROTOCOL_TLS)
        context.verify_mode = ssl.CERT_NONE
        if checks:
            context.set_default_verify_paths()
            context._ctx.set_verify(
                VERIFY_PEER | VERIFY_FAIL_IF_NO_PEER_CERT,
                functools.partial(_verify_check_hostname_callback, hostname=self.smtp_host),
            )
        try:
            context._ctx.use_certificate(load_pem_x509_certificate(files[0]))
            context._ctx.use_privatekey(load_pem_private_key(files[1], password=None))
            context._ctx.check_privatekey()
        except (SSLError, ValueError, TypeError) as error:
            raise UserError(
                self.env._(
                    "The SSL certificate and the private key of “%(server)s” cannot be used: they "
                    "are no PEM files, or do not belong to each other.",
                    server=self.name,
                )
            ) from error
        return context
