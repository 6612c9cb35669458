from odoo import fields, models

from .ir_mail_server_coverage import HOLD_PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hold_uncovered_senders = fields.Boolean(
        "Hold e-mails of senders that no server may send as",
        config_parameter=HOLD_PARAMETER,
        help="They fail with that reason, and can be retried. Otherwise they leave as the "
        "notification address, as in Odoo alone.",
    )
