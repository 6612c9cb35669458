"""What the steps of testing an outgoing server are called, and what they come to."""

from ..probe import KINDS as COMMON_KINDS
from ..probe import OUTCOMES as COMMON
from ..probe import Outcome, State, Step
from ..probe import explain as explain_common
from ..reply import Reply, explain_admin, next_step
from ..translate import Translate, _

KINDS = COMMON_KINDS | {
    "banner": _("Greeting"),
    "ehlo": _("What the server offers"),
    "ehlo_encrypted": _("What it offers when encrypted"),
    "size": _("Size limit"),
    "login": _("Login"),
    "sender": _("Sender"),
    "recipient": _("Recipient"),
    "data": _("Message"),
}

_REPLIES = ("refusal", "no_answer")
"""Codes whose values are a `Reply`, which has words of its own."""

OUTCOMES = COMMON | {
    "refusal": Outcome(State.FAILED, ""),
    "no_answer": Outcome(State.FAILED, ""),
    "out_of_step": Outcome(
        State.FAILED,
        _("The server gave an answer that does not belong here: {said}"),
        _("What answers there may be a firewall that changes SMTP. Ask whoever runs it."),
    ),
    "port_25_blocked": Outcome(
        State.FAILED,
        _(
            "Port 25 is blocked on the way: {host} does not answer there, but at {ports}. Many "
            "networks and hosting companies block port 25, Odoo Online and Odoo.sh among them."
        ),
        _("Choose one of these ports; 587, 465 and 2525 are those for sending through a provider."),
    ),
    "port_25_silent": Outcome(
        State.FAILED,
        _(
            "Many networks and hosting companies block port 25, Odoo Online and Odoo.sh among "
            "them. The other usual ports of {host} do not answer either: {ports}."
        ),
        _(
            "Ask the provider of the server for its port, most often 587, 465 or 2525, and "
            "whoever runs this network whether this machine may connect to it."
        ),
    ),
    "banner": Outcome(State.OK, _("The server greets: {said}")),
    "not_smtp": Outcome(
        State.FAILED,
        _("What answers at port {port} is not a mail server that takes mail: {said}"),
        _("Compare the server and the port with what the provider says."),
    ),
    "plain_first": Outcome(
        State.WARNING,
        _("Port {port} greets without encryption, and may encrypt afterwards."),
        _("Choose the encryption TLS (STARTTLS) for this port, or SSL/TLS on port 465."),
    ),
    "silent_too": Outcome(
        State.FAILED,
        _("Port {port} does not greet without encryption either."),
        _("Compare the server and the port with what the provider says."),
    ),
    "encrypted_first": Outcome(
        State.WARNING,
        _("Port {port} waits for an encrypted connection."),
        _("Choose the encryption SSL/TLS for this port."),
    ),
    "ehlo": Outcome(State.OK, _("It offers {extensions}.")),
    "ehlo_bare": Outcome(State.OK, _("It knows no extensions of SMTP.")),
    "unencrypted": Outcome(
        State.WARNING,
        _("Everything travels in the open, although the server offers encryption."),
        _("Choose the encryption TLS (STARTTLS)."),
    ),
    "starttls_missing": Outcome(
        State.FAILED,
        _("The server does not offer to encrypt (STARTTLS) at port {port}."),
        _(
            "Try SSL/TLS on port 465. Without encryption, user name and password travel in the "
            "open: that is for servers on the same machine only."
        ),
    ),
    "size": Outcome(State.OK, _("It takes messages of up to {megabytes} MB.")),
    "no_login": Outcome(
        State.SKIPPED, _("No user name is set, so nobody logs in. The server may not ask for it.")
    ),
    "logged_in": Outcome(State.OK, _("The login was accepted ({mechanism}): {said}")),
    "logged_in_open": Outcome(
        State.WARNING,
        _("The login was accepted ({mechanism}), but in the open: {said}"),
        _("Choose an encryption, so that nobody on the way can read the password."),
    ),
    "oauth_refused": Outcome(
        State.FAILED,
        _("The provider does not accept the OAuth permission ({mechanism}): {said}"),
        _(
            "Connect the server with the mail account again. If that does not help, the account "
            "has to be allowed to send by SMTP at the provider."
        ),
    ),
    "no_credentials": Outcome(
        State.FAILED,
        _("The login did not come about: {said}"),
        _("Connect the server with the mail account again, or correct user name and password."),
    ),
    "sender_accepted": Outcome(State.OK, _("The server lets us send as {address}.")),
    "recipient_accepted": Outcome(State.OK, _("It would take a message to {address}.")),
    "data_accepted": Outcome(
        State.OK, _("It asked for the message. The test ended there: nothing was sent.")
    ),
}


def explain(step: Step, translate: Translate = _) -> tuple[str, str]:
    """(what is, what to do) of a step, each a sentence or ""."""
    if step.code in _REPLIES:
        reply = Reply.from_json(step.values)
        return explain_admin(reply, translate), next_step(reply, translate)
    return explain_common(step, OUTCOMES, translate)
