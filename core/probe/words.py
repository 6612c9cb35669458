"""What the steps are called and what they came to, in words that Odoo translates."""

from collections.abc import Mapping
from typing import NamedTuple

from ..name import InvalidName
from ..translate import Translate, _
from .step import State, Step


class Outcome(NamedTuple):
    """One code of a step: what it is, and what to do. The texts may name the values."""

    state: State
    sentence: str
    hint: str = ""


KINDS = {
    "name": _("Name of the server"),
    "port": _("Connection"),
    "other_ports": _("Other ports"),
    "tls": _("Encryption"),
    "certificate": _("Certificate"),
}
"""What was tried, as a title."""

OUTCOMES = {
    "host_missing": Outcome(State.FAILED, _("No server is named."), _("Write its host name.")),
    "host_not_clean": Outcome(
        State.FAILED,
        _("“{host}” is not just a host name, so it cannot be found."),
        _("Write “{better}” as the server, and its port in the field beside it."),
    ),
    "host_spaces": Outcome(
        State.FAILED,
        _("“{host}” has spaces in it, so it cannot be found."),
        _("Write the host name alone, as the provider of the server gives it."),
    ),
    "host_invalid": Outcome(
        State.FAILED, "", _("Compare the name with what the provider of the server says.")
    ),
    "resolved": Outcome(State.OK, _("{host} has the address {addresses}.")),
    "not_found": Outcome(
        State.FAILED,
        _("Nobody knows a server of the name {host}."),
        _("Compare the name with what the provider of the server says, letter by letter."),
    ),
    "name_unknown": Outcome(
        State.FAILED,
        _("It could not be told where {host} is: the name server of this machine gave no answer."),
        _(
            "This says nothing about the mail server. Test again; if it stays so, whoever runs "
            "this machine has to look at its DNS."
        ),
    ),
    "connected": Outcome(State.OK, _("Port {port} of {address} answers.")),
    "refused": Outcome(
        State.FAILED,
        _("{host} is there, but refuses connections to port {port}."),
        _("Compare the port with what the provider says, and see that the server is running."),
    ),
    "silent": Outcome(
        State.FAILED,
        _("Nothing comes back from port {port} of {host}, not even a refusal."),
        _(
            "A firewall on the way most likely drops the connection: ask whoever runs it, and "
            "compare the port with what the provider says."
        ),
    ),
    "unreachable": Outcome(
        State.FAILED,
        _("There is no way from this machine to {host}: {said}."),
        _("Whoever runs this machine has to look at its network."),
    ),
    "other_ports_open": Outcome(
        State.WARNING,
        _("These ports of {host} answer: {ports}."),
        _("Choose one of them."),
    ),
    "other_ports_silent": Outcome(
        State.FAILED,
        _("None of the usual ports of {host} answers: {ports}."),
        _(
            "Check the name of the server, and whether this machine may connect to mail servers "
            "outside at all."
        ),
    ),
    "encrypted": Outcome(State.OK, _("The connection is encrypted with {version}.")),
    "not_tls": Outcome(
        State.FAILED,
        _("Port {port} does not speak SSL/TLS from its first word: {said}."),
        _("Choose another encryption, or the port that goes with this one."),
    ),
    "tls_refused": Outcome(
        State.FAILED,
        _("No encrypted connection came about: {said}."),
        _("The server may be too old for the encryption of today. Ask whoever runs it."),
    ),
    "tls_silent": Outcome(
        State.FAILED,
        _("The server connects, but does not answer to SSL/TLS."),
        _("Choose another encryption, or the port that goes with this one."),
    ),
    "tls_dropped": Outcome(
        State.FAILED,
        _("The server closes the connection instead of encrypting it."),
        _("Choose another encryption, or the port that goes with this one."),
    ),
    "expired": Outcome(
        State.FAILED,
        _("The certificate of the server is not accepted: it is outdated."),
        _("Whoever runs the server has to renew it."),
    ),
    "other_name": Outcome(
        State.FAILED,
        _("The certificate of the server is not accepted: it is not for the name {host}."),
        _("Write one of the names in the certificate as the server, if it is the same one."),
    ),
    "untrusted": Outcome(
        State.FAILED,
        _("The certificate of the server is not accepted: {said}."),
        _(
            "Whoever runs the server has to get one of an authority that this machine trusts. "
            "Encryption without validation works, but cannot tell whether it is the right server."
        ),
    ),
    "certificate_ok": Outcome(
        State.OK, _("It is issued to {subject}, for {names}, and valid for {days} more days.")
    ),
    "certificate_expires": Outcome(
        State.WARNING,
        _("It is issued to {subject}, for {names}, and valid for {days} more days only."),
        _("Whoever runs the server has to renew it in time."),
    ),
    "certificate_expired": Outcome(
        State.WARNING,
        _("It is issued to {subject}, for {names}, and was valid until {days} days ago."),
        _("Whoever runs the server has to renew it."),
    ),
    "certificate_other_name": Outcome(
        State.WARNING,
        _("It is issued to {subject}, for {names}, so not for {host}."),
        _(
            "Nobody can tell whether it is the right server. Write one of these names as the "
            "server, if it is the same one."
        ),
    ),
    "certificate_unreadable": Outcome(State.WARNING, _("Its certificate cannot be read.")),
}
"""The codes of the steps that every protocol has."""

OLDER = Outcome(State.SKIPPED, _("An older version noted this step; test again."))


def explain(
    step: Step, outcomes: Mapping[str, Outcome] = OUTCOMES, translate: Translate = _
) -> tuple[str, str]:
    """(what is, what to do) of a step, each a sentence or ""."""
    outcome = outcomes.get(step.code, OLDER)
    if step.code == "host_invalid":
        error = InvalidName(step.values["reason"], name=step.values["host"])
        return error.explain(translate), translate(outcome.hint)
    try:
        return tuple(
            text and translate(text).format(**step.values)
            for text in (outcome.sentence, outcome.hint)
        )
    except KeyError:
        return translate(OLDER.sentence), ""
