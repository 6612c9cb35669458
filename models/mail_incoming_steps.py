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

    def action_simulate(self):
        """What would happen to this mail now, without anything happening."""
        self.ensure_one()
        return self.env["mail.incoming.simulation"]._open(incoming_id=self.id)

    # ------------------------------------------------------------
    # THE LAST STEP
    # ------------------------------------------------------------

    @api.model
    def _outcome(self, result, observed):
        values = super()._outcome(result, observed)
        self._note_end(values, observed)
        return {**values, "steps": observed.steps}

    @api.model
    def _message_of(self, observed):
        """Without a search where it was seen when it was made."""
        if not observed.posted:
            return super()._message_of(observed)
        message_id, _model, _res_id = observed.posted[-1]
        return self.env["mail.message"].sudo().browse(message_id)

    @api.model
    def _record_of(self, message, observed):
        for message_id, model, res_id in observed.posted:
            if message_id == message.id:
                return {"res_model": model, "res_id": res_id}
        return super()._record_of(message, observed)

    @api.model
    def _note_end(self, values, observed):
        self._note_author(observed)
        if values["reason"] == "duplicate":
            observed.step("duplicate", message_id=observed.message_id)
        elif values["reason"] == "no_record" and not observed.accepted and not observed.routes:
            observed.step("other_stopped")

    def _failure(self, error, observed):
        values = super()._failure(error, observed)
        if observed is None:
            return values
        self._note_author(observed)
        if values["reason"] == "no_route":
            observed.step("no_route")
        elif values["reason"] != "bad_route":
            observed.step("failed", reason=values["error"])
        return {**values, "steps": observed.steps}

    @api.model
    def _note_author(self, observed):
        if observed.author:
            code, values = observed.author
            observed.step(code, **values)
