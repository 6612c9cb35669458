"""`make demo-mail`: a customer in the world outside writes to the running demo."""

import argparse
import json
import os
import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from .console import say
from .demo_server import state_file
from .errors import DevError
from .layout import Layout

# The sandbox is on this machine and answers at once.
TIMEOUT_SECONDS = 10


def send(layout: Layout, _options: argparse.Namespace) -> int:
    """Hands one mail to the sandbox's SMTP server, from where it goes into the mailbox."""
    sender, recipient = _address("FROM"), _address("TO")
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, recipient
    mail["Subject"] = os.environ.get("SUBJECT") or "A question"
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=_domain(sender))
    mail.set_content("Hello,\n\ncould you tell me more?\n")
    peers = _peers(layout)
    if _domain(recipient) not in peers["domains"]:
        raise DevError(
            f"Nobody in the sandbox receives mail for {_domain(recipient)}. "
            f"Write to an address of {' or '.join(peers['domains'])}."
        )
    peer = peers["smtp"]
    try:
        with smtplib.SMTP(peer["host"], peer["port"], timeout=TIMEOUT_SECONDS) as connection:
            connection.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise DevError(f"The sandbox did not take the mail ({error}). Is make run going?") from None
    say(f"Sent. Odoo fetches its mailbox every minute, so look for “{mail['Subject']}” soon.")
    return 0


def _address(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise DevError(
            f"{name} is missing. For example: "
            "make demo-mail FROM=dana@customer.test TO=sales@acme.test"
        )
    local, _at, domain = value.rpartition("@")
    if not local or not domain or "\n" in value:
        raise DevError(f"{name} is “{value}”, which is not an e-mail address.")
    return value


def _domain(address: str) -> str:
    return address.rpartition("@")[2].rstrip(">").lower()


def _peers(layout: Layout) -> dict:
    try:
        return json.loads(state_file(layout).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DevError("The demo is not running. Start it in another terminal: make run") from None
