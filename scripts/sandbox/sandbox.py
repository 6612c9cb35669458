"""The whole world outside of one Odoo: mail servers, mailboxes and DNS, all on loopback."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path

from .certificate import obtain_certificate
from .dns_peer import DnsPeer
from .imap_peer import ImapPeer
from .smtp_peer import SmtpPeer
from .zone import DEFAULT_ZONES

STATE_FILE = "sandbox.json"
LOCK_FILE = "sandbox.lock"
PASSWORD = "sandbox"
MAILBOXES = {"acme.test": "odoo@acme.test", "customer.test": "customer@customer.test"}
"""The mailbox that gets everything sent to a domain."""


class Sandbox:
    """Two SMTP peers, mailboxes and DNS that belong together.

    Mail that ``smtp`` or ``smtp2`` accepts for one of ``domains`` arrives in the mailbox of that
    domain. Both offer STARTTLS and AUTH (the mailboxes' addresses and password) and require
    neither.
    """

    def __init__(
        self,
        state_dir: Path | str,
        zones: Mapping[str, str | Path] | Path | str = DEFAULT_ZONES,
        mailboxes: Mapping[str, str] = MAILBOXES,
    ):
        self.state_dir = Path(state_dir)
        self.mailboxes = dict(mailboxes)
        self.domains = sorted(self.mailboxes)
        self.users = dict.fromkeys(self.mailboxes.values(), PASSWORD)
        self.ca_file: Path | None = None
        self.dns = DnsPeer(zones)
        self.imap = ImapPeer(self.users, self.state_dir)
        self.smtp: SmtpPeer | None = None
        self.smtp2: SmtpPeer | None = None
        self._running = contextlib.ExitStack()

    def start(self) -> Sandbox:
        self.state_dir.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            stack.enter_context(_lock(self.state_dir))
            # Whoever waits for the file must not find what a killed sandbox left.
            (self.state_dir / STATE_FILE).unlink(missing_ok=True)
            self._make_smtp_peers()
            for peer in (self.dns, self.imap, self.smtp, self.smtp2):
                stack.enter_context(peer)
            self._running = stack.pop_all()
        return self

    def _make_smtp_peers(self) -> None:
        certificate = obtain_certificate(self.state_dir)
        self.ca_file = certificate.ca_file
        self.smtp, self.smtp2 = (
            SmtpPeer(
                self.domains,
                self.deliver,
                self.users,
                auth_required=False,
                certificate=certificate,
            )
            for _number in range(2)
        )

    def stop(self) -> None:
        self._running.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exc_info) -> None:
        self.stop()

    def deliver(self, recipient: str, raw: bytes) -> None:
        """Put ``raw`` into the mailbox that gets the mail of the recipient's domain."""
        domain = recipient.rpartition("@")[2].lower()
        self.imap.deliver(self.mailboxes[domain], raw)

    def describe(self) -> dict:
        """Return where everything is, as JSON has it; ``pop3`` is None where there is none."""
        user = self.mailboxes[self.domains[0]]
        login = {"user": user, "password": self.users[user]}
        pop3 = {
            "host": self.imap.host,
            "port": self.imap.pop3_port,
            "ssl_port": self.imap.pop3s_port,
            **login,
        }
        return {
            "smtp": {"host": self.smtp.host, "port": self.smtp.port, **login},
            "smtp2": {"host": self.smtp2.host, "port": self.smtp2.port, **login},
            "imap": {
                "host": self.imap.host,
                "port": self.imap.port,
                "ssl_port": self.imap.ssl_port,
                **login,
            },
            "pop3": pop3 if self.imap.pop3_port else None,
            "dns": {"host": self.dns.host, "port": self.dns.port},
            "domains": self.domains,
            "ca_file": str(self.ca_file),
            "pid": os.getpid(),
        }


@contextlib.contextmanager
def _lock(state_dir: Path):
    """Hold the folder: a second sandbox would take the first one's Dovecot for a stale one."""
    with (state_dir / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimeError(
                f"Another sandbox is running with the folder {state_dir}. Stop it, or choose "
                "another folder."
            ) from error
        yield
