import operator as operators

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.reply import next_step

COMPARISONS = {
    "=": operators.eq,
    "!=": operators.ne,
    ">": operators.gt,
    ">=": operators.ge,
    "<": operators.lt,
    "<=": operators.le,
}
COUNTED = {"waiting_mail_count": "outgoing", "failed_mail_count": "exception"}


class IrMailServer(models.Model):
    """Which servers have e-mails that wait or have failed, and what to do about a rest."""

    _inherit = "ir.mail_server"

    waiting_mail_count = fields.Integer(search="_search_waiting_mail_count")
    failed_mail_count = fields.Integer(search="_search_failed_mail_count")
    rest_next_step = fields.Char("What to Do", compute="_compute_rest_next_step")

    @api.depends("resting_until", "rest_reply")
    @api.depends_context("lang")
    def _compute_rest_next_step(self):
        for server in self:
            fault = server._rest_fault()
            server.rest_next_step = fault and next_step(fault, self.env._)

    def _search_waiting_mail_count(self, operator, value):
        return self._search_mail_count("waiting_mail_count", operator, value)

    def _search_failed_mail_count(self, operator, value):
        return self._search_mail_count("failed_mail_count", operator, value)

    @api.model
    def _search_mail_count(self, name, operator, value):
        if operator == "in":
            return Domain.OR(self._search_mail_count(name, "=", one) for one in value)
        if operator not in COMPARISONS:
            return NotImplemented
        compare, value = COMPARISONS[operator], value or 0
        groups = (
            self.env["mail.mail"]
            .sudo()
            ._read_group(
                [("state", "=", COUNTED[name]), ("delivery_server_id", "!=", False)],
                ["delivery_server_id"],
                ["__count"],
            )
        )
        found = [server.id for server, count in groups if compare(count, value)]
        if not compare(0, value):
            return Domain("id", "in", found)
        return Domain("id", "not in", [server.id for server, _count in groups]) | Domain(
            "id", "in", found
        )
