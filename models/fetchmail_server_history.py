from datetime import timedelta

from odoo import fields, models

DAYS = 14
BARS = "▁▂▃▄▅▆▇█"


class FetchmailServer(models.Model):
    """What the runs of a mailbox brought, and what the one does that is under way."""

    _inherit = "fetchmail.server"

    run_ids = fields.One2many(
        "fetchmail.run", "mailbox_id", readonly=True, groups="base.group_system"
    )
    recent_line = fields.Char(
        "Last Two Weeks",
        compute="_compute_recent",
        help="Emails fetched on each of the last 14 days, today on the right, and how many in all.",
    )
    progress = fields.Char(compute="_compute_progress")

    def _compute_recent(self):
        today = fields.Date.today()
        grouped = (
            self.env["fetchmail.run"]
            .sudo()
            ._read_group(
                [
                    ("mailbox_id", "in", self.ids),
                    ("started_on", ">=", today - timedelta(days=DAYS - 1)),
                ],
                ["mailbox_id", "started_on:day"],
                ["fetched:sum"],
            )
        )
        days = {}
        for mailbox, day, fetched in grouped:
            days[mailbox.id, fields.Date.to_date(day)] = fetched
        for mailbox in self:
            counts = [
                days.get((mailbox.id, today - timedelta(days=back)), 0)
                for back in reversed(range(DAYS))
            ]
            mailbox.recent_line = any(counts) and f"{_bars(counts)} {sum(counts)}"

    def _compute_progress(self):
        for mailbox in self:
            run = mailbox.sudo().run_ids[:1]
            mailbox.progress = (
                bool(run)
                and run._is_running()
                and self.env._(
                    "It is being fetched right now: %(fetched)s of %(wanted)s emails are here.",
                    fetched=run.fetched,
                    wanted=run.wanted,
                )
            )

    def action_history(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "email_communication.fetchmail_run_action"
        )
        return {**action, "domain": [("mailbox_id", "=", self.id)]}


def _bars(counts):
    """The largest has the highest bar, and what is not nothing is seen."""
    top = max(counts)
    last = len(BARS) - 1
    return "".join(BARS[-(-count * last // top)] for count in counts)
