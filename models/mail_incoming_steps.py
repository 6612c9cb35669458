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

    # ------------------------------------------------------------
    # THE LAST STEP
    # ------------------------------------------------------------

    @api.model
    def _outcome(self, result, observed):
        values = super()._outcome(result, observed)
        self._note_end(values, observed)
        return {**values, "steps": observed.steps}

    @api.model
    def _note_end(self, values, observed):
        if values["reason"] == "duplicate":
            observed.step("duplicate", message_id=observed.message_id)
        elif values["reason"] == "no_record" and not observed.accepted and not observed.routes:
            observed.step("other_stopped")

    def _failure(self, error, observed):
        values = super()._failure(error, observed)
        if observed is None:
            return values
        if values["reason"] == "no_route":
            observed.step("no_route")
        elif values["reason"] != "bad_route":
            observed.step("failed", reason=values["error"])
        return {**values, "steps": observed.steps}
