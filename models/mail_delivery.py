from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core import reply as core_reply
from ..core.reply import ReplyClass
from .sender_choice import sender_rule_titles
from .sending_work import OPEN

VACUUM_AT_ONCE = 10_000
TOUCHED = "email_communication.touched_deliveries"
"""Key of the cursor's cache: the mails whose deliveries its transaction has written on."""

REFERENCES = {
    "mail_mail_id": ("mail_mail_id_int", "mail.mail"),
    "mail_message_id": ("mail_message_id_int", "mail.message"),
    "res_partner_id": ("res_partner_id_int", "res.partner"),
    "mail_server_id": ("mail_server_id_int", "ir.mail_server"),
}


class MailDelivery(models.Model):
    """What became of one outgoing e-mail for one recipient.

    A row is written when the e-mail is sent for the first time, and says at any moment who has
    it: before the message travels its recipients are in doubt, and who accepted it is written
    down before the next one is tried. "Accepted" means that the recipient's server, or the one in
    between, has taken the message; nobody can say that it was delivered.

    A record of what happened: servers are kept by their name, and records are named by plain
    numbers, for they may be deleted later without changing what was true. Nobody writes on it.
    """

    _name = "mail.delivery"
    _description = "E-mail Delivery"
    _order = "id desc"
    _rec_name = "email"
    _log_access = False

    mail_mail_id_int = fields.Integer("E-mail (number)", readonly=True)
    mail_message_id_int = fields.Integer("Message (number)", readonly=True, index="btree_not_null")
    res_partner_id_int = fields.Integer("Recipient (number)", readonly=True)
    mail_server_id_int = fields.Integer("Outgoing Server (number)", readonly=True)
    mail_mail_id = fields.Many2one(
        "mail.mail", "E-mail", compute="_compute_references", search="_search_mail_mail_id"
    )
    mail_message_id = fields.Many2one(
        "mail.message",
        "Message",
        compute="_compute_references",
        search="_search_mail_message_id",
    )
    res_partner_id = fields.Many2one(
        "res.partner", "Recipient", compute="_compute_references", search="_search_res_partner_id"
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Server",
        compute="_compute_references",
        search="_search_mail_server_id",
    )
    email = fields.Char("Address", required=True, readonly=True, index="trigram")
    kind = fields.Selection([("to", "To"), ("cc", "Cc")], default="to", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("in_doubt", "In doubt"),
            ("accepted", "Accepted by the server"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        help="In doubt: the message is on its way, or was when the connection was lost, and no "
        "server has said yet that it accepted it.",
    )
    attempts = fields.Integer(
        readonly=True, help="How often it was tried; times when the server was down do not count."
    )
    doubts = fields.Integer(
        "Tries without End",
        readonly=True,
        help="Tries in a row of which nobody knows how they ended.",
    )
    tried_at = fields.Datetime("Last Try", readonly=True)
    next_try = fields.Datetime(readonly=True)
    story = fields.Json(readonly=True)
    reply_command = fields.Char("Answered Command", readonly=True)
    reply_code = fields.Integer("Code", readonly=True)
    reply_enhanced = fields.Char("Enhanced Code", readonly=True)
    reply_text = fields.Text("Answer", readonly=True)
    reply_class = fields.Selection("_selection_reply_class", "Meaning", readonly=True)
    server_name = fields.Char("Sent Through", readonly=True)
    sender_rule = fields.Selection(
        lambda self: sender_rule_titles(self.env),
        readonly=True,
        help="The step of the selection that chose the outgoing server.",
    )
    took_over_from = fields.Char(
        readonly=True, help="The server that should have sent it and could not."
    )
    email_from = fields.Char("From as Sent", readonly=True, help="The From header that travelled.")
    envelope_sender = fields.Char(
        readonly=True, help="The SMTP MAIL FROM, to which bounces return (Return-Path)."
    )
    explanation = fields.Char("Choice of Server", compute="_compute_explanation")

    _once_for_each_address = models.UniqueIndex("(mail_mail_id_int, email)")
    _open = models.Index("(state, next_try) WHERE state IN ('waiting', 'in_doubt')")

    @api.model
    def _selection_reply_class(self):
        return reply_class_titles(self.env)

    @api.depends(*(number for number, _model in REFERENCES.values()))
    def _compute_references(self):
        """Empty where the record is gone."""
        for name, (number, model) in REFERENCES.items():
            numbers = [value for value in self.mapped(number) if value]
            existing = set(self.env[model].sudo().browse(numbers).exists().ids)
            for delivery in self:
                value = delivery[number]
                delivery[name] = value if value in existing else False

    def _search_mail_mail_id(self, operator, value):
        return self._search_number("mail_mail_id", operator, value)

    def _search_mail_message_id(self, operator, value):
        return self._search_number("mail_message_id", operator, value)

    def _search_res_partner_id(self, operator, value):
        return self._search_number("res_partner_id", operator, value)

    def _search_mail_server_id(self, operator, value):
        return self._search_number("mail_server_id", operator, value)

    @api.model
    def _search_number(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        number, model = REFERENCES[name]
        if any(isinstance(item, str) for item in value):
            value = self.env[model]._search([("display_name", "in", list(value))])
        return Domain(number, "in", value)

    @api.depends("sender_rule", "server_name", "took_over_from", "email_from")
    @api.depends_context("lang")
    def _compute_explanation(self):
        sentence = self.env["ir.mail_server"]._sender_rule_sentence
        for delivery in self:
            said = delivery.sender_rule and sentence(
                delivery.sender_rule,
                delivery.took_over_from or delivery.server_name,
                delivery._author(),
            )
            if said and delivery.took_over_from:
                said += " " + self.env._(
                    "It could not send, so “%(server)s” took over.", server=delivery.server_name
                )
            delivery.explanation = said

    def _author(self):
        """The sender that the selection was made for, as in the From of the message."""
        return self.sudo().mail_message_id.email_from or self.email_from

    def _reply(self):
        """The last answer as a value; None where no server has said anything."""
        self.ensure_one()
        return core_reply.Reply.from_json(self.story[-1]) if self.story else None

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Internal users find the deliveries of the messages that they may read."""
        if self.env.su or self.env.user.has_group("base.group_system"):
            return super()._search(domain, offset, limit, order, **kwargs)
        query = super()._search(domain, order=order, **kwargs)
        found = self.browse(query)._filtered_access("read").ids
        return self.browse(found[offset:][:limit])._as_query()

    def _check_access(self, operation):
        """Whoever may read the message may read what became of it; nobody writes."""
        result = super()._check_access(operation)
        if result or operation != "read" or self.env.su:
            return result
        if self.env.user.has_group("base.group_system"):
            return result
        numbers = self.sudo().mapped("mail_message_id_int")
        messages = self.env["mail.message"].browse(numbers).exists()
        allowed = set(messages._filtered_access("read").ids)
        hidden = self.sudo().filtered(lambda item: item.mail_message_id_int not in allowed)
        if not hidden:
            return None
        return self.browse(hidden.ids), lambda: AccessError(
            self.env._("You may not read the message that this delivery belongs to.")
        )

    # ------------------------------------------------------------
    # FOLLOWING THE E-MAIL
    # ------------------------------------------------------------

    @api.model
    def _of_mails(self, mail_ids):
        return self.sudo().search([("mail_mail_id_int", "in", list(mail_ids))])

    @api.model
    def _hold_mails(self, mail_ids):
        """Wait for whoever is sending these. Sending holds the e-mail and writes on its deliveries
        from another connection; who began with the deliveries would wait for it in a circle."""
        mails = self.env["mail.mail"].browse(mail_ids)
        mails.flush_recordset(["state"])
        if mails:
            query = "SELECT id FROM mail_mail WHERE id IN %s ORDER BY id FOR NO KEY UPDATE"
            self.env.cr.execute(SQL(query, mails._ids))

    @api.model
    def _cancel_open(self, mail_ids):
        """Their e-mails are cancelled or gone: nobody is waiting for an answer any more."""
        self._hold_mails(mail_ids)
        rows = self.sudo().search(
            [("mail_mail_id_int", "in", list(mail_ids)), ("state", "in", OPEN)]
        )
        rows.write({"state": "cancelled", "next_try": False})

    @api.model
    def _forget_refusals(self, mail_ids, emails=None):
        """A person asks for another try: who refused is asked again, and the schedule begins
        anew. Who has accepted stays accepted."""
        self._hold_mails(mail_ids)
        domain = Domain("mail_mail_id_int", "in", list(mail_ids)) & Domain(
            "state", "in", ("refused", "cancelled", *OPEN)
        )
        if emails is not None:
            domain &= Domain("email", "in", list(emails))
        rows = self.sudo().search(domain)
        rows.write({"state": "waiting", "attempts": 0, "doubts": 0, "next_try": False})
        # Until this is committed no other connection may write on these rows.
        self.env.cr.cache.setdefault(TOUCHED, set()).update(rows.mapped("mail_mail_id_int"))

    @api.autovacuum
    def _gc_deliveries(self):
        """A delivery lives as long as its message or its e-mail."""
        rows = self.env.execute_query(
            SQL(
                """SELECT delivery.id FROM mail_delivery delivery
                   WHERE NOT EXISTS (SELECT 1 FROM mail_message message
                                     WHERE message.id = delivery.mail_message_id_int)
                     AND NOT EXISTS (SELECT 1 FROM mail_mail mail
                                     WHERE mail.id = delivery.mail_mail_id_int)
                   LIMIT %s""",
                VACUUM_AT_ONCE,
            )
        )
        self.sudo().browse(row[0] for row in rows).unlink()
        return len(rows), len(rows) == VACUUM_AT_ONCE


def reply_class_titles(env):
    """What an answer can mean, as a selection."""
    titles = {
        ReplyClass.ACCEPTED: env._("Accepted"),
        ReplyClass.SERVER_UNREACHABLE: env._("Server unreachable"),
        ReplyClass.SERVER_BUSY: env._("Server busy"),
        ReplyClass.AUTHENTICATION_REFUSED: env._("Authentication refused"),
        ReplyClass.SENDER_REFUSED: env._("Sender refused"),
        ReplyClass.RECIPIENT_UNKNOWN: env._("Recipient unknown"),
        ReplyClass.BAD_DOMAIN: env._("Domain takes no mail"),
        ReplyClass.MOVED: env._("Recipient moved"),
        ReplyClass.DISABLED: env._("Mailbox switched off"),
        ReplyClass.FULL: env._("Mailbox full"),
        ReplyClass.TOO_BIG: env._("Message too big"),
        ReplyClass.CONTENT_REFUSED: env._("Content or policy"),
        ReplyClass.QUOTA_REACHED: env._("Quota reached"),
        ReplyClass.GAVE_UP: env._("Gave up"),
        ReplyClass.CONFIGURATION: env._("Configuration"),
        ReplyClass.UNCLEAR: env._("Unclear"),
    }
    return [(reply_class.value, title) for reply_class, title in titles.items()]
