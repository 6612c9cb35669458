"""The sender rules in words, and where a run of sending keeps which of them chose its servers."""

from dataclasses import dataclass
from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

from ..core.outgoing.selection import SenderRule

_lt = LazyTranslate(__name__)

CHOICE_NOTES = "email_communication_choice_notes"
"""Key of the context in which sending finds its `ChoiceNotes`."""


class RuleWords(NamedTuple):
    """How a sender rule is called, and the sentence of a mail whose server it chose."""

    title: str
    sentence: str


SENDER_RULES = {
    SenderRule.ADDRESS: RuleWords(
        _lt("Exact address of the sender"),
        _lt("“%(server)s” was chosen: its FROM filter lists %(author)s."),
    ),
    SenderRule.DOMAIN: RuleWords(
        _lt("Domain of the sender"),
        _lt("“%(server)s” was chosen: its FROM filter lists the domain %(domain)s."),
    ),
    SenderRule.SUBDOMAIN: RuleWords(
        _lt("Subdomains that include the sender's domain"),
        _lt("“%(server)s” was chosen: its FROM filter covers the subdomain %(domain)s."),
    ),
    SenderRule.NOTIFICATION: RuleWords(
        _lt("Notification address"),
        _lt(
            "“%(server)s” was chosen: no FROM filter lists %(author)s, and this one lists the "
            "notification address, which takes its place."
        ),
    ),
    SenderRule.NO_FILTER: RuleWords(
        _lt("Server without FROM filter"),
        _lt(
            "“%(server)s” was chosen: no FROM filter lists %(author)s or the notification "
            "address, and this server has none, so it sends for everybody."
        ),
    ),
    SenderRule.FALLBACK: RuleWords(
        _lt("First server, whatever its FROM filter"),
        _lt(
            "“%(server)s” was chosen as the first in the list, although its FROM filter does not "
            "list %(author)s. Add the domain to the FROM filter of the right server."
        ),
    ),
    SenderRule.COMMAND_LINE: RuleWords(
        _lt("Server of the command line"),
        _lt("The server of %(server)s was chosen: there is no outgoing server to choose from."),
    ),
    SenderRule.REQUESTED: RuleWords(
        _lt("Set on the message"),
        _lt("“%(server)s” was chosen: this server is set on the message itself."),
    ),
    SenderRule.OTHER: RuleWords(
        _lt("Another app"),
        _lt(
            "Another app decided that “%(server)s” sends this, or which sender it sends as: "
            "Odoo's own rules come to another result."
        ),
    ),
}
"""Every sender rule once: the steps as they are tried, then what is no step of ours."""


def sender_rule_titles(env):
    """The sender rules as a selection, ``[(code, title)]``."""
    return [(rule.value, env._(words.title)) for rule, words in SENDER_RULES.items()]


@dataclass(frozen=True)
class SenderChoice:
    """Which server was chosen for a mail, by which rule, and the sender that it sends as.

    :param server_id: None stands for the server of the command line
    :param server_name: as it was called then; it may be renamed or deleted later
    :param rule: a `SenderRule`, which is also its code
    :param smtp_from: the sender that the selection gave to the session
    """

    server_id: int | None
    server_name: str
    rule: SenderRule
    smtp_from: str | bool


class ChoiceNotes:
    """What was chosen for each mail of one run of sending, noted where it is chosen.

    Whoever starts the run puts an instance into the context, under `CHOICE_NOTES`, and asks it
    later. Two of them are never equal, so no environment of another run is handed back for one.
    """

    def __init__(self):
        self._choices = {}
        self._candidates = {}

    @classmethod
    def of_context(cls, env):
        """The notes of the run that `env` belongs to, or None: a context can also come from
        outside, and then holds no object of ours."""
        notes = env.context.get(CHOICE_NOTES)
        return notes if isinstance(notes, cls) else None

    def of(self, mail_id) -> SenderChoice | None:
        """What was chosen for a mail; None before that, and for one of another run."""
        return self._choices.get(mail_id)

    def note(self, mail_id, choice: SenderChoice):
        self._choices[mail_id] = choice

    def note_candidates(self, mail_ids, servers):
        """Keep which servers these mails may use until theirs is chosen."""
        self._candidates[tuple(mail_ids)] = servers

    def take_candidates(self, mail_ids):
        """The servers that these mails may use, or None where another app alone knows them."""
        return self._candidates.pop(tuple(mail_ids), None)
