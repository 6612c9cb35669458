"""What the steps of testing a mailbox are called, and what they come to."""

from ..probe import KINDS as COMMON_KINDS
from ..probe import OUTCOMES as COMMON
from ..probe import Outcome, State, Step
from ..probe import explain as explain_common
from ..translate import Translate, _

KINDS = COMMON_KINDS | {
    "greeting": _("Greeting"),
    "capabilities": _("What the server offers"),
    "login": _("Login"),
    "folders": _("Folders"),
    "folder": _("Folder"),
    "messages": _("Messages"),
}

OUTCOMES = COMMON | {
    "greeting": Outcome(State.OK, _("The server greets: {said}")),
    "preauth": Outcome(
        State.WARNING,
        _("The server greets as if somebody had logged in already: {said}"),
        _("Compare the server and the port with what the provider says."),
    ),
    "not_mailbox": Outcome(
        State.FAILED,
        _("What answers at port {port} is no {protocol} server: {said}"),
        _("Compare the kind of server and the port with what the provider says."),
    ),
    "no_greeting": Outcome(
        State.FAILED,
        _("The server connects, but says nothing."),
        _("It may wait for SSL/TLS. Choose another encryption, or another port."),
    ),
    "plain_first": Outcome(
        State.WARNING,
        _("Port {port} greets without encryption, and may encrypt afterwards."),
        _("Choose the encryption TLS (STARTTLS) for this port, or SSL/TLS on its own port."),
    ),
    "capabilities": Outcome(State.OK, _("It offers {capabilities}.")),
    "unencrypted": Outcome(
        State.WARNING,
        _("Everything travels in the open, although the server offers encryption."),
        _("Choose the encryption TLS (STARTTLS)."),
    ),
    "starttls_missing": Outcome(
        State.FAILED,
        _("The server does not offer to encrypt (STARTTLS) at port {port}."),
        _("Try SSL/TLS on port {ssl_port}, or ask the provider."),
    ),
    "starttls_refused": Outcome(
        State.FAILED,
        _("The server offers to encrypt, but refuses to: {said}"),
        _("Try SSL/TLS on port {ssl_port}, or ask the provider."),
    ),
    "login_disabled": Outcome(
        State.FAILED,
        _("The server takes no password over a connection that is not encrypted."),
        _("Choose the encryption TLS (STARTTLS) or SSL/TLS."),
    ),
    "logged_in": Outcome(State.OK, _("The login of {user} was accepted.")),
    "logged_in_open": Outcome(
        State.WARNING,
        _("The login of {user} was accepted, but the password travelled in the open."),
        _("Choose an encryption."),
    ),
    "login_refused": Outcome(
        State.FAILED,
        _("The server refuses the user name “{user}” or its password. It says: {said}"),
        _(
            "Type both again. Google and Microsoft take no ordinary password: there, sign in with "
            "the provider, or use an app password. Some providers want IMAP or POP switched on "
            "for the mailbox first."
        ),
    ),
    "consent": Outcome(
        State.FAILED,
        _("The permission to read the mailbox of {user} is not valid any more: {said}"),
        _("Connect the account again with the button of the provider on this form."),
    ),
    "quota": Outcome(
        State.FAILED,
        _("The server gives nothing out at the moment: {said}"),
        _("The mailbox is full, or too much was fetched. Look at its limits, and try later."),
    ),
    "login_failed": Outcome(
        State.FAILED,
        _("The login did not come about: {said}"),
        _("Test again. If it stays so, ask the provider what it means."),
    ),
    "lost": Outcome(
        State.FAILED,
        _("The connection was lost: {said}"),
        _("Test again. If it stays so, ask whoever runs the server."),
    ),
    "out_of_time": Outcome(
        State.FAILED,
        _("The server did not answer in time."),
        _("Test again later. If it stays so, ask whoever runs the server."),
    ),
    "folders": Outcome(State.OK, _("It has {number} folders: {names}.")),
    "folders_unread": Outcome(
        State.WARNING, _("The server does not list its folders: {said}"), _("INBOX works anyway.")
    ),
    "folder": Outcome(State.OK, _("“{name}” has {messages} messages, {unseen} of them unread.")),
    "folder_missing": Outcome(
        State.FAILED,
        _("The folder “{name}” cannot be opened. The server says: {said}"),
        _("Compare its name with the folders above, letter by letter."),
    ),
    "messages": Outcome(
        State.OK, _("{messages} messages with {megabytes} MB are there to be fetched.")
    ),
    "no_uidl": Outcome(
        State.WARNING,
        _("The server does not number its messages for good (UIDL)."),
        _("They cannot be left there: what is fetched has to be deleted."),
    ),
}


def explain(step: Step, translate: Translate = _) -> tuple[str, str]:
    """(what is, what to do) of a step, each a sentence or ""."""
    return explain_common(step, OUTCOMES, translate)
