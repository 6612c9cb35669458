from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

FOLDER = "INBOX"
FOLDERS_MAX = 50
OTHERS_DAYS = 7
"""Days for which it is told that somebody else reads the mailbox."""


class FetchmailServer(models.Model):
    """Which folders of a mailbox are read, what is remembered of them, and what is left there."""

    _inherit = "fetchmail.server"

    folders = fields.Text(
        help="One on each line, as the connection test lists them. Empty is INBOX alone."
    )
    memory = fields.Selection(
        [
            ("unread", "What is unread"),
            ("new", "Everything after the last one seen"),
        ],
        "Fetched Is",
        default="unread",
        required=True,
        help="The second also gets what somebody has read, changes no flag, and begins now.",
    )
    done_folder = fields.Char(
        "Processed Go To", help="Empty: they stay. A folder that is not there is made."
    )
    failed_folder = fields.Char(
        "Failed Go To", help="Empty: they stay. A folder that is not there is made."
    )
    leaves_on_server = fields.Boolean(
        "Leave on Server", help="What was fetched is not deleted, or only some days later."
    )
    leave_days = fields.Integer("Days Left There", help="0: until somebody deletes it there.")

    others_message = fields.Text("Read by Others", compute="_compute_others_message")

    @api.depends("folder_ids.read_elsewhere", "memory")
    def _compute_others_message(self):
        """Two programs on one mailbox: this is told, and nothing is done against it."""
        limit = fields.Datetime.now() - timedelta(days=OTHERS_DAYS)
        for mailbox in self:
            folders = mailbox.sudo().folder_ids.filtered(
                lambda folder, limit=limit: (
                    folder.read_elsewhere_on and folder.read_elsewhere_on > limit
                )
            )
            number = sum(folders.mapped("read_elsewhere"))
            mailbox.others_message = (
                bool(number)
                and mailbox.memory == "unread"
                and self.env._(
                    "%(number)s new emails had been read by somebody else before they were "
                    "fetched, so they are not here: a person, or another program such as a second "
                    "Odoo, reads this mailbox. To get such emails as well, choose “Everything "
                    "after the last one seen”.",
                    number=number,
                )
            )

    def action_forget_others(self):
        """It has been read; only what comes from now on is told again."""
        self.check_access("write")
        self.sudo().folder_ids.write({"read_elsewhere": 0, "read_elsewhere_on": False})
        return True

    @api.constrains("folders", "done_folder", "failed_folder")
    def _check_folders(self):
        for mailbox in self:
            names = [*mailbox._folder_names(), mailbox.done_folder, mailbox.failed_folder]
            for name in filter(None, names):
                if not name.isprintable():
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” cannot be the name of a folder.", name=repr(name)[1:-1]
                        )
                    )
            if len(names) > FOLDERS_MAX:
                raise ValidationError(
                    self.env._("At most %(number)s folders can be read.", number=FOLDERS_MAX)
                )
            if {mailbox.done_folder, mailbox.failed_folder} & set(mailbox._folder_names()):
                raise ValidationError(
                    self.env._(
                        "What was fetched cannot be moved into a folder that is fetched itself."
                    )
                )

    def write(self, vals):
        """Who begins to move mails does not mean those that were processed long ago."""
        if {"done_folder", "failed_folder"} & vals.keys():
            self.sudo().folder_ids.moves_since = False
        return super().write(vals)

    def _folder_names(self):
        lines = (line.strip() for line in (self.folders or "").split("\n"))
        return list(dict.fromkeys(filter(None, lines))) or [FOLDER]
