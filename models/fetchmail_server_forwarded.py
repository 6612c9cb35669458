from odoo import api, fields, models


class FetchmailServer(models.Model):
    """Whether what a mailbox says about forwarded mails is believed."""

    # Apart from fetching: it is about what a mail says of itself
    _inherit = "fetchmail.server"  # pylint: disable=consider-merging-classes-inherited

    trusts_original_sender = fields.Boolean(
        "Original Sender of Forwarded Mails",
        help="Where a forwarder, such as a Google group, has put its own address into From and "
        "names who wrote the mail in a field of its own (X-Original-From, X-Original-Sender), "
        "that person becomes the sender. Anybody can write such a field: switch it on only where "
        "mails come in through a forwarder of yours. Otherwise the message says by whom it was "
        "forwarded.",
    )

    @api.model
    def _believes_original_sender(self):
        """Whether the mailbox of the mail that is being read does."""
        mailbox_id = self.env.context.get("default_fetchmail_server_id")
        mailbox = self.sudo().browse(mailbox_id or ()).exists()
        return bool(mailbox.trusts_original_sender)
