from email.message import EmailMessage
from email.policy import SMTP

from odoo import api, models
from odoo.tools import email_split
from odoo.tools.mail import unfold_references

from .incoming_run import CURRENT
from .incoming_step_words import BOUNCE, LOOP, STEPS

REFERENCES_READ = 32
"""So many of the last ones Odoo looks at."""


class MailThread(models.AbstractModel):
    """Each question that Odoo asks about an incoming mail becomes a step, with what decided it.

    Odoo's own methods run and answer; what is noted is their answer. Where an app before or after
    ours answers otherwise, the destination tells it, and a step says so.
    """

    _inherit = "mail.thread"

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    @api.model
    def message_parse(self, message, save_original=False):
        values = super().message_parse(message, save_original=save_original)
        if observed := CURRENT.get():
            read = {"sender": values.get("email_from"), "recipients": values.get("recipients")}
            observed.step_at(0, "read", **read)
            observed.parent_id = values.get("parent_id") or 0
            if not values.get("is_bounce"):
                observed.step("no_bounce")
        return values

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        observed = CURRENT.get()
        if observed is None:
            return super()._detect_is_bounce(message, message_dict)
        before = len(observed.steps)
        is_bounce = super()._detect_is_bounce(message, message_dict)
        if is_bounce and not _is_told(observed.steps[before:], BOUNCE):
            ask = super()._detect_is_bounce
            code, values = self._bounce_reason(ask, message_dict, message)
            observed.step(code, **values)
        return is_bounce

    @api.model
    def _bounce_reason(self, ask, message_dict, message):
        """Odoo, asked again about parts of the mail, tells which of them it goes by."""
        nothing = EmailMessage(policy=SMTP)
        for address in email_split(message_dict["to"]):
            if ask(nothing, {**message_dict, "to": address, "email_from": ""}):
                return "bounce_address", {"address": address}
        sender = message_dict["email_from"]
        if ask(nothing, {**message_dict, "to": ""}):
            return "bounce_sender", {"address": sender}
        return "bounce_report", {"content_type": message.get_content_type()}

    # ------------------------------------------------------------
    # ROUTING
    # ------------------------------------------------------------

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        observed = CURRENT.get()
        if observed is None:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        self._note_before_routing(observed, message_dict)
        return super().message_route(message, message_dict, model, thread_id, custom_values)

    @api.model
    def _note_before_routing(self, observed, message_dict):
        if observed.reason == "loop_header":
            # Our hook saw an end, and yet it goes on.
            observed.state = observed.reason = ""
            observed.step("other_went_on")
        if observed.destination:
            observed.step("chosen")
        elif not message_dict.get("is_bounce"):
            self._note_parent(observed, message_dict)

    @api.model
    def _note_parent(self, observed, message_dict):
        parent = self.env["mail.message"].sudo().browse(observed.parent_id)
        references = " ".join(
            filter(None, (message_dict.get("references"), message_dict.get("in_reply_to")))
        )
        if parent:
            self._note_reply(observed, message_dict, parent)
        elif references:
            observed.step("reply_unknown", references=references)
        else:
            observed.step("no_reply")

    @api.model
    def _note_reply(self, observed, message_dict, parent):
        by_reply = parent.message_id == message_dict.get("in_reply_to")
        observed.step(
            "reply" if parent.model and parent.res_id else "reply_no_record",
            message_id=parent.message_id,
            header="In-Reply-To" if by_reply else "References",
            model=parent.model,
            res_id=parent.res_id,
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        if observed := CURRENT.get():
            about = message_dict.get("bounced_message")
            observed.step(
                "bounce_of" if about else "bounce_of_nothing",
                address=message_dict.get("bounced_email"),
                message_id=about and about.message_id,
                model=about and about.model,
                res_id=about and about.res_id,
            )
        return super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _detect_loop_headers(self, msg_dict):
        is_loop = super()._detect_loop_headers(msg_dict)
        if observed := CURRENT.get():
            references = f"{msg_dict.get('references') or ''} {msg_dict.get('in_reply_to') or ''}"
            observed.step(
                "loop_header" if is_loop else "no_loop_header",
                **({"references": references.strip()} if is_loop else {}),
            )
        return is_loop

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        observed = CURRENT.get()
        if observed is None or not routes:
            return super()._detect_loop_sender(message, message_dict, routes)
        before = len(observed.steps)
        is_loop = super()._detect_loop_sender(message, message_dict, routes)
        if not _is_told(observed.steps[before:], LOOP):
            is_asked = not (observed.released or observed.destination)
            asked = "loop_sender" if is_loop else "no_loop_sender"
            code = asked if is_asked else "released"
            observed.step_at(before, code, sender=message_dict.get("email_from"))
        return is_loop

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        is_catchall = super()._detect_write_to_catchall(msg_dict)
        if observed := CURRENT.get():
            is_any = self.env.context.get("mail_catchall_write_any_to")
            if is_catchall:
                observed.step("catchall_any" if is_any else "catchall", address=msg_dict["to"])
            elif not is_any:
                observed.step("no_catchall")
        return is_catchall

    @api.model
    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        observed = CURRENT.get()
        if observed and observed.is_first and self._may_be_answered(message, email_from):
            observed.step("answered", address=email_from)
        return super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)

    # ------------------------------------------------------------
    # ONE ROUTE
    # ------------------------------------------------------------

    @api.model
    def _routing_warn(self, error_message, message_id, route, raise_exception=True):
        if observed := CURRENT.get():
            observed.warning = error_message
        return super()._routing_warn(error_message, message_id, route, raise_exception)

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        observed = CURRENT.get()
        if observed is None:
            return super()._routing_check_route(message, message_dict, route, raise_exception)
        self._note_candidate(observed, message_dict, route, is_reply=not raise_exception)
        observed.warning, place = "", len(observed.steps)
        try:
            checked = super()._routing_check_route(message, message_dict, route, raise_exception)
        except Exception:
            if observed.warning:
                observed.step("route_bad", reason=observed.warning)
            raise
        self._note_checked(observed, place, checked, alias=route[4])
        return checked

    @api.model
    def _note_checked(self, observed, place, checked, alias):
        """The verdict stands before what followed from it."""
        is_refused = checked is False
        if alias:
            alias = alias.sudo()
            contact = {"alias": alias.display_name, "rule": alias.alias_contact}
            observed.alias_names[alias.id] = alias.display_name
            if is_refused:
                observed.step_at(place, "contact_refused", **contact, reason=observed.warning)
            else:
                observed.step("contact_accepted", **contact)
        if observed.warning and not is_refused:
            observed.step("route_bad", reason=observed.warning)
        if checked:
            observed.accepted.append((checked[0], checked[1] or 0))

    @api.model
    def _note_candidate(self, observed, message_dict, route, is_reply):
        """Which way this destination was found."""
        model, res_id, _values, _user_id, alias = route
        if is_reply and res_id:
            observed.is_reply_tried = True
            self._note_routed_reply(observed, message_dict, model, res_id)
        if alias:
            if observed.values_of("reply") and not observed.is_reply_tried:
                observed.step("reply_forward")
            self._note_alias(observed, message_dict, alias.sudo())
        elif not is_reply:
            observed.step("no_alias", recipients=message_dict.get("recipients"))
            observed.step("fallback", model=model, res_id=res_id)

    @api.model
    def _note_routed_reply(self, observed, message_dict, model, res_id):
        """Odoo looks for the thread in all references, beside the parent: it may find another."""
        noted = observed.values_of("reply")
        if any((item["model"], item["res_id"]) == (model, res_id) for item in noted):
            return
        references = message_dict.get("references") or message_dict.get("in_reply_to") or ""
        ids = [item.strip() for item in unfold_references(references)][-REFERENCES_READ:]
        where = [("message_id", "in", ids), ("model", "=", model), ("res_id", "=", res_id)]
        if found := self.env["mail.message"].sudo().search(where, limit=1, order="id desc"):
            self._note_reply(observed, message_dict, found)

    @api.model
    def _note_alias(self, observed, message_dict, alias):
        recipients = [item.lower() for item in email_split(message_dict.get("recipients") or "")]
        if alias.alias_full_name in recipients:
            observed.step("alias", alias=alias.alias_full_name)
            return
        name = alias.alias_name or ""
        meant = [item for item in recipients if item.partition("@")[0] == name]
        if alias.alias_incoming_local and meant:
            observed.step("alias_local", alias=name, address=meant[0])
        else:
            observed.step("alias_other", alias=alias.display_name)


def _is_told(steps, title):
    """Whether somebody who knows more has said it."""
    return any(step["code"] in STEPS and STEPS[step["code"]].title is title for step in steps)
