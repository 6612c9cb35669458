import logging

import psycopg2
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.incoming import loops
from .mail_incoming_alert import ACTION
from .mail_incoming_loops import PATTERN_DAYS

_logger = logging.getLogger(__name__)

COUNTED_EACH = 50
"""Up to so many the activity counts each mail, and above by steps of as many: a flood shall not be
slower for it."""


class MailIncoming(models.Model):
    """What is held of one sender is decided together: released, allowed for good, or dismissed.

    Administrators have one activity a sender, which counts; automatic mails share one.
    """

    _inherit = "mail.incoming"

    held_count = fields.Integer("Held of This Sender", compute="_compute_held")
    held_advice = fields.Char(compute="_compute_held")

    def _compute_held(self):
        for incoming in self:
            held = incoming._held_of_senders()
            incoming.held_count = len(held)
            incoming.held_advice = held and incoming._loop_advice(len(held))

    def _held_of_senders(self):
        """Everything that is held as too much of the senders of these, in order."""
        senders = self.filtered(lambda row: row._is_held_as_loop()).mapped("email_normalized")
        if not senders:
            return self.browse()
        domain = [("email_normalized", "in", senders), ("state", "=", "held")]
        return self.search([*domain, ("reason", "=", "loop_sender")], order="id")

    def _is_held_as_loop(self):
        return self.state == "held" and self.reason == "loop_sender"

    def _held_or_raise(self):
        self.check_access("write")
        if held := self._held_of_senders():
            return held
        raise UserError(
            self.env._(
                "None of these mails is held because its sender wrote too often, so there is "
                "nothing to decide about the sender."
            )
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_release_sender(self):
        """Process everything that is held of these senders, in the order in which it came."""
        return self._held_or_raise()._process_by_hand()

    def action_allow_sender(self):
        """Let these senders write as often as they like, and process what is held of them."""
        held = self._held_or_raise()
        for sender in dict.fromkeys(held.mapped("email_normalized")):
            self._allow(sender)
        return held._process_by_hand()

    def action_raise_threshold(self):
        """Raise the threshold that held them to what these senders need, and process them."""
        held = self._held_or_raise()
        for rows in held.grouped("email_normalized").values():
            rows[-1]._raise_threshold()
        return held._process_by_hand()

    def action_dismiss_sender(self):
        """Nothing is to be made of what is held of these senders."""
        return self._held_or_raise().action_dismiss()

    @api.model
    def _allow(self, sender):
        allowed = self.env["mail.gateway.allowed"]
        known = allowed.search([("pattern", "=", sender), ("alias_id", "=", False)])
        if known:
            known.threshold = 0
            return
        note = self.env._(
            "Allowed by %(user)s when its mails were held", user=self.env.user.display_name
        )
        allowed.create({"email": sender, "note": note})

    def _raise_threshold(self):
        _most, _days, threshold = self._loop_habit()
        if self.loop_alias_id:
            self.loop_alias_id.alias_loop_threshold = threshold
        else:
            self.env["ir.config_parameter"].sudo().set_param(
                "mail.gateway.loop.threshold", threshold
            )

    # ------------------------------------------------------------
    # ADVICE
    # ------------------------------------------------------------

    def _loop_habit(self):
        """The most mails of the sender within the window, on how many of the last days it was
        above the threshold, and a threshold that would have been enough."""
        default = self.env["mail.thread"]._loop_default()
        peaks = self.sudo()._loop_pattern(
            self.email_normalized, self.loop_minutes or default.minutes
        )
        threshold = self.loop_threshold or default.threshold
        most = max([threshold, *peaks])
        days = len([peak for peak in peaks if peak > threshold])
        return most, max(1, days), loops.suggested_threshold(most)

    def _loop_advice(self, count):
        most, days, threshold = self._loop_habit()
        values = {
            "sender": self.email_normalized,
            "count": count,
            "most": most,
            "minutes": self.loop_minutes or self.env["mail.thread"]._loop_default().minutes,
            "days": days,
            "of_days": PATTERN_DAYS,
            "threshold": threshold,
            "alias": self.loop_alias_id.sudo().display_name or "",
        }
        if self.loop_alias_id:
            return self.env._(
                "%(sender)s sent %(most)s mails within %(minutes)s minutes, on %(days)s of the "
                "last %(of_days)s days; held now: %(count)s. If that is legitimate, allow the "
                "sender, or raise the threshold of %(alias)s to %(threshold)s.",
                **values,
            )
        return self.env._(
            "%(sender)s sent %(most)s mails within %(minutes)s minutes, on %(days)s of the last "
            "%(of_days)s days; held now: %(count)s. If that is legitimate, allow the sender, or "
            "raise the threshold in Settings to %(threshold)s.",
            **values,
        )

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    def _tell_of_held(self):
        """Tell of it; that this fails must not hide what happened to the mail."""
        for row in self.filtered(lambda row: row.state == "held"):
            try:
                row._tell_of_one_held()
            except psycopg2.Error:
                raise
            except Exception:
                _logger.exception("Nobody could be told of incoming email %s", row.id)

    def _tell_of_one_held(self):
        """The activity of the sender, with what is known now."""
        domain = [("state", "=", "held"), ("reason", "=", self.reason)]
        if self._is_held_as_loop():
            domain.append(("email_normalized", "=", self.email_normalized))
        told = self.search([*domain, ("alert_id.active", "=", True)], limit=1).alert_id
        count = self.search_count(domain)
        self.alert_id = told
        if told and count > COUNTED_EACH and count % COUNTED_EACH:
            return
        summary, note = self._held_summary(count), self._held_note(count)
        if told:
            told.write({"summary": summary, "note": note})
        else:
            self.alert_id = self._tell_administrator(summary, note)

    def _held_summary(self, count):
        if self._is_held_as_loop():
            return self.env._(
                "%(sender)s wrote too often: %(count)s held",
                sender=self.email_normalized,
                count=count,
            )
        return self.env._("Automatic mails: %(count)s held", count=count)

    def _held_note(self, count):
        if self._is_held_as_loop():
            return Markup("<p>%s</p>%s") % (self._loop_advice(count), self._held_link())
        said = self.env._(
            "%(count)s mails that no person wrote are held, as they answer no message of Odoo. "
            "The last one came from %(sender)s to %(recipients)s: “%(subject)s”. Process or "
            "dismiss them. The alias can say what becomes of such mails.",
            count=count,
            sender=self.email_from or "?",
            recipients=self.recipients or "?",
            subject=self.subject or "",
        )
        return Markup("<p>%s</p>%s") % (said, self._link())

    def _held_link(self):
        action = self.env.ref(ACTION, raise_if_not_found=False)
        if not action:
            return Markup()
        label = self.env._("Release, allow or dismiss")
        return Markup('<p><a href="/odoo/action-%s/%s">%s</a></p>') % (action.id, self.id, label)
