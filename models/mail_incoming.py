import hashlib

from odoo import api, fields, models

from ..core.incoming import headers

STATES = [
    ("received", "Waiting"),
    ("done", "Processed"),
    ("held", "Held"),
    ("unrouted", "Unrouted"),
    ("failed", "Failed"),
    ("ignored", "Ignored"),
]
OPEN = ("received", "held", "unrouted", "failed")
"""States in which a mail is not dealt with."""
REASONS = [
    ("retry", "Will be tried again"),
    ("created", "Created a record"),
    ("reply", "Belongs to a record"),
    ("bounce", "Bounce recorded"),
    ("duplicate", "Duplicate"),
    ("loop_header", "Answer to a loop notice"),
    ("loop_sender", "Too many from this sender"),
    ("verification", "A provider asks to confirm a forwarding"),
    ("auto_reply", "Automatic mail"),
    ("catchall", "Written to the catchall, answered"),
    ("answered", "Not accepted, answered"),
    ("no_record", "Nothing was made of it"),
    ("no_route", "No alias, no thread"),
    ("bad_route", "Its route leads nowhere"),
    ("refused", "Refused"),
    ("dismissed", "Dismissed"),
    ("bounced", "Answered with a bounce"),
    ("expired", "Expired"),
    ("error", "An error"),
    ("poison", "Ended the worker twice"),
    ("too_complex", "Too complex"),
    ("too_large", "Too large"),
    ("source", "Its source is lost"),
    ("gone", "No longer in the mailbox"),
]


class MailIncoming(models.Model):
    """One e-mail as it reached a mailbox or this server, and what became of it.

    It is stored before the mailbox is told, so nothing that was taken from a mailbox is ever
    lost: what cannot be processed waits here, with its reason, its source and buttons.
    """

    _name = "mail.incoming"
    _description = "Incoming Email"
    _order = "id desc"
    _rec_name = "subject"

    state = fields.Selection(STATES, required=True, default="received", readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    subject = fields.Char(readonly=True)
    email_from = fields.Char("From", readonly=True)
    recipients = fields.Char(readonly=True)
    message_id = fields.Char("Message-Id", readonly=True, index="btree_not_null")
    size = fields.Integer("Bytes", readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True, index=True)
    mailbox_id = fields.Many2one(
        "fetchmail.server", readonly=True, ondelete="set null", index="btree_not_null"
    )
    mailbox_name = fields.Char(
        "Came In Through", readonly=True, help="The mailbox, which may be gone, or the script."
    )
    account = fields.Char(
        readonly=True, help="User, server and port: the same mailbox, however it is called here."
    )
    folder = fields.Char(readonly=True)
    uidvalidity = fields.Char("UIDVALIDITY", readonly=True)
    uid = fields.Char(
        "UID", readonly=True, help="What the mailbox calls it: the UID of IMAP, the UIDL of POP3."
    )
    run_id = fields.Many2one(
        "fetchmail.run", "Fetched By", readonly=True, ondelete="set null", index="btree_not_null"
    )
    moved_to = fields.Char(readonly=True, help="The folder of the mailbox in which it is now.")
    is_on_server = fields.Boolean(
        readonly=True, help="It was left on the POP3 server, and is known by this row."
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    call = fields.Json(
        readonly=True, help="What Odoo was called with; processing it later repeats that."
    )
    released = fields.Boolean(readonly=True, help="Somebody said that it is no loop.")
    answered = fields.Boolean(
        "Sender Answered", readonly=True, help="The sender has been sent a notice about it."
    )
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", "Message", readonly=True, ondelete="set null", index="btree_not_null"
    )
    created_record = fields.Boolean("Made a Record", readonly=True)
    attempts = fields.Integer(readonly=True)
    started = fields.Integer(
        "Runs without End", readonly=True, help="Runs in a row of which nobody knows the end."
    )
    processed_at = fields.Datetime("Processed On", readonly=True)
    next_try = fields.Datetime(readonly=True)
    cause = fields.Char(readonly=True, help="The same for mails that meet the same obstacle.")
    alert_id = fields.Many2one(
        "mail.activity",
        "Told In",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The activity that tells an administrator of this obstacle.",
    )
    error = fields.Text("Last Error", readonly=True)
    traceback = fields.Text(readonly=True)
    steps = fields.Json(
        readonly=True,
        help="What was asked about it, in order, each with the value that decided.",
    )
    has_source = fields.Boolean(compute="_compute_has_source")

    _key = models.UniqueIndex(
        "(account, folder, uidvalidity, uid, sha256) WHERE account IS NOT NULL AND uid IS NOT NULL",
        "This mail of the mailbox is in the spool already.",
    )
    _waiting = models.Index("(next_try, id) WHERE state = 'received'")
    _by_state = models.Index("(state, processed_at)")

    def _compute_has_source(self):
        self.env.cr.execute(
            "SELECT incoming_id FROM mail_incoming_source WHERE incoming_id = ANY(%s)", [self.ids]
        )
        found = {row[0] for row in self.env.cr.fetchall()}
        for incoming in self:
            incoming.has_source = incoming.id in found

    # ------------------------------------------------------------
    # SPOOLING
    # ------------------------------------------------------------

    @api.model
    def _spool(self, mails):
        """Keep raw mails with what is known of them.

        :param mails: pairs of bytes and values of the row
        """
        rows = self.create([{**self._values_of(raw), **values} for raw, values in mails])
        self.env["mail.incoming.source"]._store(
            {row.id: raw for row, (raw, _values) in zip(rows, mails, strict=True)}
        )
        return rows

    @api.model
    def _values_of(self, raw):
        read = headers.read(raw)
        return {
            "message_id": read.message_id,
            "email_from": read.email_from,
            "recipients": read.recipients,
            "subject": read.subject,
            "size": len(raw),
            "sha256": hashlib.sha256(raw).hexdigest(),
        }

    @api.model
    def _spool_again(self, raw, values):
        """The row of a mail that came in by a call: the one that waits already, or a new one.

        Whoever hands a mail over tries again when it does not hear that it arrived.
        """
        return self._known(raw) or self._spool([(raw, values)])

    def _raw(self):
        """The source as it came in.

        :raises SourceLost: when it is gone, or not what was fetched
        """
        self.ensure_one()
        return self.env["mail.incoming.source"].sudo()._read_raw(self.id, self.sha256)
