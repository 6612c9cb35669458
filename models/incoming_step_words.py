"""The steps of a mail on its way through Odoo, in words: one row a code.

Whoever decides something about an incoming mail says `Observed.step(code, **values)` and has a row
here. A sentence is made where it is read, in the language of the reader, from the values that were
kept; it is plain text, and escaped by whatever shows it.
"""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class StepWords(NamedTuple):
    """How a step is called, what it found, and what followed from it.

    :param verdict: a key of `VERDICTS`
    """

    title: str
    sentence: str
    verdict: str


class VerdictWords(NamedTuple):
    title: str
    icon: str


VERDICTS = {
    "decided": VerdictWords(_lt("Decided"), "fa-check-circle text-success"),
    "passed": VerdictWords(_lt("Went on"), "fa-arrow-down text-muted"),
    "noted": VerdictWords(_lt("Noted"), "fa-info-circle text-info"),
    "warned": VerdictWords(_lt("Mind this"), "fa-exclamation-triangle text-warning"),
    "stopped": VerdictWords(_lt("Stopped"), "fa-ban text-danger"),
}
"""What followed from a step: the icon never stands without the word."""

READ = _lt("Reading")
PROVENANCE = _lt("Who proves the sender?")
ENVELOPE = _lt("Handed over for whom?")
BOUNCE = _lt("Bounce?")
REPORT = _lt("A report about what?")
DUPLICATE = _lt("Known already?")
LOOP = _lt("Loop?")
AUTOMATIC = _lt("Written by a machine?")
REPLY = _lt("Reply?")
CATCHALL = _lt("Catchall?")
ALIAS = _lt("Alias?")
CONTACT = _lt("May the sender write there?")
FALLBACK = _lt("Otherwise?")
USER = _lt("As which user?")
AUTHOR = _lt("Who wrote it?")
ROUTE = _lt("Destination")
OTHER_APP = _lt("Another app")

STEPS = {
    # Reading
    "read": StepWords(
        READ, _lt("Odoo reads the sender %(sender)s and the recipients %(recipients)s."), "noted"
    ),
    "envelope": StepWords(
        ENVELOPE, _lt("The receiving server handed it over for %(address)s (%(field)s)."), "noted"
    ),
    "provenance_verified": StepWords(PROVENANCE, _lt("Verified. %(reason)s"), "noted"),
    "provenance_not_verified": StepWords(PROVENANCE, _lt("Not verified. %(reason)s"), "noted"),
    "provenance_failed": StepWords(PROVENANCE, _lt("Failed. %(reason)s"), "warned"),
    "former_address": StepWords(
        READ,
        _lt("%(former)s is a former address: the mail goes on as one to %(current)s."),
        "noted",
    ),
    "forwarded_original": StepWords(
        READ,
        _lt("It was forwarded by %(by)s; the field %(header)s names who wrote it: %(sender)s."),
        "noted",
    ),
    "forwarded": StepWords(
        READ, _lt("It was forwarded by %(by)s, whom an answer would reach."), "warned"
    ),
    "verification": StepWords(
        READ,
        _lt(
            "%(provider)s asks whether mail may be forwarded to this address. It is held, with the "
            "code or the link to confirm it."
        ),
        "stopped",
    ),
    # Bounce
    "no_bounce": StepWords(BOUNCE, _lt("Odoo does not take it for a bounce."), "passed"),
    "bounce_address": StepWords(
        BOUNCE, _lt("It is a bounce: it is written to the bounce address, %(address)s."), "decided"
    ),
    "bounce_sender": StepWords(
        BOUNCE, _lt("It is a bounce: its sender, %(address)s, is a mail server."), "decided"
    ),
    "bounce_report": StepWords(
        BOUNCE, _lt("It is a bounce: it is a report (%(content_type)s)."), "decided"
    ),
    "bounce_read": StepWords(
        BOUNCE, _lt("It is a bounce: it reports about a message that failed (%(sign)s)."), "decided"
    ),
    "bounce_other": StepWords(BOUNCE, _lt("Another app takes it for a bounce."), "decided"),
    "bounce_of": StepWords(
        BOUNCE,
        _lt("It says that %(address)s did not get the message %(message_id)s (%(record)s)."),
        "decided",
    ),
    "bounce_of_nothing": StepWords(
        BOUNCE,
        _lt("No message of this database is known that it is about. Recipient: %(address)s."),
        "decided",
    ),
    # Reports
    "report_dead": StepWords(
        REPORT,
        _lt(
            "%(address)s did not get the message, and the address is dead: %(reason)s The report "
            "says “%(text)s”."
        ),
        "decided",
    ),
    "report_failed": StepWords(
        REPORT,
        _lt(
            "%(address)s did not get the message: %(reason)s The report says “%(text)s”. The "
            "address itself may be right."
        ),
        "decided",
    ),
    "report_delayed": StepWords(
        REPORT,
        _lt("It is no bounce: the message %(message_id)s to %(address)s is only delayed."),
        "decided",
    ),
    "report_delivered": StepWords(
        REPORT,
        _lt("It is no bounce: the message %(message_id)s reached the server of %(address)s."),
        "decided",
    ),
    "report_receipt": StepWords(
        REPORT,
        _lt("It is a read receipt of %(address)s for the message %(message_id)s."),
        "decided",
    ),
    "report_complaint": StepWords(
        REPORT,
        _lt("It is a complaint: %(address)s reported the message %(message_id)s as spam."),
        "decided",
    ),
    "unread_report": StepWords(
        REPORT,
        _lt("It is a report, and could not be read: whom it is about is not known."),
        "warned",
    ),
    "to_bounce": StepWords(
        REPORT,
        _lt("It came to where bounces come, and is neither a bounce nor another report."),
        "warned",
    ),
    # Loops and duplicates
    "duplicate": StepWords(
        DUPLICATE,
        _lt("A message with the Message-Id %(message_id)s is there already: nothing was made."),
        "stopped",
    ),
    "duplicate_allowed": StepWords(
        DUPLICATE,
        _lt("A message with the Message-Id %(message_id)s is there already. As another mail:"),
        "noted",
    ),
    "no_loop_header": StepWords(
        LOOP, _lt("It does not answer one of the notices that Odoo sends itself."), "passed"
    ),
    "loop_header": StepWords(
        LOOP, _lt("It answers a notice that Odoo sent itself: %(references)s."), "stopped"
    ),
    "no_loop_sender": StepWords(
        LOOP, _lt("%(sender)s has not written too often lately."), "passed"
    ),
    "loop_sender": StepWords(
        LOOP, _lt("%(sender)s has written too often lately: it is held."), "stopped"
    ),
    "loop_held": StepWords(
        LOOP,
        _lt(
            "%(sender)s has sent %(threshold)s mails or more within %(minutes)s minutes: it is "
            "held until somebody decides."
        ),
        "stopped",
    ),
    "loop_ignored": StepWords(
        LOOP, _lt("%(sender)s has written too often lately: it is ignored."), "stopped"
    ),
    "loop_collected": StepWords(
        LOOP,
        _lt(
            "%(sender)s has written too often lately: it is posted on the last record of this "
            "sender, and nobody is notified."
        ),
        "noted",
    ),
    "automatic": StepWords(
        AUTOMATIC, _lt("A machine wrote it, which this says: %(sign)s."), "noted"
    ),
    "automatic_note": StepWords(
        AUTOMATIC, _lt("It is a note on %(record)s that notifies nobody."), "decided"
    ),
    "automatic_held": StepWords(
        AUTOMATIC,
        _lt("It answers no message of Odoo: it is held until somebody decides."),
        "stopped",
    ),
    "automatic_ignored": StepWords(
        AUTOMATIC, _lt("It answers no message of Odoo, and its alias ignores such mail."), "stopped"
    ),
    "released": StepWords(
        LOOP, _lt("An administrator released it, so nobody asked about a loop."), "passed"
    ),
    # Replies
    "no_reply": StepWords(REPLY, _lt("It names no earlier message."), "passed"),
    "reply_unknown": StepWords(
        REPLY, _lt("It names messages that are not known here: %(references)s."), "passed"
    ),
    "reply": StepWords(
        REPLY,
        _lt("It answers the message %(message_id)s, named in %(header)s: %(record)s."),
        "noted",
    ),
    "reply_no_record": StepWords(
        REPLY,
        _lt("It answers the message %(message_id)s, which belongs to no record."),
        "passed",
    ),
    "reply_forward": StepWords(
        REPLY,
        _lt("It is not put there, as it is written to an alias of another kind of record."),
        "passed",
    ),
    # Catchall
    "no_catchall": StepWords(
        CATCHALL, _lt("It is not written to a catchall address alone."), "passed"
    ),
    "catchall": StepWords(
        CATCHALL,
        _lt("It is written to the catchall address %(address)s and answers nothing."),
        "stopped",
    ),
    "catchall_any": StepWords(
        CATCHALL,
        _lt("Nothing accepts it, and one of its addresses is a catchall address: %(address)s."),
        "stopped",
    ),
    # Aliases
    "alias": StepWords(ALIAS, _lt("The alias %(alias)s has exactly this address."), "noted"),
    "alias_local": StepWords(
        ALIAS,
        _lt("The alias “%(alias)s” answers in every domain, and %(address)s begins with its name."),
        "noted",
    ),
    "alias_other": StepWords(
        ALIAS, _lt("The alias %(alias)s was chosen, though the mail does not name it."), "noted"
    ),
    "no_alias": StepWords(
        ALIAS, _lt("No alias has one of these addresses: %(recipients)s."), "passed"
    ),
    "contact_accepted": StepWords(
        CONTACT, _lt("Yes: the alias %(alias)s accepts mails of: %(rule)s."), "passed"
    ),
    "contact_refused": StepWords(
        CONTACT,
        _lt("No: the alias %(alias)s accepts mails of: %(rule)s. Odoo says: “%(reason)s”."),
        "stopped",
    ),
    # Fallback
    "fallback": StepWords(
        FALLBACK,
        _lt("What belongs nowhere else creates a record here: %(model_name)s."),
        "noted",
    ),
    "other_company": StepWords(
        ROUTE, _lt("This would lead into another company: %(problem)s."), "warned"
    ),
    "route_bad": StepWords(ROUTE, _lt("This cannot be used: “%(reason)s”."), "warned"),
    "no_route": StepWords(
        FALLBACK,
        _lt("Nothing accepts it: no alias, no earlier message, and no model of the mailbox."),
        "stopped",
    ),
    # Persons
    "user": StepWords(USER, _lt("%(user)s, who has the address %(address)s."), "noted"),
    "user_other": StepWords(USER, _lt("%(user)s, as another app decided."), "noted"),
    "no_user": StepWords(
        USER, _lt("No user has the address %(address)s, so %(user)s does it."), "noted"
    ),
    "author": StepWords(AUTHOR, _lt("%(partner)s, whose address is %(address)s."), "noted"),
    "author_user": StepWords(
        AUTHOR, _lt("%(partner)s, who is a user with the address %(address)s."), "noted"
    ),
    "author_other": StepWords(AUTHOR, _lt("%(partner)s, as another app decided."), "noted"),
    "no_author": StepWords(
        AUTHOR,
        _lt("No contact has the address %(address)s, so only the address is shown."),
        "noted",
    ),
    # Destination
    "chosen": StepWords(ROUTE, _lt("An administrator said where it belongs."), "decided"),
    "creates": StepWords(ROUTE, _lt("It creates a new record: %(model_name)s."), "decided"),
    "updates": StepWords(ROUTE, _lt("It is put into %(record)s."), "decided"),
    "answered": StepWords(ROUTE, _lt("The sender is told so by a mail: %(address)s."), "noted"),
    "alias_invalid": StepWords(
        CONTACT,
        _lt("The alias %(alias)s is marked as one that does not work: see its settings."),
        "warned",
    ),
    "failed": StepWords(ROUTE, _lt("Making the record failed: %(reason)s"), "stopped"),
    # Others
    "other_route": StepWords(
        OTHER_APP, _lt("Another app chose this: none of the steps above leads there."), "warned"
    ),
    "other_dropped": StepWords(
        OTHER_APP, _lt("Another app took this destination away: %(record)s."), "warned"
    ),
    "other_stopped": StepWords(
        OTHER_APP, _lt("Another app ended it here: Odoo itself would have gone on."), "stopped"
    ),
    "other_went_on": StepWords(
        OTHER_APP, _lt("Another app had it go on: Odoo itself would have ended it here."), "warned"
    ),
}
"""Every code once, in the order in which they are usually met."""


class _Values(dict):
    """What a sentence needs; a value that was not kept is a question mark."""

    def __missing__(self, name):
        return "?"


def sentence_of(env, code, values):
    """Plain text. A code of an addon that is gone is shown with its values, as it stands."""
    words = STEPS.get(code)
    if words is None:
        shown = ", ".join(f"{name}: {value}" for name, value in values.items())
        return f"{code} ({shown})" if shown else code
    shown = {name: "–" if value in (None, False, "") else value for name, value in values.items()}
    if values.get("model"):
        shown.update(_names_of_record(env, values["model"], values.get("res_id")))
    if "rule" in values:
        rules = dict(env["mail.alias"]._fields["alias_contact"]._description_selection(env))
        shown["rule"] = rules.get(values["rule"], shown["rule"])
    sentence = env._(words.sentence)
    return sentence % _Values(shown)


def tell(env, steps):
    """Steps for people, one dict a step: ``code``, ``title``, ``sentence``, ``verdict``,
    ``verdict_title``, ``icon``."""
    told = []
    for step in steps or ():
        words = STEPS.get(step["code"])
        verdict = words.verdict if words else "noted"
        told.append(
            {
                "code": step["code"],
                "title": env._(words.title) if words else env._(OTHER_APP),
                "sentence": sentence_of(env, step["code"], step.get("values") or {}),
                "verdict": verdict,
                "verdict_title": env._(VERDICTS[verdict].title),
                "icon": VERDICTS[verdict].icon,
            }
        )
    return told


def _names_of_record(env, model_name, res_id):
    """As it is called today, which the reader may see or not."""
    if model_name not in env:
        return {"model_name": model_name, "record": model_name}
    kind = env["ir.model"]._get(model_name).name
    names = {"model_name": kind, "record": kind}
    if res_id:
        found = env[model_name].browse(res_id).exists()
        readable = found and found.has_access("read")
        name = found.display_name if readable else f"{model_name},{res_id}"
        names["record"] = f"{kind} “{name}”"
    return names
