from markupsafe import Markup
from odoo import api, models
from odoo.tools import email_normalize

from ..core.incoming.report import Kind
from .incoming_run import CURRENT
from .mail_delivery_news import COMPLAINT, DELIVERED, NEWS_OF, PASSED_ON, READ
from .mail_thread_report import HANDLED

DISPLAYED = "displayed"
"""RFC 8098 section 3.2.6.2: of all that a receipt can say, this alone means read."""
ASKED = "Disposition-Notification-To"


class MailThread(models.AbstractModel):
    """Reports that are no bounce: a delay, a delivery, a receipt, a complaint. Each is shown where
    the message stands that it is about, and notifies nobody."""

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Such a mail creates nothing and answers nothing, so it has no route."""
        if not message_dict.get("is_bounce") or self._is_taken_for_a_mail():
            message_dict.pop("bounced_recipients", None)
        take = None
        if not message_dict.get("is_bounce") and not self._is_taken_for_a_mail():
            take = self._report_handler(self._read_incoming(message))
        if take is None:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        take(message, message_dict)
        return []

    @api.model
    def _report_handler(self, reading):
        handlers = {
            Kind.DELIVERY_REPORT: self._take_delivery_report,
            Kind.READ_RECEIPT: self._take_receipt,
            Kind.COMPLAINT: self._take_complaint,
        }
        return handlers.get(reading.kind)

    @api.model
    def _take_delivery_report(self, message, message_dict):
        """Nothing has failed (yet)."""
        reading = self._read_incoming(message)
        about = self._reported_message(reading)
        reported = self._reported_recipients(about, reading.recipients)
        self._tell_news(about, reported)
        told = {NEWS_OF[item.recipient.action] for item in reported}
        reason = "delivered" if told <= {DELIVERED, PASSED_ON} else "delayed"
        self._step_of_report(f"report_{reason}", reading, about)
        self._say_report(reason, about)

    @api.model
    def _take_receipt(self, message, message_dict):
        """Read, where we had asked; else somebody's mail program says something, as a note."""
        reading = self._read_incoming(message)
        about = self._reported_message(reading, self._parent_of(message_dict))
        reported = self._reported_recipients(about, reading.recipients[:1])
        is_read = bool(reported) and reported[0].recipient.action == DISPLAYED
        if about and is_read and self._is_receipt_asked(about, message):
            self._tell_news(about, reported, READ)
            about.notification_ids.filtered(
                lambda item: item.res_partner_id in reported[0].partner
            ).write({"is_read": True})
        elif about:
            self._log_report(about, message_dict, self._words_of_receipt(reading, message_dict))
        self._routing_reset_bounce(message, message_dict)
        self._step_of_report("report_receipt", reading, about)
        self._say_report("receipt", about)

    @api.model
    def _take_complaint(self, message, message_dict):
        reading = self._read_incoming(message)
        about = self._reported_message(reading)
        recipients = reading.recipients
        reported = self._reported_recipients(about, recipients)
        self._tell_news(about, reported, COMPLAINT)
        if about:
            words = self.env._(
                "%(recipients)s reported this message as spam: “%(subject)s”.",
                recipients=", ".join(item.email for item in reported) or self.env._("Somebody"),
                subject=about.subject or about.record_name or "",
            )
            self._log_report(about, message_dict, words)
        self._step_of_report("report_complaint", reading, about)
        self._say_report("complaint", about)

    # ------------------------------------------------------------
    # WHAT FOLLOWS
    # ------------------------------------------------------------

    @api.model
    def _tell_news(self, message, reported, news=None):
        """On the deliveries of the message, and at once to whoever has it open."""
        deliveries = self.env["mail.delivery"].sudo()
        told = [item for item in reported if message and not item.is_stranger][:HANDLED]
        for item in told:
            deliveries._record_news(message, item, news or NEWS_OF[item.recipient.action])
        if told:
            message._tell_chatter()

    @api.model
    def _log_report(self, about, message_dict, words=None):
        """The mail as a note beside the message that it is about; nobody is notified.

        :param words: in place of what the mail says
        """
        if not about.model or about.model not in self.env or not about.res_id:
            return
        record = self.env[about.model].browse(about.res_id).exists()
        if not record or not hasattr(record, "_message_log"):
            return
        author = record._partner_find_from_emails_single(
            [message_dict["email_from"]], no_create=True
        )
        note = record.sudo()._message_log(
            body=Markup("<p>%s</p>") % words if words else Markup(message_dict["body"] or ""),
            subject=message_dict.get("subject"),
            author_id=author[:1].id or False,
            email_from=message_dict["email_from"],
            message_type="email",
        )
        note.write({"message_id": message_dict["message_id"], "parent_id": about.id})

    @api.model
    def _words_of_receipt(self, reading, message_dict):
        recipient = reading.recipients[0] if reading.recipients else None
        address = recipient.address if recipient else email_normalize(message_dict["email_from"])
        if recipient and recipient.action == DISPLAYED:
            return self.env._(
                "The mail program of %(address)s reports that the message was displayed.",
                address=address,
            )
        return self.env._(
            "The mail program of %(address)s reports about the message: %(what)s.",
            address=address,
            what=(recipient and recipient.action) or self.env._("nothing that can be read"),
        )

    @api.model
    def _is_receipt_asked(self, about, message):
        """Noted when the message was sent; else as the receipt returns its header."""
        if about.receipt_asked:
            return True
        for part in message.walk():
            if part.get_content_type() == "text/rfc822-headers":
                return ASKED.lower() in str(part.get_payload(decode=True) or b"").lower()
            if part.get_content_maintype() != "multipart" and part.get(ASKED):
                return part is not message
        return False

    @api.model
    def _parent_of(self, message_dict):
        messages = self.env["mail.message"].sudo()
        return messages.browse(message_dict.get("parent_id") or ()).exists()

    @api.model
    def _step_of_report(self, code, reading, about):
        if observed := CURRENT.get():
            observed.step(
                code,
                address=", ".join(item.address for item in reading.recipients),
                message_id=about.message_id or reading.message_id,
                model=about.model,
                res_id=about.res_id,
            )
