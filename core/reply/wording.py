"""What a reply means, in words for two readers: who wrote the message, and an administrator.

The texts are English sources, marked with `_` for translation: Odoo has them put into the user's
language by the `translate` it hands in.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..translate import Translate, _
from .classes import CLASSES, Command

if TYPE_CHECKING:
    from .judge import Reply

COMMANDS = {
    Command.CONNECT: _("the connection"),
    Command.EHLO: _("the greeting (EHLO)"),
    Command.STARTTLS: _("the request for encryption (STARTTLS)"),
    Command.AUTH: _("the login (AUTH)"),
    Command.MAIL: _("the sender (MAIL)"),
    Command.RCPT: _("the recipient (RCPT)"),
    Command.DATA: _("the announcement of the message (DATA)"),
    Command.END_OF_DATA: _("the message (end of DATA)"),
}
"""What was answered, in words that follow "in answer to"."""

BY_CODES_ALONE = _("No rule knows these words, so only the codes were judged.")


@dataclass(frozen=True)
class Detail:
    """What a rule knows better than its class; "" is what the class says."""

    sentence: str = ""
    sentence_admin: str = ""
    next_step: str = ""


DETAILS = {
    "smtp_login_switched_off": Detail(
        next_step=_(
            "Microsoft has logging in by SMTP switched off for this mailbox or the whole "
            "organisation. Switch on “Authenticated SMTP” for the mailbox in the Microsoft 365 "
            "admin center, or connect the outgoing server with Outlook OAuth."
        ),
    ),
    "basic_login_gone": Detail(
        next_step=_(
            "Microsoft no longer takes a user name and a password here. Connect the outgoing "
            "server with Outlook OAuth."
        ),
    ),
    "google_app_password": Detail(
        next_step=_(
            "Google wants an app password instead of the password of the account. Create one in "
            "the security settings of the Google account, or connect the outgoing server with "
            "Gmail OAuth."
        ),
    ),
    "google_web_login": Detail(
        next_step=_(
            "Google wants the owner of the account to log in with a browser once, and to confirm "
            "that it was them. Then test the connection of the outgoing server."
        ),
    ),
    "oauth_token": Detail(
        sentence_admin=_("The mail provider no longer accepts the OAuth permission: “{answer}”."),
        next_step=_("Connect the outgoing server with the mail account again, then test it."),
    ),
    "starttls_first": Detail(
        sentence_admin=_("The mail server wants an encrypted connection first: “{answer}”."),
        next_step=_("Set the encryption of the outgoing server to TLS (STARTTLS) or SSL/TLS."),
    ),
    "relay": Detail(
        sentence=_(
            "The mail server sends to other domains only for those who have logged in. An "
            "administrator has to look at it."
        ),
        sentence_admin=_("The mail server does not relay to that domain for us: “{answer}”."),
        next_step=_(
            "Enter a user name and a password on the outgoing server, or have the server allow "
            "the address of this system to send through it."
        ),
    ),
    "account_stopped": Detail(
        sentence=_("The mail provider has stopped the sending account."),
        sentence_admin=_("The mail provider has stopped the sending account: “{answer}”."),
        next_step=_("Ask the mail provider why, then test the connection of the outgoing server."),
    ),
    "microsoft_send_as": Detail(
        next_step=_(
            "Give the account of the outgoing server the “Send As” permission for this address, "
            "or set its FROM filter to the address of the account."
        ),
    ),
    "sender_not_verified": Detail(
        next_step=_(
            "Verify the address or its domain at the mail provider, or set the FROM filter of the "
            "outgoing server to what is verified there."
        ),
    ),
    "suppressed": Detail(
        sentence=_("Our mail provider no longer sends to this address, as it failed before."),
        sentence_admin=_("The address is on the suppression list of the provider: “{answer}”."),
        next_step=_("If the address is right, remove it from the suppression list there."),
    ),
    "members_only": Detail(
        sentence=_("The recipient takes mail from certain senders only."),
        sentence_admin=_("The recipient takes mail from certain senders only: “{answer}”."),
        next_step=_("Ask the recipient to allow the sender's address."),
    ),
    "too_many_recipients": Detail(
        sentence=_("The mail server takes fewer recipients at a time."),
        sentence_admin=_("The mail server takes fewer recipients at a time: “{answer}”."),
    ),
    "server_full": Detail(
        sentence=_("The mail server has no room left for messages."),
        sentence_admin=_("The mail server has no room left for messages: “{answer}”."),
        next_step=_("Whoever runs that mail server has to make room."),
    ),
    "greylisting": Detail(
        sentence=_(
            "The recipient's mail server puts off mail from senders it does not know yet. This "
            "is common and passes by itself."
        ),
        sentence_admin=_("The recipient's mail server puts off unknown senders: “{answer}”."),
        next_step=_("There is nothing to do: the next try usually passes."),
    ),
    "recipient_rate": Detail(
        sentence=_("The recipient gets too many messages at the moment."),
        sentence_admin=_("The recipient gets too many messages at the moment: “{answer}”."),
    ),
    "loop": Detail(
        sentence=_("The message runs in circles between mail servers."),
        sentence_admin=_("The message runs in circles between mail servers: “{answer}”."),
        next_step=_(
            "Look for a redirection that leads back, and check the MX records of the recipient's "
            "domain."
        ),
    ),
    "local_delivery": Detail(
        sentence_admin=_("The recipient's mail server could not store the message: “{answer}”."),
        next_step=_("Ask whoever runs the recipient's mail server to repair it."),
    ),
    "encryption_required": Detail(
        sentence_admin=_("The mail server wants an encrypted connection: “{answer}”."),
        next_step=_("Set the encryption of the outgoing server to TLS (STARTTLS) or SSL/TLS."),
    ),
    "email_authentication": Detail(
        sentence=_("The recipient's mail server could not verify that the message is ours."),
        sentence_admin=_("The message did not pass SPF, DKIM or DMARC: “{answer}”."),
        next_step=_("Run the DNS check of the sender's domain and publish what it proposes."),
    ),
    "reverse_dns": Detail(
        sentence_admin=_("The reverse name of the sending server is missing: “{answer}”."),
        next_step=_("Ask the provider of the sending server's address to set its reverse name."),
    ),
    "greeting_name": Detail(
        sentence_admin=_("The mail server does not like the name we greet it with: “{answer}”."),
        next_step=_("Give the machine that runs Odoo a full host name, like odoo.example.com."),
    ),
    "smtputf8": Detail(
        sentence=_("An address has characters that the mail server cannot handle."),
        sentence_admin=_(
            "An address has characters beyond ASCII that the mail server cannot handle: “{answer}”."
        ),
        next_step=_("Use another address, or an outgoing server that supports SMTPUTF8."),
    ),
    "not_representable": Detail(
        sentence=_("An address or a header has characters that e-mail cannot carry."),
        sentence_admin=_(
            "An address or a header has characters that e-mail cannot carry: “{answer}”."
        ),
        next_step=_("Correct the address and send again."),
    ),
    "name_not_found": Detail(
        sentence_admin=_("The name of the mail server could not be found: {answer}"),
        next_step=_("Check the spelling of the server's name and this system's DNS."),
    ),
    "connection_refused": Detail(
        sentence_admin=_("Nothing answers at the port of the mail server: {answer}"),
        next_step=_("Check the port, and whether the mail server is running."),
    ),
    "timed_out": Detail(
        sentence=_("The mail server did not answer in time."),
        sentence_admin=_("The mail server did not answer in time: {answer}"),
        next_step=_(
            "If this lasts, check the port and whether a firewall is in between; many hosting "
            "providers block port 25."
        ),
    ),
    "line_dropped": Detail(
        sentence=_("The mail server closed the connection in the middle."),
        sentence_admin=_("The mail server closed the connection: {answer}"),
        next_step=_("If this lasts, check port and encryption of the outgoing server."),
    ),
    "certificate": Detail(
        sentence=_("The mail server could not prove who it is."),
        sentence_admin=_("The certificate of the mail server is not valid: {answer}"),
        next_step=_(
            "Use the name that stands in the certificate, or have the certificate renewed."
        ),
    ),
    "encryption": Detail(
        sentence=_("No encrypted connection to the mail server came about."),
        sentence_admin=_("No encrypted connection to the mail server came about: {answer}"),
        next_step=_(
            "The port may want another encryption: usually SSL/TLS on port 465 and TLS "
            "(STARTTLS) on ports 587 and 25."
        ),
    ),
    "not_supported": Detail(
        sentence_admin=_("The mail server does not offer what is asked of it: {answer}"),
    ),
    "no_login_offered": Detail(
        sentence_admin=_("The mail server offers no login that we could use: {answer}"),
        next_step=_(
            "Many servers offer it on an encrypted connection only: set the encryption to TLS "
            "(STARTTLS) or SSL/TLS. If the server needs no login, empty user name and password."
        ),
    ),
    "credentials": Detail(
        sentence_admin=_(
            "The user name or the password has characters that this login cannot carry: {answer}"
        ),
    ),
    "answer_too_long": Detail(
        sentence=_("The mail server sent an answer that cannot be read."),
        sentence_admin=_("The mail server sent a line longer than SMTP allows: {answer}"),
        next_step=_("Ask whoever runs that server."),
    ),
}
"""By the name of the rule."""

NOT_FOR_GOOD = Detail(
    sentence=_("The recipient's mail server does not know this address for now."),
    sentence_admin=_("The mail server does not know this address for now: “{answer}”."),
    next_step=_("Check the spelling of the address; the server does not say that this is final."),
)
"""An unknown recipient or domain with 4yz: too little to say that it does not exist."""


def explain(reply: "Reply", translate: Translate = _) -> str:
    """A sentence for the person who wrote: what happened, without codes."""
    return translate(_text(reply, "sentence"))


def explain_admin(reply: "Reply", translate: Translate = _) -> str:
    """One or two sentences for the administrator, with the words of the server."""
    said = translate(_text(reply, "sentence_admin")).format(answer=reply.answer)
    guessed = reply.code and not reply.accepted and not reply.by_rule
    return f"{said} {translate(BY_CODES_ALONE)}" if guessed else said


def next_step(reply: "Reply", translate: Translate = _) -> str:
    """What the administrator can do about it."""
    return translate(_text(reply, "next_step"))


def _text(reply, name):
    row = CLASSES[reply.reply_class]
    own = NOT_FOR_GOOD if row.dead_address and not reply.permanent else DETAILS.get(reply.by_rule)
    return (own and getattr(own, name)) or getattr(row, name)
