from odoo import api, fields, models
from odoo.tools.mail import email_normalize_all, email_split_and_format_normalize

from .mail_delivery import reply_class_titles
from .sender_choice import ChoiceNotes, SenderChoice, SenderRule
from .sending_work import OPEN, address_key

RECORDED = {"readonly": True, "copy": False}
"""What happened is shown; nobody types it."""


class MailMail(models.Model):
    """An e-mail that cannot leave now waits, and says why and until when.

    It stays "outgoing" with the time of the next try in the date that Odoo's own queue goes by.
    What became of each recipient stands in its deliveries.
    """

    _inherit = "mail.mail"

    delivery_ids = fields.One2many(
        "mail.delivery", string="Deliveries", compute="_compute_deliveries"
    )
    delivery_server = fields.Char("Sent Through", compute="_compute_deliveries")
    delivery_sentence = fields.Text("What Happened", compute="_compute_deliveries")
    delivery_summary = fields.Char("What Happened, in Short", compute="_compute_deliveries")
    delivery_class = fields.Selection(
        "_selection_delivery_class", "Cause", **RECORDED, help="What the last answer means."
    )
    delivery_attempts = fields.Integer(
        "Tries", **RECORDED, help="Times when the server was down do not count."
    )
    delivery_since = fields.Datetime(
        "Could Not Leave Since", **RECORDED, help="When it was tried first and could not leave."
    )
    delivery_told = fields.Boolean("Author Knows", **RECORDED)
    delivery_server_id = fields.Many2one(
        "ir.mail_server",
        "Waits For or Refused By",
        **RECORDED,
        ondelete="set null",
        index="btree_not_null",
        help="The outgoing server of the last try that was not a success.",
    )

    @api.model
    def _selection_delivery_class(self):
        return reply_class_titles(self.env)

    def _compute_deliveries(self):
        found = self.env["mail.delivery"]._of_mails(self.ids).grouped("mail_mail_id_int")
        for mail in self:
            deliveries = found.get(mail.id, self.env["mail.delivery"])
            mail.delivery_ids = deliveries.sorted("id")
            mail.delivery_server = ", ".join(
                sorted({name for name in deliveries.mapped("server_name") if name})
            )
            mail.delivery_sentence = mail._in_words(deliveries)
            # In a list a text of several lines would be a tower in a narrow column.
            mail.delivery_summary = " ".join((mail.delivery_sentence or "").splitlines())

    def _in_words(self, deliveries):
        """What keeps it, and from whom."""
        left = deliveries.filtered(lambda item: item.state in ("waiting", "in_doubt", "refused"))
        if left:
            return "\n".join(f"{item.email}: {item.sentence}" for item in left.sorted("id"))
        if self.state in ("outgoing", "exception"):
            return self.failure_reason
        return False

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def mark_outgoing(self):
        """Try again now, and also those who have refused: a person has asked for it."""
        self.env["mail.delivery"]._forget_refusals(self.ids)
        result = super().mark_outgoing()
        self._send_soon()
        return result

    def action_retry(self):
        """Also those that wait: they are tried by the next run of the queue."""
        self.filtered(lambda mail: mail.state == "outgoing" and mail.scheduled_date).mark_outgoing()
        return super().action_retry()

    def _send_soon(self):
        """Due now, whatever it was waiting for."""
        self.write({"state": "outgoing", "scheduled_date": False, **self._fresh()})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _end_if_nobody_is_left(self):
        for mail, deliveries in (
            self.env["mail.delivery"]._of_mails(self.ids).grouped("mail_mail_id").items()
        ):
            states = set(deliveries.mapped("state"))
            if not states & {*OPEN, "refused"}:
                mail.write({"state": "sent" if "accepted" in states else "cancel"})

    @api.model
    def _fresh(self):
        """Values of an e-mail whose schedule begins anew. It still counts its tries, for who has
        had it is known by them."""
        return {
            "delivery_class": False,
            "delivery_since": False,
            "delivery_told": False,
            "delivery_server_id": False,
            "failure_type": False,
            "failure_reason": False,
        }

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self.env["mail.delivery"]._cancel_open(self.ids)
        return result

    def unlink(self):
        unfinished = self.filtered(lambda mail: mail.state in ("outgoing", "exception")).ids
        result = super().unlink()
        if unfinished:
            self.env["mail.delivery"]._cancel_open(unfinished)
        return result

    @api.model
    def _normalized_addresses(self, text):
        """The addresses in a text, in the spelling that deliveries are known by."""
        return [address_key(address) for address in email_normalize_all(text or "")]

    # ------------------------------------------------------------
    # CHOICE OF THE SERVER
    # ------------------------------------------------------------

    def _filter_mail_mail_servers(self, mail_servers):
        allowed = super()._filter_mail_mail_servers(mail_servers)
        if notes := ChoiceNotes.of_context(self.env):
            notes.note_candidates(self.ids, allowed)
        return allowed

    def _split_by_mail_configuration(self):
        """Note which server was chosen for each mail, and why, where that is decided.

        Asked later it could not be told any more: a commit takes away what the choice was made
        from. Noting reads only what the splitting has just read.
        """
        batches = super()._split_by_mail_configuration()
        notes = ChoiceNotes.of_context(self.env)
        if notes is None:
            return batches
        batches = list(batches)
        for server_id, alias_domain_id, smtp_from, mail_ids in batches:
            for mail in self.browse(mail_ids):
                candidates = notes.take_candidates(mail.ids)
                choice = mail._choice_made(server_id, alias_domain_id, smtp_from, candidates)
                notes.note(mail.id, choice)
        return iter(batches)

    def _choice_made(self, server_id, alias_domain_id, smtp_from, candidates):
        """What the splitting of mails came to for this one, as a `SenderChoice`."""
        servers = self.env["ir.mail_server"].sudo()
        if alias_domain_id:
            alias_domain = self.env["mail.alias.domain"].sudo().browse(alias_domain_id)
            servers = servers._in_sending_context(
                alias_domain.default_from_email, alias_domain.bounce_email
            )
        server = servers.browse(server_id)
        if server and server.id == self.mail_server_id.id:
            rule = SenderRule.REQUESTED
        elif candidates is None:
            rule = SenderRule.OTHER
        else:
            rule = servers._rule_that_chose(server_id, smtp_from, self._sender(), candidates)
        name = server.name if server else servers._command_line_server_name()
        return SenderChoice(server.id or None, name, rule, smtp_from)

    def _sender(self):
        """The sender that Odoo chooses a server for: the first address of the From."""
        senders = email_split_and_format_normalize(self.email_from)
        return senders[0] if senders else self.email_from
