from contextlib import contextmanager

from odoo import api, fields, models

from ..core.incoming import bounds
from ..core.incoming.headers import derived_message_id
from .incoming_run import CURRENT, NO_ROUTE

ORIGINAL = "original_email.eml"
"""What Odoo calls the copy of the mail that it attaches."""

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What the parser of the standard library raises for a header that it does not understand."""


class MailThread(models.AbstractModel):
    """What the steps of Odoo's gateway say about the mail that is being processed."""

    _inherit = "mail.thread"

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    @api.model
    def message_parse(self, message, save_original=False):
        """Odoo's, of a mail that has been brought within bounds, and without what PostgreSQL does
        not take. A mail without Message-Id has the same one whenever it is read."""
        observed = CURRENT.get()
        if observed is None:
            return super().message_parse(message, save_original=save_original)
        observed.parsed = True
        observed.bounded = bounds.apply(message) or observed.bounded
        values = self._parse_or_mend(super().message_parse, message, save_original)
        if not message.get("Message-Id"):
            values["message_id"] = observed.message_id or derived_message_id(observed.raw)
        if observed.new_message_id:
            values["message_id"] = observed.new_message_id
        if not values.get("date") and observed.received_at:
            values["date"] = fields.Datetime.to_string(observed.received_at)
        values = {name: _without_nul(value) for name, value in values.items()}
        observed.message_id = values["message_id"]
        return values

    @api.model
    def _parse_or_mend(self, parse, message, save_original):
        try:
            return parse(message, save_original=save_original)
        except UNREADABLE:
            if not bounds.mend(message):
                raise
            CURRENT.get().bounded = True
            return parse(message, save_original=save_original)

    @api.model
    def _message_parse_extract_payload(self, message, message_dict, save_original=False):
        """The original is attached as it came, not as our bounds left it."""
        result = super()._message_parse_extract_payload(
            message, message_dict, save_original=save_original
        )
        observed = CURRENT.get()
        if save_original and observed and observed.bounded:
            result["attachments"] = [
                self._Attachment(ORIGINAL, observed.raw, item.info)
                if item.fname == ORIGINAL
                else item
                for item in result["attachments"]
            ]
        return result

    # ------------------------------------------------------------
    # ROUTING
    # ------------------------------------------------------------

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        observed = CURRENT.get()
        if observed is None:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        observed.routed = True
        if observed.destination:
            routes = self._chosen_route(message_dict, observed.destination)
        else:
            try:
                routes = super().message_route(
                    message, message_dict, model, thread_id, custom_values
                )
            except ValueError as error:
                is_none = str(error).startswith(NO_ROUTE)
                observed.no_route = "no_route" if is_none else "bad_route"
                raise
        observed.routes = list(routes or ())
        return routes

    @api.model
    def _chosen_route(self, message_dict, destination):
        """Where an administrator sent it, whatever its addresses say."""
        alias = self.env["mail.alias"].sudo().browse(destination.get("alias_id") or 0).exists()
        model = alias.alias_model_id.model or destination["model"]
        res_id = alias.alias_force_thread_id or destination.get("res_id") or 0
        parent = self.env["mail.message"].sudo().browse(message_dict.get("parent_id") or 0)
        if (parent.model, parent.res_id) != (model, res_id):
            message_dict.pop("parent_id", None)
        user = self._mail_find_user_for_gateway(message_dict["email_from"], alias=alias)
        defaults = alias._alias_values() if alias else {}
        return [(model, res_id, defaults, user.id or self.env.uid, alias or None)]

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        with self._saying("done", "bounce"):
            return super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _detect_loop_headers(self, msg_dict):
        is_loop = super()._detect_loop_headers(msg_dict)
        if is_loop and (observed := CURRENT.get()):
            observed.say("ignored", "loop_header")
        return is_loop

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        is_catchall = super()._detect_write_to_catchall(msg_dict)
        if is_catchall and (observed := CURRENT.get()):
            observed.say("ignored", "catchall")
        return is_catchall

    @api.model
    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        """The sender hears of a mail once, not at each time that it is processed."""
        observed = CURRENT.get()
        if not self._may_be_answered(message, observed and email_from):
            return None
        if observed is None:
            return super()._routing_create_bounce_email(
                email_from, body_html, message, **mail_values
            )
        if not observed.is_first:
            return None
        observed.answered = True
        return super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)

    def _message_create(self, values_list):
        messages = super()._message_create(values_list)
        if observed := CURRENT.get():
            made = zip(messages, values_list, strict=False)
            observed.posted += [
                (message.id, values.get("model"), values.get("res_id"))
                for message, values in made
                if values.get("message_id") == observed.message_id
            ]
        return messages

    @contextmanager
    def _saying(self, state, reason):
        yield
        if observed := CURRENT.get():
            observed.say(state, reason)


def _without_nul(value):
    if isinstance(value, str) and "\0" in value:
        return type(value)(value.replace("\0", ""))
    if isinstance(value, list):
        return [_attachment_without_nul(item) for item in value]
    return value


def _attachment_without_nul(item):
    is_attachment = isinstance(item, tuple) and hasattr(item, "_replace") and hasattr(item, "fname")
    if is_attachment and "\0" in (item.fname or ""):
        return item._replace(fname=item.fname.replace("\0", ""))
    return item
