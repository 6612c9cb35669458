from collections import namedtuple
from contextlib import contextmanager
from contextvars import ContextVar

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools.mail import generate_tracking_message_id

from .incoming_run import CURRENT
from .ir_config_parameter import LOOP_POLICY_PARAMETER
from .mail_incoming_loops import Probe

DEFAULT_MINUTES = 120
DEFAULT_THRESHOLD = 20
OF_ODOO = "odoo.addons.mail."
LOOP_NOTICE = "loop-detection-bounce-email"
"""By which Odoo knows an answer to its own notice, and ignores it."""

Limit = namedtuple("Limit", "threshold minutes policy")
JUDGING = ContextVar("email_communication_loop_judging", default=False)
"""Whether Odoo is only asked for its verdict, so that its notice stays unsent."""


@contextmanager
def judging():
    token = JUDGING.set(True)
    try:
        yield
    finally:
        JUDGING.reset(token)


class MailThread(models.AbstractModel):
    """Too many mails from one sender are kept back where somebody can see them, not dropped.

    Only what came in by the gateway counts, from exactly that address. Models for which another
    addon says what to count are judged by Odoo's own rule.
    """

    _inherit = "mail.thread"

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """True ends the processing of this mail, as in Odoo."""
        observed = CURRENT.get()
        sender = self.env["mail.incoming"]._loop_sender(message_dict.get("email_from"))
        if observed:
            observed.values["email_normalized"] = sender
        if observed and (observed.released or observed.destination):
            return False
        if self._loop_default().policy == "odoo":
            is_loop = super()._detect_loop_sender(message, message_dict, routes)
            if is_loop and observed:
                observed.say("ignored", "loop_sender")
            return is_loop

        def ask_odoo(routes):
            with judging():
                return super(MailThread, self)._detect_loop_sender(message, message_dict, routes)

        over = self._loop_routes_over(routes or [], sender, ask_odoo)
        return bool(over) and self._loop_stop(message, message_dict, routes, sender, over)

    # ------------------------------------------------------------
    # VERDICT
    # ------------------------------------------------------------

    @api.model
    def _loop_routes_over(self, routes, sender, ask_odoo):
        """The routes by which this is one mail too many, each with the limit that says so.

        :param ask_odoo: what Odoo's own rule says of some routes, without its notice
        """
        if not sender or not routes:
            return []
        allowed = self.env["mail.gateway.allowed"].sudo()._of_sender(sender)
        limited = [
            (route, limit) for route in routes if (limit := self._loop_limit(route, allowed))
        ]
        ours = [pair for pair in limited if self._loop_judge(pair[0][0]) == "spool"]
        if over := self._loop_over_in_spool(sender, ours):
            return over
        theirs = [pair for pair in limited if self._loop_judge(pair[0][0]) == "addon"]
        is_over = theirs and ask_odoo([route for route, _limit in theirs])
        return theirs if is_over else []

    @api.model
    def _loop_limit(self, route, allowed):
        """What counts for a route, None where its sender is allowed to write as often as it likes.

        The entry of the sender comes first, then the alias, then Settings.
        """
        alias = (route[4] if len(route) > 4 and route[4] else self.env["mail.alias"]).sudo()
        default = self._loop_default()
        entry = allowed._for_alias(alias)
        if entry and not entry.threshold:
            return None
        return Limit(
            entry.threshold or alias.alias_loop_threshold or default.threshold,
            alias.alias_loop_minutes or default.minutes,
            alias.alias_loop_policy or default.policy,
        )

    @api.model
    def _loop_default(self):
        parameters = self.env["ir.config_parameter"].sudo()
        numbers = {
            name: parameters._read_loop_parameter(key, parameters.get_param(key))
            for name, key in (
                ("threshold", "mail.gateway.loop.threshold"),
                ("minutes", "mail.gateway.loop.minutes"),
            )
        }
        return Limit(
            numbers["threshold"] or DEFAULT_THRESHOLD,
            numbers["minutes"] or DEFAULT_MINUTES,
            parameters._get_policy(LOOP_POLICY_PARAMETER),
        )

    @api.model
    def _loop_judge(self, model):
        """Who says what counts: nobody, as in Odoo, for models that do not take part in it."""
        method = getattr(type(self.env[model]), "_detect_loop_sender_domain", None)
        if method is None:
            return "nobody"
        return "spool" if method.__module__.startswith(OF_ODOO) else "addon"

    @api.model
    def _loop_over_in_spool(self, sender, pairs):
        observed = CURRENT.get()
        probes = [
            Probe(route[0], route[1] or False, limit.threshold, limit.minutes)
            for route, limit in pairs
        ]
        flags = (
            self.env["mail.incoming"]
            .sudo()
            ._loop_over(sender, probes, until=observed and observed.received_at)
        )
        return [pair for pair, is_over in zip(pairs, flags, strict=True) if is_over]

    # ------------------------------------------------------------
    # CONSEQUENCE
    # ------------------------------------------------------------

    @api.model
    def _loop_stop(self, message, message_dict, routes, sender, over):
        """One route that is to be held holds the mail; Odoo stops at one as well."""
        policies = {limit.policy for _route, limit in over}
        if policies == {"post"} and self._loop_collect(message_dict, routes, sender, over):
            return False
        observed = CURRENT.get()
        if "hold" not in policies and "bounce" in policies:
            if observed:
                observed.say("ignored", "loop_sender")
                observed.step("loop_ignored", sender=sender)
            self._loop_bounce(message, message_dict)
        elif observed:
            pair = next((pair for pair in over if pair[1].policy == "hold"), over[0])
            self._loop_hold(observed, message, message_dict, sender, *pair)
        return True

    @api.model
    def _loop_hold(self, observed, message, message_dict, sender, route, limit):
        """The sender is told once within the window, not with each mail."""
        observed.say("held", "loop_sender")
        observed.values.update(
            res_model=route[0],
            loop_threshold=limit.threshold,
            loop_minutes=limit.minutes,
            loop_alias_id=route[4].id if len(route) > 4 and route[4] else False,
        )
        observed.step("loop_held", sender=sender, threshold=limit.threshold, minutes=limit.minutes)
        if self.env["mail.incoming"].sudo()._loop_was_told(sender, limit.minutes):
            return
        body = Markup("<p>%s</p><p>%s</p>") % (
            self.env._(
                "Your message to %(recipients)s has arrived. It waits until somebody has looked "
                "at it, because %(threshold)s or more messages came from your address within "
                "%(minutes)s minutes.",
                recipients=message_dict.get("to") or "",
                threshold=limit.threshold,
                minutes=limit.minutes,
            ),
            self.env._("You need not send it again. The messages after it wait, too."),
        )
        if self._loop_answer(message, message_dict, body):
            observed.values["loop_told_at"] = fields.Datetime.now()

    @api.model
    def _loop_bounce(self, message, message_dict):
        """As Odoo does: every mail that is not taken is answered."""
        body = self.env["ir.qweb"]._render(
            "mail.message_notification_limit_email",
            {"email": message_dict.get("to")},
            minimal_qcontext=True,
            raise_if_not_found=False,
        )
        self._loop_answer(message, message_dict, body)

    @api.model
    def _loop_answer(self, message, message_dict, body):
        """Returns whether the sender has been written to."""
        if not self._may_be_answered(message, message_dict["email_from"]):
            return False
        tag = generate_tracking_message_id(LOOP_NOTICE)
        self._routing_create_bounce_email(
            message_dict["email_from"],
            body,
            message,
            references=f"{message_dict.get('message_id') or ''} {tag}".strip(),
        )
        observed = CURRENT.get()
        return bool(observed and observed.answered)

    @api.model
    def _loop_collect(self, message_dict, routes, sender, over):
        """Have the mails posted on the last record of their sender, where nobody is notified.

        False where there is no such record.
        """
        if not isinstance(routes, list):
            return False
        spool = self.env["mail.incoming"].sudo()
        targets = {}
        for route, limit in over:
            probe = Probe(route[0], route[1] or False, limit.threshold, limit.minutes)
            record = self.env[route[0]].browse(probe.res_id or ()) or spool._loop_last_record(
                sender, probe
            )
            if not record:
                return False
            targets[routes.index(route)] = record.id
        for at, res_id in targets.items():
            routes[at] = (routes[at][0], res_id, *routes[at][2:])
            self._post_quietly(message_dict, routes[at][0], res_id)
        if observed := CURRENT.get():
            observed.routes = list(routes)
            observed.step("loop_collected", sender=sender)
        return True
