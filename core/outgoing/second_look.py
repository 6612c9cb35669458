"""What a server that did not answer as expected speaks instead, and where."""

import smtplib
import ssl

from .probe_report import ENCRYPTION_OF, Offer
from .tried_line import TestedLine

GREETING_SECONDS = 5
"""For a second look at a port, to find out what it speaks."""
READY = 220


class SecondLook:
    """Further connections of a test, to say what would work.

    :param report: gets the offers
    """

    def __init__(self, target, probe, report):
        self.target, self.probe, self.report = target, probe, report
        self.addresses = ()

    def try_other_ports(self):
        step, target = self.probe.steps[-1], self.target
        if step.code not in ("refused", "silent"):
            return
        others = [port for port in ENCRYPTION_OF if port != target.port]
        found = self.probe.answering_ports(self.addresses, others)
        best = [port for port in found if port != 25] or found
        self.report.offers += [Offer(port, ENCRYPTION_OF[port]) for port in best]
        code = "other_ports_open" if found else "other_ports_silent"
        if target.port == 25:
            code = "port_25_blocked" if found else "port_25_silent"
        ports = ", ".join(map(str, best or others))
        self.probe.say("other_ports", code, host=target.host, ports=ports)

    def try_without_encryption(self):
        """SSL/TLS from the first octet did not come about: perhaps it comes later here."""
        if self.probe.steps[-1].code not in ("not_tls", "tls_silent", "tls_dropped"):
            return
        line = self._second_line()
        if line is None:
            return
        try:
            if line.getreply()[0] == READY:
                self.probe.say("banner", "plain_first", port=self.target.port)
                self.report.offers.append(Offer(self.target.port, "starttls"))
        except (smtplib.SMTPException, OSError):
            self.probe.say("banner", "silent_too", port=self.target.port)
        finally:
            line.cancel()

    def try_encryption_first(self):
        """No greeting came: perhaps the server waits for ours, encrypted."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        line = self._second_line()
        if line is None:
            return
        try:
            line.sock.settimeout(self.probe.left(GREETING_SECONDS))
            line.sock = context.wrap_socket(line.sock)
        except (OSError, ValueError):
            pass
        else:
            self.probe.say("tls", "encrypted_first", port=self.target.port)
            self.report.offers.append(Offer(self.target.port, "ssl"))
        finally:
            line.cancel()

    def show_certificate(self):
        """The one that was not accepted, over a second connection."""
        if self.probe.steps[-1].code not in ("expired", "other_name", "untrusted"):
            return
        target, line = self.target, self._second_line()
        if line is None:
            return
        try:
            if target.encryption == "starttls":
                line.getreply()
                line.ehlo()
                line.docmd("STARTTLS")
            self.probe.look_at_certificate(line.sock, target.context(False), target.host)
        except (smtplib.SMTPException, OSError):
            self.probe.say("certificate", "certificate_unreadable")
        finally:
            line.cancel()

    def _second_line(self):
        if (sock := self.probe.reopen(self.addresses, self.target.port)) is None:
            return None
        return TestedLine(sock, self.target.host, self.target.user, self.probe)
