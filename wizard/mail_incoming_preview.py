from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..core.incoming import bounds
from ..core.incoming.headers import header_block

TEXT_CHARS = 50_000


class MailIncomingPreview(models.TransientModel):
    """Shows an incoming email as text: nothing in it is loaded, and nothing runs."""

    _name = "mail.incoming.preview"
    _description = "Preview of an Incoming Email"

    incoming_id = fields.Many2one("mail.incoming", required=True, ondelete="cascade")
    headers = fields.Text(compute="_compute_content")
    body = fields.Text(compute="_compute_content")
    attachments = fields.Char(compute="_compute_content")

    @api.depends("incoming_id")
    def _compute_content(self):
        for preview in self:
            incoming = preview.incoming_id
            message = incoming._message()
            preview.headers = header_block(incoming._raw()).decode("utf-8", "replace")
            preview.body, preview.attachments = preview._content(message)

    @api.model
    def _content(self, message):
        try:
            bounds.apply(message)
            part = message.get_body(("plain", "html"))
            text = part.get_content() if part else ""
            if part and part.get_content_subtype() == "html":
                text = html2plaintext(text)
            names = [item.get_filename() or "?" for item in message.iter_attachments()]
        except Exception:  # noqa: BLE001 - a hostile mail fails in ways that nobody lists
            return self.env._("This mail cannot be shown as text. Download it instead."), ""
        return text.replace("\0", "")[:TEXT_CHARS], ", ".join(names)
