from odoo import api, fields, models

from .incoming_step_words import tell


class MailIncoming(models.Model):
    """The way that a mail took, in sentences."""

    _inherit = "mail.incoming"

    steps_html = fields.Html("Way through Odoo", compute="_compute_steps_html", sanitize=False)

    @api.depends("steps")
    @api.depends_context("lang", "uid")
    def _compute_steps_html(self):
        for incoming in self:
            incoming.steps_html = self._steps_as_html(incoming.steps)

    @api.model
    def _steps_as_html(self, steps):
        """A list that can be read without colours; everything in it is escaped."""
        if not steps:
            return False
        return self.env["ir.qweb"]._render(
            "email_communication.incoming_steps", {"steps": tell(self.env, steps)}
        )
