from markupsafe import Markup
from odoo import api, models
from odoo.tools import email_normalize, formataddr
from odoo.tools.mail import decode_message_header, email_split_tuples

from .incoming_run import CURRENT

BY_THE_FORWARDER = ("X-Original-From", "X-Original-Sender", "X-Google-Original-From")
"""Fields in which a forwarder says who wrote a mail. Reply-To is the sender's own to write."""


class MailThread(models.AbstractModel):
    """A forwarded mail has its sender back, or says by whom it was forwarded.

    Forwarding puts the forwarder into From: an answer would go to somebody who has written
    nothing, and nobody would know.
    """

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        values = super().message_parse(message, save_original=save_original)
        detour = self._read_incoming(message).provenance.detour if CURRENT.get() else None
        if detour and detour.kind == "forwarded" and not values.get("is_bounce"):
            self._parse_forwarded(message, values, detour)
        return values

    @api.model
    def _parse_forwarded(self, message, values, detour):
        observed, by = CURRENT.get(), values["email_from"]
        header = next((name for name in detour.decided_by if name in BY_THE_FORWARDER), None)
        if header and self.env["fetchmail.server"]._believes_original_sender():
            sender = self._original_sender(message, header, detour.original_sender)
            values["email_from"] = values["from"] = sender
            observed.step("forwarded_original", by=by, header=header, sender=sender)
            return
        observed.step("forwarded", by=by)
        values["body"] = self._forwarded_note(by, detour.original_sender) + Markup(
            values.get("body") or ""
        )

    @api.model
    def _original_sender(self, message, header, address):
        names = email_split_tuples(decode_message_header(message, header))
        name = next((name for name, found in names if email_normalize(found) == address), "")
        return formataddr((name, address))

    @api.model
    def _forwarded_note(self, by, original):
        """Above the text, where nobody who answers can miss it."""
        if original:
            said = self.env._(
                "Forwarded by %(forwarder)s. An answer goes to the forwarder; the mail itself "
                "says that it was written by %(sender)s.",
                forwarder=by,
                sender=original,
            )
        else:
            said = self.env._(
                "Forwarded by %(forwarder)s. An answer goes to the forwarder.", forwarder=by
            )
        return Markup('<p class="text-muted"><em>%s</em></p>') % said
