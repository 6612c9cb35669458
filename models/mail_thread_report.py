from markupsafe import Markup
from odoo import api, models

from ..core.incoming.report import Action, Kind
from .incoming_run import CURRENT
from .mail_thread_blacklist import PROVES_NOTHING

FAILED = Action.FAILED.value
NO_BOUNCE = (Kind.READ_RECEIPT, Kind.COMPLAINT)
"""Reports about a message that arrived."""
BOUNCE_REPORT = "delivery-status"
HANDLED = 100
"""Recipients of one report for whom Odoo does what it does for a bounce: it searches all models for
each of them. Those whom the message was sent to come first."""
MAILER = "mailer-daemon@"
"""By its sender alone Odoo takes a mail for a bounce, too."""


class MailThread(models.AbstractModel):
    """A report does what it says, no more.

    Odoo takes every report and every mail to the bounce address for a bounce. Here only what says
    of a recipient that the message failed goes Odoo's way, once for each of them.
    """

    _inherit = "mail.thread"

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        is_bounce = super()._detect_is_bounce(message, message_dict)
        reading = self._read_incoming(message)
        if reading.kind is Kind.DELIVERY_REPORT:
            return self._is_failure(reading)
        if reading.kind in NO_BOUNCE or self._is_other_report(message):
            return False
        return is_bounce and not self._is_taken_for_a_mail()

    @api.model
    def _is_failure(self, reading):
        """Also what names nobody: somebody has to look at it."""
        actions = {recipient.action for recipient in reading.recipients}
        is_failure = (FAILED in actions or not actions) and not self._is_taken_for_a_mail()
        if is_failure and (observed := CURRENT.get()):
            observed.step("bounce_read", sign=", ".join(reading.decided_by))
        return is_failure

    @api.model
    def _is_taken_for_a_mail(self):
        """Somebody who looked at it decided that it is to be routed like any other."""
        observed = CURRENT.get()
        return bool(observed and (observed.is_mail or observed.destination))

    @api.model
    def _is_other_report(self, message):
        """A report about something else than a mail, such as one of RFC 8460 about TLS."""
        kind = str(message.get_param("report-type") or BOUNCE_REPORT).lower()
        return kind != BOUNCE_REPORT and self._read_incoming(message).kind is Kind.MAIL

    @api.model
    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Who bounced and of which message, as the report proves it."""
        values = super()._message_parse_extract_bounce(email_message, message_dict)
        if not values["is_bounce"]:
            return values
        reading = self._read_incoming(email_message)
        if reading.kind is not Kind.DELIVERY_REPORT:
            return {**values, **self._bounce_of_nothing()}
        message = self._reported_message(reading, values["bounced_message"])
        bounced = self._reported_recipients(
            message, [item for item in reading.recipients if item.action == FAILED]
        )
        if not bounced and message and values["bounced_partner"]:
            bounced = [self._reported_alone(values["bounced_partner"])]
        bounced.sort(key=lambda item: (item.is_stranger, not item.partner, not item.dead_address))
        values.update(
            bounced_message=message,
            bounced_msg_ids=values["bounced_msg_ids"] or self._reported_ids(reading),
            bounced_recipients=bounced,
        )
        if bounced:
            values.update(bounced_email=bounced[0].email, bounced_partner=bounced[0].partner)
        return values

    @api.model
    def _bounce_of_nothing(self):
        return {
            "bounced_email": False,
            "bounced_partner": self.env["res.partner"].sudo(),
            "bounced_msg_ids": False,
            "bounced_message": self.env["mail.message"].sudo(),
        }

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Odoo's, for each recipient who has not had the message."""
        message = message_dict["bounced_message"]
        bounced = message_dict.pop("bounced_recipients", [])
        if not email_message or (message_dict["bounced_email"] and not bounced):
            return super()._routing_handle_bounce(email_message, message_dict)
        is_known = message or any(item.partner for item in bounced)
        # Odoo's own answer, which ours has overruled
        is_odoos = super()._detect_is_bounce(  # pylint: disable=super-method-mismatch
            email_message, message_dict
        )
        if not bounced or not (is_known or is_odoos):
            self._say_unread_report(email_message, message_dict)
            return super()._routing_handle_bounce(email_message, message_dict)
        reading = self._read_incoming(email_message)
        for item in bounced[:HANDLED]:
            counts = self._counts_against_address(item, reading, message)
            thread = self if counts else self.with_context(**{PROVES_NOTHING: True})
            super(MailThread, thread)._routing_handle_bounce(
                email_message, self._values_of_bounced(message_dict, item, counts)
            )
        others = [item for item in reading.recipients if item.action != FAILED]
        self._tell_news(message, [*bounced, *self._reported_recipients(message, others)])
        self._say_report("bounce", message)
        return None

    @api.model
    def _counts_against_address(self, item, reading, message):
        """What people can read in a report is proof only of somebody the message was sent to; the
        fields for machines name whom they mean."""
        if self._is_disabled_again(item, message):
            return True
        return item.dead_address and (item.is_known or BOUNCE_REPORT in reading.decided_by)

    @api.model
    def _values_of_bounced(self, message_dict, item, counts):
        """With the reason in words before what the report says itself."""
        told = item.words(self.env)
        if observed := CURRENT.get():
            code = "report_dead" if counts else "report_failed"
            observed.step(code, address=item.email, reason=told, text=item.recipient.text)
        return {
            **message_dict,
            "bounced_email": item.email,
            "bounced_partner": item.partner,
            "body": Markup("<p>%s</p>") % told + Markup(message_dict.get("body") or ""),
        }

    @api.model
    def _say_unread_report(self, email_message, message_dict):
        """Kept for somebody to look at: what is not sure proves nothing about any address."""
        observed = CURRENT.get()
        if not observed:
            return
        is_report = self._read_incoming(email_message).kind is Kind.DELIVERY_REPORT
        is_by_server = MAILER in (message_dict["email_from"] or "").lower()
        reason = "unread_report" if is_report or is_by_server else "to_bounce"
        observed.say("held", reason)
        observed.step(reason)
        self._say_report(reason, message_dict["bounced_message"])

    @api.model
    def _say_report(self, reason, message):
        """What the row of the mail says: done, and about which message and record."""
        observed = CURRENT.get()
        if not observed:
            return
        observed.say("done", reason)
        if message:
            observed.values.update(
                res_model=message.model, res_id=message.res_id, mail_message_id=message.id
            )
