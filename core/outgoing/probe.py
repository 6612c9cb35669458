"""Whether mail could be sent through a server: everything but the message itself is tried."""

import smtplib
from collections.abc import Callable

from ..probe import Probe
from ..reply import Command, from_exception, read
from .probe_report import Offer, Report, Target
from .probe_words import OUTCOMES
from .second_look import SecondLook
from .tried_line import TestedLine
from .wire import cause_of

READY, BEGIN_DATA = 220, 354
BANNER_MAX = 200
"""Characters of a greeting that are shown."""


def test_server(
    target: Target,
    sender: str,
    recipient: str,
    log_in: Callable[[smtplib.SMTP], None] | None = None,
    probe: Probe | None = None,
) -> Report:
    """Try everything up to the message, which is not sent; raises nothing for the server.

    :param log_in: logs in with the connection; None where nobody logs in
    """
    return _Test(target, sender, recipient, log_in, probe or Probe(outcomes=OUTCOMES)).run()


test_server.__test__ = False  # pytest takes it for one of its own


class _Test:
    def __init__(self, target, sender, recipient, log_in, probe):
        self.target, self.sender, self.recipient = target, sender, recipient
        self.log_in, self.probe = log_in, probe
        self.report = Report(probe.steps)
        self.second_look = SecondLook(target, probe, self.report)
        self.line = None

    def run(self):
        reached = False
        try:
            reached = self._connect() and self._greet() and self._protect() and self._announce()
        finally:
            if self.line is not None and not reached:
                self.line.leave()
            elif self.line is not None:
                self.line.cancel()  # inside DATA there is no other end without a message
        return self.report

    def _connect(self):
        target = self.target
        addresses = self.second_look.addresses = self.probe.resolve(target.host)
        sock = addresses and self.probe.open(target.host, addresses, target.port)
        if not addresses:
            return False
        if sock is None:
            self.second_look.try_other_ports()
            return False
        if target.encryption == "ssl":
            sock = self._encrypt(sock)
            if sock is None:
                self.second_look.try_without_encryption()
                return False
        self.line = TestedLine(sock, target.host, target.user, self.probe)
        return True

    def _greet(self):
        answer = self._ask("banner", Command.CONNECT, self.line.getreply)
        if answer is None:
            self.second_look.try_encryption_first()
            return False
        code, text = answer
        if code < 0:
            self.probe.say("banner", "not_smtp", port=self.target.port, said=_text(text))
            return False
        if code != READY:
            return self._refused("banner", Command.CONNECT, code, text)
        self.probe.say("banner", "banner", said=_text(text)[:BANNER_MAX])
        return self._ehlo()

    def _ehlo(self, kind="ehlo"):
        answer = self._ask(kind, Command.EHLO, self._say_hello)
        if answer is None:
            return False
        code, text = answer
        if not 200 <= code <= 299:
            return self._refused(kind, Command.EHLO, code, text)
        known = ", ".join(name.upper() for name in self.line.esmtp_features)
        self.probe.say(kind, "ehlo" if known else "ehlo_bare", extensions=known)
        return True

    def _say_hello(self):
        answer = self.line.ehlo()
        return answer if 200 <= answer[0] <= 299 else self.line.helo()

    def _protect(self):
        offered = self.line.has_extn("starttls")
        if self.target.encryption != "starttls":
            if offered and self.target.encryption == "none":
                self.probe.say("tls", "unencrypted")
                self.report.offers.append(Offer(self.target.port, "starttls"))
            return self._log_in()
        if not offered:
            self.probe.say("tls", "starttls_missing", port=self.target.port)
            return False
        answer = self._ask("tls", Command.STARTTLS, self.line.docmd, "STARTTLS")
        if answer is None:
            return False
        if answer[0] != READY:
            return self._refused("tls", Command.STARTTLS, *answer)
        secured = self._encrypt(self.line.sock)
        if secured is None:
            self.line = None
            return False
        self.line.encrypted_with(secured)
        return self._ehlo("ehlo_encrypted") and self._log_in()

    def _encrypt(self, sock):
        target = self.target
        secured = self.probe.encrypt(
            sock, target.context(target.validates), target.host, target.port
        )
        if secured is None and target.validates:
            self.second_look.show_certificate()
        return secured

    # ------------------------------------------------------------
    # THE LOGIN
    # ------------------------------------------------------------

    def _log_in(self):
        line = self.line
        self._take_size()
        if self.log_in is None:
            self.probe.say("login", "no_login")
            return True
        error = self._error_of_login()
        if line.oauth_error:
            said = f"{line.oauth_error}. {_text((line.auth_answer or (0, b''))[1])}"
            self._say("login", "oauth_refused", mechanism=line.mechanism, said=said)
            return False
        if error is not None:
            return self._login_failed(error)
        answer = line.auth_answer or (0, b"")
        if answer[0] >= 400:
            return self._refused("login", Command.AUTH, *answer)
        encrypted = self.target.encryption != "none"
        code = "logged_in" if encrypted else "logged_in_open"
        said = read(Command.AUTH, *answer).answer
        self._say("login", code, mechanism=line.mechanism or "?", said=said)
        return True

    def _take_size(self):
        self.report.size_limit = _size(self.line)
        if self.report.size_limit:
            self.probe.say("size", "size", megabytes=f"{self.report.size_limit / 2**20:.0f}")

    def _error_of_login(self):
        try:
            self.log_in(self.line)
        except Exception as error:  # noqa: BLE001 - whatever a login of another app raises
            return error
        return None

    def _login_failed(self, error):
        if isinstance(error, smtplib.SMTPException | OSError):
            return self._failed("login", Command.AUTH, error)
        self._say("login", "no_credentials", said=str(error))
        return False

    # ------------------------------------------------------------
    # THE MESSAGE, UP TO ITS FIRST OCTET
    # ------------------------------------------------------------

    def _announce(self):
        line = self.line
        return (
            self._expect("sender", Command.MAIL, line.mail, self.sender)
            and self._expect("recipient", Command.RCPT, line.rcpt, self.recipient)
            and self._expect("data", Command.DATA, line.docmd, "DATA")
        )

    def _expect(self, kind, command, ask, address):
        answer = self._ask(kind, command, ask, address)
        if answer is None:
            return False
        code = answer[0]
        if code != BEGIN_DATA if command is Command.DATA else not 200 <= code <= 299:
            return self._refused(kind, command, *answer)
        self.probe.say(kind, f"{kind}_accepted", address=address)
        return True

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    def _ask(self, kind, command, ask, *args):
        """(code, text), or None where no answer came, which is then told."""
        try:
            return ask(*args)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self._failed(kind, command, error)
            return None

    def _failed(self, kind, command, error):
        reply = from_exception(command, cause_of(error))
        self._say(kind, "refusal" if reply.code else "no_answer", **reply.to_json())
        return False

    def _refused(self, kind, command, code, text):
        reply = read(command, code, text)
        if reply.accepted:
            self._say(kind, "out_of_step", said=reply.answer)
        else:
            self._say(kind, "refusal", **reply.to_json())
        return False

    def _say(self, kind, code, /, **values):
        """What the server said is shown without what it was told in confidence."""
        hide = self.line.without_secrets if self.line is not None else str
        clean = {k: hide(v) if isinstance(v, str) else v for k, v in values.items()}
        self.probe.say(kind, code, **clean)


def _text(said):
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _size(line):
    """Octets of the largest message (RFC 1870 section 3): 0, or no number, is none."""
    said = line.esmtp_features.get("size", "")
    return int(said) or None if said.isascii() and said.isdigit() and len(said) < 19 else None
