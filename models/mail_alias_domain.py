import logging
import random
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.domain.pasted import domain_in
from ..core.findings import wording
from ..core.name import InvalidName, mail_domain

_logger = logging.getLogger(__name__)

CHECK_INTERVAL = timedelta(days=1)
"""Between two checks by the scheduled action."""
CHECK_JITTER = 0.1
"""Part of the interval by which checks move apart, so that nobody's DNS is asked by all at once."""


class MailAliasDomain(models.Model):
    """An alias domain is watched: its DNS is checked daily, and what changes is told."""

    _name = "mail.alias.domain"
    _inherit = ["mail.alias.domain", "mail.thread", "mail.activity.mixin"]

    dkim_selectors = fields.Char(
        "DKIM Selectors",
        groups="base.group_system",
        help="Selectors to check besides those of the outgoing servers, separated by commas. Your "
        "mail provider shows each as the part in front of ._domainkey.",
    )
    dns_check_ids = fields.One2many(
        "mail.alias.domain.check", "alias_domain_id", "DNS Checks", groups="base.group_system"
    )
    dns_check_id = fields.Many2one(
        "mail.alias.domain.check",
        "Latest DNS Check",
        readonly=True,
        groups="base.group_system",
        copy=False,
        ondelete="set null",
        help="Empty until the domain, as it is now, has been checked.",
    )
    # Stored, so that the list opens as fast as without them
    dns_status = fields.Selection(
        related="dns_check_id.severity", store=True, string="DNS", groups="base.group_system"
    )
    dns_checked_at = fields.Datetime(
        related="dns_check_id.asked_at",
        store=True,
        string="DNS Checked On",
        groups="base.group_system",
    )
    dns_next_check = fields.Datetime(
        "Next DNS Check", readonly=True, copy=False, index=True, groups="base.group_system"
    )
    dns_good_check_id = fields.Many2one(
        "mail.alias.domain.check",
        "Last DNS Check Before It Got Worse",
        readonly=True,
        groups="base.group_system",
        copy=False,
        ondelete="set null",
    )
    dns_alert_user_ids = fields.Many2many(
        "res.users",
        string="Tell of DNS Problems",
        groups="base.group_system",
        # As a list, it would make every change of a user search the alias domains that name them,
        # in the middle of the creation of users too.
        domain="[('share', '=', False)]",
        help="They get an activity when the DNS of the domain gets worse. Without anybody here, "
        "the first administrator gets it.",
    )

    dkim_selectors_tested = fields.Char(
        "Tested Selectors",
        compute="_compute_dkim_selectors_tested",
        groups="base.group_system",
    )

    @api.depends("name", "dkim_selectors")
    @api.depends_context("lang")
    def _compute_dkim_selectors_tested(self):
        checks = self.env["mail.alias.domain.check"]
        for alias_domain in self:
            check = checks.new(alias_domain._check_values())
            alias_domain.dkim_selectors_tested = check.dkim_selectors_tested

    @api.constrains("name")
    def _check_name(self):
        """Odoo takes what can stand in an address; the DNS has to be able to hold it too.

        A name without a dot, as of a machine in the house, is left to whoever means it; so are
        underscores, which hosts cannot have, and the DNS can (RFC 2181 section 11).
        """
        result = super()._check_name()
        for alias_domain in self:
            try:
                mail_domain(alias_domain.name.replace("_", "x"))
            except InvalidName as error:
                if error.code != "name_not_qualified":
                    error.params["name"] = alias_domain.name
                    raise ValidationError(error.explain(self.env._)) from error
        return result

    @api.model
    def _sanitize_configuration(self, config_values):
        """A pasted address of the web or of e-mail is taken for its domain."""
        if config_values.get("name"):
            config_values["name"] = domain_in(config_values["name"])
        return super()._sanitize_configuration(config_values)

    @api.constrains("dkim_selectors")
    def _check_dkim_selectors(self):
        for alias_domain in self:
            self.env["mail.provider"]._parse_selectors(alias_domain.dkim_selectors)

    def write(self, vals):
        """A verdict about another name or other selectors says nothing about these."""
        result = super().write(vals)
        if {"name", "dkim_selectors"} & vals.keys():
            # Some may rename an alias domain and know nothing of checks.
            self.sudo().write({"dns_check_id": False, "dns_next_check": False})
        return result

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Nobody groups domains by whom they alert, and to find out whether one could takes longer
        than to describe all other fields to a screen."""
        if groupby_spec == "dns_alert_user_ids":
            raise ValueError("Alias domains cannot be grouped by the people they alert.")
        return super()._read_group_groupby(alias, groupby_spec, query)

    # ------------------------------------------------------------
    # ACTIONS AND PUBLIC METHODS
    # ------------------------------------------------------------

    def action_check_dns(self):
        """Open a new check, which starts to ask as soon as it is seen."""
        self.ensure_one()
        return self._new_check()._action_open()

    def check_dns(self):
        """Ask the DNS about these domains now, and return the reports.

        For monitoring over JSON-2; administrators only. Takes up to 8 seconds a domain.

        :returns: ``[{"id": int, "domain": str, "severity": "ok|info|warning|unknown|error",
            "asked_at": ISO 8601 UTC, "elapsed": seconds, "findings": [dict]}]``; each finding
            has a stable ``code``, its ``params``, and a ``message`` in the caller's language
        """
        for alias_domain in self:
            alias_domain._check_dns_or_log(alias_domain._new_check())
        return self.get_dns_reports()

    def get_dns_reports(self):
        """The reports of the latest checks, as `check_dns` returns them, without asking again.

        A domain that has not been checked yet is left out.
        """
        self.env["mail.alias.domain.check"].check_access("read")
        return [
            {"id": alias_domain.id, **alias_domain.dns_check_id._report_with_messages()}
            for alias_domain in self
            if alias_domain.dns_check_id
        ]

    def _new_check(self):
        return self.env["mail.alias.domain.check"].create(self._check_values())

    def _check_values(self):
        return {
            "alias_domain_id": self.id,
            "domain_name": self.name,
            "dkim_selectors": self.dkim_selectors,
        }

    # ------------------------------------------------------------
    # WATCHING
    # ------------------------------------------------------------

    @api.model
    def _cron_check_dns(self):
        """Check the domains whose turn it is, committing after each of them."""
        due = self.search(
            ["|", ("dns_next_check", "=", False), ("dns_next_check", "<=", fields.Datetime.now())],
            order="dns_next_check NULLS FIRST, id",
        )
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for alias_domain in due:
            # Set first: a domain that makes the check fail must not be first again at once.
            alias_domain._schedule_next_check()
            if not self.env["ir.cron"]._commit_progress():
                break
            alias_domain._check_dns_or_log(alias_domain._new_check())
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _check_dns_or_log(self, check):
        """One domain that fails must not keep the others from being checked.

        What breaks off leaves "unknown" with its time, never the verdict of the day before.
        """
        try:
            with self.env.cr.savepoint():
                check._check_dns__()
        except Exception:
            _logger.exception("The DNS of alias domain %s could not be checked", self.id)
            check._keep_unanswered("check_unknown")

    def _schedule_next_check(self):
        jitter = random.uniform(-CHECK_JITTER, CHECK_JITTER)
        self.dns_next_check = fields.Datetime.now() + CHECK_INTERVAL * (1 + jitter)

    def _register_check(self, check, changes):
        """Make `check` the latest one, and tell of the changes that it found."""
        self.dns_check_id = check
        self._schedule_next_check()
        if changes:
            self.message_post(
                body=self._changes_body(changes),
                subject=self.env._("The DNS of %(domain)s has changed", domain=self.name),
            )
        if regressions := [change for change in changes if change.is_regression]:
            self.dns_good_check_id = self.dns_good_check_id or check._previous(limit=1)
            self._alert_of_regression(regressions)
        elif self.dns_good_check_id and check._is_no_worse_than(self.dns_good_check_id):
            self.dns_good_check_id = False
            self._open_alerts().action_feedback(
                feedback=self.env._("The DNS of %(domain)s is as good as before.", domain=self.name)
            )

    def _changes_body(self, changes):
        title = self.env["mail.alias.domain.check"]._title
        explain = partial(wording.explain, translate=self.env._)
        return self.env["ir.qweb"]._render(
            "email_communication.dns_changes",
            {
                "changes": [
                    {
                        "record": f"{title(change.record_type)} {change.name}",
                        "is_regression": change.is_regression,
                        "before": [(explain(item), item.found) for item in change.before],
                        "after": [(explain(item), item.found) for item in change.after],
                    }
                    for change in changes
                ]
            },
        )

    def _alert_of_regression(self, changes):
        """One activity for each person to be told; an open one is brought up to date."""
        note = self._changes_body(changes)
        open_activities = self._open_alerts()
        open_activities.note = note
        followers = self.message_partner_ids
        for user in self._users_to_alert() - open_activities.user_id:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("The DNS of %(domain)s got worse", domain=self.name),
                note=note,
                user_id=user.id,
            )
        # Odoo makes followers of them, who get all that administrators write to each other.
        self.message_unsubscribe((self.message_partner_ids - followers).ids)

    def _open_alerts(self):
        warning = self.env.ref("mail.mail_activity_data_warning")
        return self.activity_ids.filtered(
            lambda activity: activity.automated and activity.activity_type_id == warning
        )

    def _users_to_alert(self):
        if users := self.dns_alert_user_ids:
            return users
        administrators = self.env.ref("base.group_system").sudo().all_user_ids
        return administrators.filtered(lambda user: user.active and not user.share).sorted("id")[:1]
