"""A mailbox is tested step by step: up to its folders, with no message fetched and no flag set."""

import imaplib
import poplib
import re
from collections.abc import Callable

from ..probe import Probe
from . import mailbox_error
from .folder_list import counts, folder_names
from .probe_report import PORTS, Offer, Report, Target
from .tried_line import Line, TestedImap, TestedPop3

GREETING = re.compile(r"^(\* |\+)?(OK|PREAUTH)\s*(\[[^]]*\]\s*)?", re.IGNORECASE)
"""What a greeting begins with; the capabilities in it have a step of their own."""
ERRORS = (imaplib.IMAP4.error, poplib.error_proto, OSError, ValueError)
NAMES_SHOWN = 20
"""Folders that are named; their number is told anyway."""
LINES = {"imap": TestedImap, "pop": TestedPop3}
PROTOCOLS = {"imap": "IMAP", "pop": "POP3"}


def check_mailbox(target: Target, log_in: Callable, probe: Probe) -> Report:
    """What came of every step; it ends at the first that failed.

    :param log_in: is given the connection, and raises what its login raises
    """
    return _Test(target, log_in, probe).run()


class _Test:
    def __init__(self, target, log_in, probe):
        self.target, self.log_in, self.probe = target, log_in, probe
        self.report = Report(probe.steps)
        self.line = None

    def run(self):
        try:
            reached = self._connect() and self._protect() and self._enter()
            if reached:
                self._look()
        except TimeoutError:
            self.probe.say("login" if self.line else "port", "out_of_time")
        finally:
            if self.line is not None:
                self.line.leave()
        return self.report

    # ------------------------------------------------------------
    # THE CONNECTION
    # ------------------------------------------------------------

    def _connect(self):
        target, probe = self.target, self.probe
        self.addresses = probe.resolve(target.host)
        if not self.addresses:
            return False
        sock = probe.open(target.host, self.addresses, target.port)
        if sock is None:
            self._try_other_ports()
            return False
        if target.encryption == "ssl":
            sock = self._encrypt(sock)
            if sock is None:
                self._try_without_encryption()
                return False
        return self._greet(sock)

    def _try_other_ports(self):
        target = self.target
        if self.probe.steps[-1].code not in ("refused", "silent"):
            return
        others = [port for port in PORTS[target.protocol] if port != target.port]
        found = self.probe.answering_ports(self.addresses, others)
        self.report.offers += [Offer(port, PORTS[target.protocol][port]) for port in found]
        code = "other_ports_open" if found else "other_ports_silent"
        ports = ", ".join(map(str, found or others))
        self.probe.say("other_ports", code, host=target.host, ports=ports)

    def _try_without_encryption(self):
        """SSL/TLS from the first octet did not come about: perhaps it comes later here."""
        target, probe = self.target, self.probe
        if probe.steps[-1].code not in ("not_tls", "tls_silent", "tls_dropped"):
            return
        if (sock := probe.reopen(self.addresses, target.port)) is None:
            return
        try:
            line = LINES[target.protocol](Line(sock, probe), target.host, target.port)
        except ERRORS:
            sock.close()
            return
        probe.say("greeting", "plain_first", port=target.port)
        if "STARTTLS" in self._offers(line):
            self.report.offers.append(Offer(target.port, "starttls"))
        line.leave()

    def _encrypt(self, sock):
        target, probe = self.target, self.probe
        context = target.context(target.validates)
        secured = probe.encrypt(sock, context, target.host, target.port)
        if secured is None and target.validates:
            self._show_certificate()
        return secured

    def _show_certificate(self):
        """The one that was not accepted, over a second connection."""
        target, probe = self.target, self.probe
        if probe.steps[-1].code not in ("expired", "other_name", "untrusted"):
            return
        if (sock := probe.reopen(self.addresses, target.port)) is None:
            return
        try:
            if target.encryption == "starttls":
                line = LINES[target.protocol](Line(sock, probe), target.host, target.port)
                line.ask_for_encryption()
        except ERRORS:
            sock.close()
            return
        probe.look_at_certificate(sock, target.context(False), target.host)

    def _greet(self, sock):
        target, probe = self.target, self.probe
        try:
            self.line = LINES[target.protocol](Line(sock, probe), target.host, target.port)
        except TimeoutError:
            sock.close()
            probe.say("greeting", "no_greeting")
            return False
        except ERRORS as error:
            sock.close()
            said = self._said(error)
            code = "not_mailbox" if said else "no_greeting"
            values = {"port": target.port, "protocol": PROTOCOLS[target.protocol], "said": said}
            probe.say("greeting", code, **values)
            return False
        is_preauth = target.protocol == "imap" and self.line.state == "AUTH"
        said = GREETING.sub("", self._clean(self.line.greeting.decode("utf-8", "replace")))
        probe.say("greeting", "preauth" if is_preauth else "greeting", said=said)
        return True

    # ------------------------------------------------------------
    # ENCRYPTION AND LOGIN
    # ------------------------------------------------------------

    def _protect(self):
        target, probe = self.target, self.probe
        offered = self._offers(self.line)
        probe.say("capabilities", "capabilities", capabilities=", ".join(offered) or "-")
        if target.encryption == "none" and "STARTTLS" in offered:
            probe.say("tls", "unencrypted")
            self.report.offers.append(Offer(target.port, "starttls"))
        if target.encryption == "none" and "LOGINDISABLED" in offered:
            probe.say("login", "login_disabled")
            return False
        if target.encryption != "starttls":
            return True
        values = {"port": target.port, "ssl_port": target.ssl_port}
        if "STARTTLS" not in offered:
            probe.say("tls", "starttls_missing", **values)
            self._try_other_ports_for_ssl()
            return False
        try:
            self.line.ask_for_encryption()
        except ERRORS as error:
            probe.say("tls", "starttls_refused", said=self._said(error), **values)
            return False
        secured = self._encrypt(self.line.sock.sock)
        if secured is None:
            self.line = None
            return False
        self.line.encrypted_with(Line(secured, probe))
        return True

    def _try_other_ports_for_ssl(self):
        if self.probe.answering_ports(self.addresses, [self.target.ssl_port]):
            self.report.offers.append(Offer(self.target.ssl_port, "ssl"))

    def _offers(self, line):
        try:
            return line.offers()
        except ERRORS:
            return []

    def _enter(self):
        target, probe = self.target, self.probe
        try:
            self.log_in(self.line)
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a login of another addon raises
            said = self._said(error)
            code = mailbox_error.classify(error, target.has_password)
            if self.line.oauth_error:
                code, said = "consent", self._clean(f"{self.line.oauth_error}. {said}")
            code = code if code in ("login_refused", "consent", "quota") else "login_failed"
            probe.say("login", code, user=target.user, said=said)
            return False
        code = "logged_in_open" if target.encryption == "none" else "logged_in"
        probe.say("login", code, user=target.user)
        return True

    # ------------------------------------------------------------
    # WHAT IS THERE
    # ------------------------------------------------------------

    def _look(self):
        try:
            if self.target.protocol == "imap":
                self._look_at_folders()
            else:
                self._look_at_messages()
        except TimeoutError:
            raise
        except ERRORS as error:
            self.probe.say("messages", "lost", said=self._said(error))

    def _look_at_folders(self):
        probe, line = self.probe, self.line
        try:
            names = self.report.folders = folder_names(line)
            shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
            probe.say("folders", "folders", number=len(names), names=shown)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ValueError) as error:
            probe.say("folders", "folders_unread", said=self._said(error))
        for name in self.target.folders:
            try:
                messages, unseen = counts(line, name)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, ValueError) as error:
                probe.say("folder", "folder_missing", name=name, said=self._said(error))
            else:
                probe.say("folder", "folder", name=name, messages=messages, unseen=unseen)

    def _look_at_messages(self):
        messages, size = self.line.stat()
        self.probe.say("messages", "messages", messages=messages, megabytes=f"{size / 2**20:.1f}")
        if messages and "UIDL" not in self._offers(self.line):
            try:
                self.line.uidl()
            except poplib.error_proto:
                self.probe.say("messages", "no_uidl")

    # ------------------------------------------------------------

    def _said(self, error):
        return self._clean(mailbox_error.reply_text(error) or str(error))

    def _clean(self, text):
        """What is shown never has a secret in it, even where the server repeats one."""
        for secret in self.target.secrets:
            if secret:
                text = text.replace(secret, "…")
        return mailbox_error.safe(text).rstrip(".")
