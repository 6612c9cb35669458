from odoo import api, fields, models
from odoo.exceptions import ValidationError

FOLDER = "INBOX"
FOLDERS_MAX = 50


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
