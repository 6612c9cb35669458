from odoo import api, fields, models

ASKED_MAX = 3
"""Runs in which a mail is asked for that could not be taken; then somebody is told."""


class FetchmailFolder(models.Model):
    """What is remembered of one folder of a mailbox from one run to the next.

    It is committed while the mailbox is fetched, whose own row is held until the run ends.
    """

    _name = "fetchmail.folder"
    _description = "Folder of a Mailbox"
    _rec_name = "name"

    mailbox_id = fields.Many2one("fetchmail.server", required=True, ondelete="cascade", index=True)
    account = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    uidvalidity = fields.Char("UIDVALIDITY", readonly=True)
    last_uid = fields.Char(
        "Last UID Seen", readonly=True, help="Larger than PostgreSQL's integers."
    )
    read_on = fields.Datetime(readonly=True)
    moves_since = fields.Datetime(
        readonly=True, help="What was processed since then is moved into the other folders."
    )
    left = fields.Json(
        "Not Taken",
        readonly=True,
        help="Mails that could not be taken, by their UID: in how many runs, and why.",
    )
    highest = fields.Char(
        readonly=True, help="UIDVALIDITY and the highest UID when it was last looked at."
    )
    read_elsewhere = fields.Integer(
        readonly=True, help="New mails that somebody else had read before they were fetched."
    )
    read_elsewhere_on = fields.Datetime(readonly=True)
    alert_id = fields.Many2one(
        "mail.activity", "Told In", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _key = models.UniqueIndex("(mailbox_id, account, name)")

    @api.model
    def _of(self, mailbox_id, account, name):
        """The one of that name; made where there is none."""
        values = {"mailbox_id": mailbox_id, "account": account, "name": name}
        return self._find(mailbox_id, account, name) or self.create(values)

    @api.model
    def _find(self, mailbox_id, account, name):
        values = {"mailbox_id": mailbox_id, "account": account, "name": name}
        return self.search([(field, "=", value) for field, value in values.items()], limit=1)

    def _note_left(self, uid, error):
        """One more run in which that mail could not be taken."""
        left = dict(self.left or {})
        runs = left.get(uid, {}).get("runs", 0) + 1
        left[uid] = {"runs": runs, "error": error or left.get(uid, {}).get("error", "")}
        self.left = left
        if runs == ASKED_MAX and not self.alert_id.active:
            self._tell(left[uid]["error"])

    def _given_up(self, uids):
        """Those of the given that are not asked for any more; the others are forgotten."""
        left = {uid: item for uid, item in (self.left or {}).items() if uid in uids}
        if left != (self.left or {}):
            self._keep_left(left)
        return {uid for uid, item in left.items() if item["runs"] >= ASKED_MAX}

    def _forget_left(self, uids):
        left = {uid: item for uid, item in (self.left or {}).items() if uid not in uids}
        if left != (self.left or {}):
            self._keep_left(left)

    def _keep_left(self, left):
        self.left = left
        if not left:
            self.alert_id.filtered("active").action_archive()

    def _tell(self, error):
        summary = self.env._(
            "An email of “%(mailbox)s” cannot be taken", mailbox=self.mailbox_id.name
        )
        note = self.env._(
            "It is still in the mailbox, and is not asked for any more: %(error)s. Remove the "
            "cause, and press Ask Again on the form of the mailbox.",
            error=error or self.env._("the server does not give it"),
        )
        self.alert_id = self.env["mail.incoming"].sudo()._tell_administrator(summary, note)
