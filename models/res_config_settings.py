from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .mail_incoming_retention import SOURCE_DAYS, SOURCE_DAYS_PARAMETER
from .mail_thread import REFUSE_PARAMETER

LOOP_FIELDS = ("mail_gateway_loop_minutes", "mail_gateway_loop_threshold")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    mail_default_from_filter = fields.Char(
        "FROM Filter of the Command Line Server",
        config_parameter="mail.default.from_filter",
        help="The addresses and domains that the server of the command line may send as. "
        "It is used when there is no outgoing server. Left empty, the --from-filter option "
        "counts, and without it every sender is accepted.",
    )
    mail_catchall_domain_allowed = fields.Char(
        "Accepted Alias Domains",
        config_parameter="mail.catchall.domain.allowed",
        help="Domains whose incoming mail may match an alias by its local part, besides the "
        "alias domains. Left empty, any domain matches.",
    )
    mail_gateway_loop_minutes = fields.Integer(
        "Loop window",
        default=120,
        config_parameter="mail.gateway.loop.minutes",
        help="Minutes over which the mails of one sender are counted.",
    )
    mail_gateway_loop_threshold = fields.Integer(
        "Loop threshold",
        default=20,
        config_parameter="mail.gateway.loop.threshold",
        help="Mails that one sender may send within the window to aliases that create records. "
        "What becomes of the mails beyond it is chosen below.",
    )
    alias_domain_dns_status = fields.Selection(related="alias_domain_id.dns_status")
    alias_domain_dns_checked_at = fields.Datetime(related="alias_domain_id.dns_checked_at")
    alias_domain_dns_alert_user_ids = fields.Many2many(
        related="alias_domain_id.dns_alert_user_ids", readonly=False
    )

    incoming_source_days = fields.Integer(
        "Keep Sources For",
        default=SOURCE_DAYS,
        config_parameter=SOURCE_DAYS_PARAMETER,
        help="Days that the source of a processed mail is kept. 0 removes it with the next "
        "clean-up, unless the mailbox keeps originals.",
    )
    incoming_refuse_unrouted = fields.Boolean(
        "The mailgate refuses unrouted mail",
        config_parameter=REFUSE_PARAMETER,
        help="The mail server then answers the sender, as without this addon. Otherwise the mail "
        "is kept and waits for your decision.",
    )
    incoming_workers = fields.Selection(
        [("1", "1"), ("2", "2"), ("3", "3")],
        "Processed at a Time",
        compute="_compute_incoming",
        inverse="_inverse_incoming_workers",
        help="Scheduled actions that process incoming emails side by side. More than one helps "
        "where several cron workers run.",
    )
    incoming_waiting_count = fields.Integer(compute="_compute_incoming")
    incoming_decision_count = fields.Integer(compute="_compute_incoming")
    incoming_trouble_count = fields.Integer(compute="_compute_incoming")
    incoming_megabytes = fields.Float(compute="_compute_incoming", digits=(12, 1))
    incoming_is_stopped = fields.Boolean(compute="_compute_incoming")

    @api.depends("company_id")
    def _compute_incoming(self):
        """How the mails that come in are doing, all companies together."""
        spool = self.env["mail.incoming"].sudo()
        mailboxes = self.env["fetchmail.server"].sudo().search([("state", "=", "done")])
        active = len(spool._crons().filtered("active"))
        fetching = self.env.ref("mail.ir_cron_mail_gateway_action", False)
        for settings in self:
            settings.incoming_waiting_count = spool.search_count([("state", "=", "received")])
            settings.incoming_decision_count = spool.search_count(
                [("state", "in", ("held", "unrouted", "failed"))]
            )
            settings.incoming_trouble_count = len(mailboxes.filtered("error_date"))
            settings.incoming_megabytes = spool._spool_bytes() / 1024 / 1024
            settings.incoming_workers = str(active or 1)
            settings.incoming_is_stopped = not active or bool(
                mailboxes.filtered(lambda box: box.server_type != "local")
                and fetching
                and not fetching.sudo().active
            )

    def _inverse_incoming_workers(self):
        crons = self.env["mail.incoming"]._crons()
        for position, cron in enumerate(crons):
            is_wanted = position < int(self.incoming_workers or 1)
            if cron.active != is_wanted:
                cron.active = is_wanted

    @api.constrains("incoming_source_days")
    def _check_incoming_source_days(self):
        if any(settings.incoming_source_days < 0 for settings in self):
            raise ValidationError(
                self.env._("Sources are kept for 0 days or more. Type 0, or a higher number.")
            )

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """As on the alias domain: to find out whether one could group by people takes long."""
        if groupby_spec == "alias_domain_dns_alert_user_ids":
            raise ValueError("Settings cannot be grouped by the people that are alerted.")
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def get_values(self):
        """What was written before it was validated must not keep Settings from being saved."""
        values = super().get_values()
        parameters = self.env["ir.config_parameter"].sudo()
        for name in LOOP_FIELDS:
            field = self._fields[name]
            stored = parameters.get_param(field.config_parameter)
            if stored and not parameters._read_loop_parameter(field.config_parameter, stored):
                values[name] = field.default(self)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_loop_defaults(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_loop_defaults(vals))

    @api.model
    def _with_loop_defaults(self, vals):
        """An emptied field means Odoo's own value; a zero that was typed is a mistake."""
        emptied = [
            name
            for name in LOOP_FIELDS
            if name in vals and (vals[name] is False or vals[name] in (None, ""))
        ]
        return {**vals, **{name: self._fields[name].default(self) for name in emptied}}

    @api.constrains(*LOOP_FIELDS)
    def _check_mail_gateway_loop(self):
        """The message names the field as the screen does."""
        parameters = self.env["ir.config_parameter"]
        labels = self.fields_get(LOOP_FIELDS, ["string"])
        for settings in self:
            for name in LOOP_FIELDS:
                parameters._sanitize_loop_parameter(
                    self._fields[name].config_parameter,
                    settings[name],
                    label=labels[name]["string"],
                )

    @api.constrains("mail_catchall_domain_allowed")
    def _check_mail_catchall_domain_allowed(self):
        """Before Odoo does, whose message names the parameter."""
        label = self.fields_get(["mail_catchall_domain_allowed"], ["string"])
        for settings in self.filtered("mail_catchall_domain_allowed"):
            self.env["ir.config_parameter"]._check_allowed_domains(
                settings.mail_catchall_domain_allowed,
                label=label["mail_catchall_domain_allowed"]["string"],
            )

    def action_check_alias_domain_dns(self):
        return self.alias_domain_id.action_check_dns()

    def action_open_alias_domain(self):
        """Its bounce, catchall and notification addresses, without the developer mode."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Alias Domain"),
            "res_model": "mail.alias.domain",
            "res_id": self.alias_domain_id.id,
            "views": [(False, "form")],
        }
