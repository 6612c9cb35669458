"""Small addons beside ours, put into the classes of a real registry.

They do what addons commonly do to the choice of an outgoing server. Each remembers in `asked`
with which sender and which candidates it was asked; a test empties that before.
"""

import contextlib

OURS = "odoo.addons.email_communication."
SPECIAL = "Special"
"""The name of the server that they force, or keep away."""


@contextlib.contextmanager
def loaded(env, addon, before_ours):
    """As if a module with that class for outgoing servers had been loaded before ours, or after.

    What is loaded later is asked first.
    """
    with _classes(env, lambda bases: _beside_ours(bases, addon, before_ours)):
        yield


@contextlib.contextmanager
def loaded_in_vanilla(env, addon=None):
    """As if ours had never touched the methods of outgoing servers, with that addon or without."""
    addons = [addon] if addon else []
    with _classes(env, lambda bases: [*addons, *(b for b in bases if not _is_ours(b))]):
        yield


@contextlib.contextmanager
def _classes(env, change):
    model = env.registry["ir.mail_server"]
    bases = model.__bases__
    model.__bases__ = tuple(change(bases))
    try:
        yield
    finally:
        model.__bases__ = bases


def _beside_ours(bases, addon, before_ours):
    ours = [place for place, base in enumerate(bases) if _is_ours(base)]
    place = ours[-1] + 1 if before_ours else ours[0]
    return [*bases[:place], addon, *bases[place:]]


def _is_ours(base):
    return base.__module__.startswith(OURS)


class Asked:
    __slots__ = ()
    asked = []

    def _note(self, email_from, mail_servers):
        self.asked.append((email_from, mail_servers if mail_servers is None else mail_servers.ids))

    def _special(self):
        return self.sudo().search([("name", "=", SPECIAL)], limit=1)

    def _candidates(self, mail_servers):
        if mail_servers is not None:
            return mail_servers
        return self.sudo().search(self._find_mail_server_allowed_domain(), order="sequence, id")


class Forcing(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        return self._special(), email_from


class ForcingAmongCandidates(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        return super()._find_mail_server(email_from, self._special())


class Excluding(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        return super()._find_mail_server(
            email_from, self._candidates(mail_servers) - self._special()
        )


class RewritingTheSender(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        return super()._find_mail_server("sales@acme.test", mail_servers)


class ReplacingTheFrom(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        return super()._find_mail_server(email_from, mail_servers)[0], "pinned@acme.test"


class TakingTheLast(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        _first, smtp_from = super()._find_mail_server(email_from, mail_servers)
        return self._candidates(mail_servers)[-1:], smtp_from


class Rotating(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        candidates = self._candidates(mail_servers)
        return super()._find_mail_server(email_from, candidates[1:] + candidates[:1])


class MisspellingTheFrom(Asked):
    __slots__ = ()

    def _find_mail_server(self, email_from, mail_servers=None):
        self._note(email_from, mail_servers)
        return self._special(), "nobody at home"


class RecordingOutcomes:
    """What it is told of each recipient: "sent", or the words of an exception."""

    __slots__ = ()
    outcomes = []

    def send_email(self, message, *args, **kwargs):
        recipients = self.env.context["send_validated_to"]
        try:
            message_id = super().send_email(message, *args, **kwargs)
        except Exception as error:
            self.outcomes.extend((address, str(error)) for address in recipients)
            raise
        self.outcomes.extend((address, "sent" if message_id else "") for address in recipients)
        return message_id


class FallingBackToTheLast(Asked):
    __slots__ = ()

    def _filter_mail_servers_fallback(self, servers):
        self.asked.append(servers.ids)
        return super()._filter_mail_servers_fallback(servers)[-1:]


ADDONS = (
    Forcing,
    ForcingAmongCandidates,
    Excluding,
    RewritingTheSender,
    ReplacingTheFrom,
    TakingTheLast,
    Rotating,
)
