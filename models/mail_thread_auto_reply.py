from odoo import api, models
from odoo.tools import email_split

from ..core.incoming.answer import may_be_answered
from ..core.incoming.reading import Kind
from .incoming_run import CURRENT
from .ir_config_parameter import AUTO_REPLY_POLICY_PARAMETER
from .mail_thread_loops import JUDGING

AUTOMATIC_HEADERS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
"""So that no program answers what Odoo answers by itself (RFC 3834 section 5)."""


class MailThread(models.AbstractModel):
    """What a machine answered makes no record and disturbs nobody.

    An answer to a known message is a note there; anything else is held, unless its alias takes
    such mail. And nothing automatic is answered.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        observed = CURRENT.get()
        arguments = (message, message_dict, model, thread_id, custom_values)
        if observed is None or not self._is_automatic_reply(message):
            return super().message_route(*arguments)
        parent = self._automatic_parent(message_dict)
        if self._is_odoo_bounce(message_dict, parent):
            return super().message_route(*arguments)
        message_dict["is_bounce"] = False
        self._note_automatic(observed, message)
        if not parent and not observed.released:
            policies = self._automatic_policies(message_dict)
            if "create" not in policies:
                return self._keep_automatic(observed, policies)
        routes = super().message_route(*arguments)
        return self._automatic_routes(observed, message_dict, parent, routes or [])

    @api.model
    def _is_automatic_reply(self, message):
        return self._read_incoming(message).kind is Kind.AUTOMATIC_REPLY

    @api.model
    def _automatic_parent(self, message_dict):
        """The message of a record that it answers."""
        parent = self.env["mail.message"].sudo().browse(message_dict.get("parent_id") or ())
        is_there = parent.model in self.env and self.env[parent.model].browse(parent.res_id)
        return parent if is_there and is_there.exists() else parent.browse()

    @api.model
    def _is_odoo_bounce(self, message_dict, parent):
        """Bounces come first. What is only written to the bounce address, where automatic replies
        go as well, is none if it answers a message."""
        if not message_dict.get("is_bounce"):
            return False
        sender = (email_split(message_dict.get("email_from") or "") or [""])[0]
        return not parent or sender.partition("@")[0].lower() == "mailer-daemon"

    @api.model
    def _note_automatic(self, observed, message):
        sign = "; ".join(self._read_incoming(message).decided_by)
        observed.values["automatic_sign"] = sign
        observed.step("automatic", sign=sign)

    @api.model
    def _automatic_policies(self, message_dict):
        """What becomes of automatic mail at the aliases that it is written to: a set."""
        aliases = self.env["mail.alias"].sudo()._of_recipients(message_dict.get("recipients"))
        return {self._automatic_policy(alias) for alias in aliases} or {
            self._automatic_policy(aliases)
        }

    @api.model
    def _automatic_policy(self, alias):
        default = self.env["ir.config_parameter"].sudo()._get_policy(AUTO_REPLY_POLICY_PARAMETER)
        return (alias and alias.sudo().alias_auto_reply_policy) or default

    @api.model
    def _automatic_routes(self, observed, message_dict, parent, routes):
        """A note where it answers a message; else only where an alias takes it."""
        answering = (parent.model, parent.res_id)
        notes = [route for route in routes if parent and tuple(route[:2]) == answering]
        for route in notes:
            self._post_quietly(message_dict, *route[:2])
            observed.step("automatic_note", model=route[0], res_id=route[1])
        taken = [
            route
            for route in routes
            if observed.released or self._automatic_policy(route[4]) == "create"
        ]
        if not notes and not taken:
            return self._keep_automatic(observed, ())
        return notes or taken

    @api.model
    def _keep_automatic(self, observed, policies):
        if observed.released:
            return []
        state = "ignored" if set(policies) == {"ignore"} else "held"
        observed.say(state, "auto_reply")
        observed.step(f"automatic_{state}")
        return []

    # ------------------------------------------------------------
    # QUIET MESSAGES
    # ------------------------------------------------------------

    @api.model
    def _post_quietly(self, message_dict, model, res_id):
        """Have it posted as a note that notifies nobody.

        Odoo notifies the author of the message that is answered, also by a note, as long as it
        knows which one that is.
        """
        if observed := CURRENT.get():
            observed.quiet[model, res_id] = message_dict.pop("parent_id", False)
            message_dict["is_internal"] = True

    def _is_quiet(self):
        observed = CURRENT.get()
        return bool(observed and len(self) == 1 and (self._name, self.id) in observed.quiet)

    def _message_compute_parent_id(self, parent_id):
        if not parent_id and self._is_quiet():
            parent_id = CURRENT.get().quiet[self._name, self.id]
        return super()._message_compute_parent_id(parent_id)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        if self._is_quiet():
            return []
        return super()._notify_get_recipients(message, msg_vals, **kwargs)

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    @api.model
    def _may_be_answered(self, message, email_from=None):
        """Nothing that a machine sent is ever answered, and nobody who asked not to be; nor one
        and the same sender without end.

        :param email_from: the sender, where Odoo answers by itself
        """
        if message is None or JUDGING.get() or self._is_answered_enough(email_from):
            return False
        return not self._read_incoming(message).is_automatic and may_be_answered(message)

    @api.model
    def _is_answered_enough(self, email_from):
        """A program that gives no sign writes again at each answer."""
        limit, spool = self._loop_default(), self.env["mail.incoming"].sudo()
        if not email_from or limit.policy == "odoo":
            return False
        sender = spool._loop_sender(email_from)
        return spool._loop_was_answered(sender, limit.minutes, limit.threshold)

    @api.model
    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        """What Odoo answers by itself says so."""
        mail_values.setdefault("headers", repr(AUTOMATIC_HEADERS))
        return super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)

    def _notify_thread_with_out_of_office(self, message, recipients_data, msg_vals=False, **kwargs):
        """An absent user does not answer a machine."""
        observed = CURRENT.get()
        if observed and (self._is_quiet() or observed.values.get("automatic_sign")):
            return self.env["mail.message"]
        return super()._notify_thread_with_out_of_office(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )
