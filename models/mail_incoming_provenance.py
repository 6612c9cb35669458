from odoo import api, fields, models

from ..core.incoming.provenance import SENTENCES, Provenance

VERDICTS = [
    ("verified", "Verified"),
    ("not_verified", "Not verified"),
    ("failed", "Failed"),
]


def provenance_sentence(env, details):
    """Why the verdict is what it is, in the language of the reader; "" where nothing is known."""
    details = details or {}
    if details.get("reason") not in SENTENCES:
        return ""
    names = {name: details.get(name) or "" for name in ("reason", "domain", "server")}
    return Provenance("", **names).explain(env._)


class MailIncoming(models.Model):
    """Whether the sender of a mail is who it says."""

    _inherit = "mail.incoming"

    provenance = fields.Selection(VERDICTS, "Proof of Sender", readonly=True)
    provenance_details = fields.Json(readonly=True)
    provenance_text = fields.Char("Why", compute="_compute_provenance_text")

    @api.depends("provenance_details")
    @api.depends_context("lang")
    def _compute_provenance_text(self):
        for incoming in self:
            incoming.provenance_text = provenance_sentence(self.env, incoming.provenance_details)
