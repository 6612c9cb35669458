"""Why a mailbox could not be opened, in words; made where they are shown."""

import imaplib
import poplib

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

MAILBOX_ERRORS = (imaplib.IMAP4.error, poplib.error_proto, OSError)

CAUSES = [
    ("login_refused", "Password refused"),
    ("name_unknown", "Server name unknown"),
    ("connection_refused", "Nobody answers"),
    ("timeout", "No answer in time"),
    ("tls", "No encryption"),
    ("quota", "Mailbox full or limit reached"),
    ("consent", "Consent withdrawn"),
    ("other", "Other"),
]

SENTENCES = {
    "login_refused": _lt(
        "%(host)s refused the user name “%(user)s” or its password (it said: %(reply)s)."
    ),
    "name_unknown": _lt("The server name “%(host)s” does not exist in the DNS."),
    "connection_refused": _lt(
        "No mail server answers on port %(port)s of %(host)s. The port may be wrong, or SSL/TLS is "
        "not right for it."
    ),
    "timeout": _lt(
        "%(host)s did not answer on port %(port)s in time. The name or the port may be wrong, or a "
        "firewall stands between."
    ),
    "tls": _lt(
        "No encrypted connection to port %(port)s of %(host)s came about: %(reply)s. The port may "
        "not expect SSL/TLS."
    ),
    "quota": _lt(
        "%(host)s gives nothing out at the moment: the mailbox is full, or too much was fetched "
        "(it said: %(reply)s)."
    ),
    "consent": _lt(
        "The permission to read the mailbox “%(user)s” on %(host)s was withdrawn or has run out "
        "(it said: %(reply)s). Connect the account again."
    ),
    "other": _lt("The mailbox on %(host)s (port %(port)s) could not be opened: %(reply)s."),
}

ADVICE = {
    "draft": _lt("Correct the settings and press Test & Confirm."),
    "done": _lt(
        "Odoo keeps trying. If the settings are to blame, press Reset Confirmation, correct them, "
        "and press Test & Confirm."
    ),
}
