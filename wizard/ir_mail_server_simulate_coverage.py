from odoo import fields, models


class IrMailServerSimulate(models.TransientModel):
    """Beside one sender that is typed: all that are in use, as far as no server sends as them."""

    _inherit = "ir.mail_server.simulate"

    coverage_html = fields.Html(compute="_compute_coverage_html", sanitize=False)

    def _compute_coverage_html(self):
        rows = self.env["ir.mail_server"]._uncovered_senders()
        template = "email_communication.uncovered_senders"
        self.coverage_html = self.env["ir.qweb"]._render(template, {"rows": rows})
