from markupsafe import Markup
from odoo import models

from ..core.reply import explain_admin, next_step

WARNING = "mail.mail_activity_data_warning"


class IrMailServer(models.Model):
    """Administrators are told of a server that cannot send: one activity, done by itself."""

    _name = "ir.mail_server"
    _inherit = ["ir.mail_server", "mail.thread", "mail.activity.mixin"]

    def _alert(self):
        """Tell of the fault; an open activity is brought up to date."""
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("database.is_neutralized"):
            return
        for server in self.sudo():
            fault = server._rest_fault()
            if fault is None:
                continue
            note = Markup("<p>%s</p><p>%s</p>") % (
                explain_admin(fault, self.env._),
                next_step(fault, self.env._),
            )
            if alerts := server._open_alerts():
                alerts.note = note
            elif user := server._user_to_alert():
                server.activity_schedule(
                    WARNING,
                    summary=self.env._("“%(server)s” cannot send e-mails", server=server.name),
                    note=note,
                    user_id=user.id,
                )

    def _close_alerts(self):
        """It works again, and nobody has to look at it any more."""
        for server in self.sudo():
            if alerts := server._open_alerts():
                alerts.action_feedback(
                    feedback=self.env._("“%(server)s” sends again.", server=server.name)
                )

    def _open_alerts(self):
        warning = self.env.ref(WARNING)
        return self.activity_ids.filtered(
            lambda activity: activity.automated and activity.activity_type_id == warning
        )

    def _user_to_alert(self):
        administrators = self.env.ref("base.group_system").sudo().all_user_ids
        return administrators.filtered(lambda user: user.active and not user.share).sorted("id")[:1]
