import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..core.dkim import is_published, key_name
from ..core.dkim.record import is_meant
from ..core.dns.resolver import InvalidNameserver, run
from .mail_dkim_key import CHECKED, OVERLAP, RETIRED, RETIRING, SIGNING, STOPPED, WAITING

_logger = logging.getLogger(__name__)

PUBLISHED = ("dkim_ok", "dkim_only_ed25519", "dkim_key_short", "dkim_test_mode")
UNPUBLISHED = ("dkim_own_missing", "dkim_own_differs")
"""Findings of the DNS check about a key of our own; any other could not tell."""
WARNING = "mail.mail_activity_data_warning"


class MailDkimKey(models.Model):
    """When a key signs: the DNS decides, and who has to know is told."""

    # Apart from the key itself: what becomes of it is a subject of its own
    _inherit = "mail.dkim.key"  # pylint: disable=consider-merging-classes-inherited

    @api.depends(
        "state", "stop_reason", "dns_checked_at", "signing_since", "retired_at", "domain_name"
    )
    @api.depends_context("lang", "tz")
    def _compute_state_sentence(self):
        for key in self:
            key.state_sentence = key._state_sentence()

    def _state_sentence(self):
        name, until = self.record_name, format_date(self.env, self.retired_at)
        if self.state == STOPPED:
            return self._stop_sentence()
        sentences = {
            SIGNING: self.env._(
                "Odoo signs with it what leaves through the servers that do not sign by themselves."
            ),
            RETIRING: self.env._(
                "A newer key signs. Keep the record %(name)s in the DNS until %(date)s, for "
                "e-mails that are on their way.",
                name=name,
                date=until,
            ),
            RETIRED: self.env._(
                "Nothing needs it any more: remove the record %(name)s.", name=name
            ),
        }
        if self.state in sentences:
            return sentences[self.state]
        if not self.dns_checked_at:
            return self.env._(
                "Publish the record %(name)s. Signing starts by itself once it is in the DNS.",
                name=name,
            )
        return self.env._(
            "The record %(name)s is not in the DNS yet. Signing starts by itself once it is "
            "there; it can take some hours until everybody sees it.",
            name=name,
        )

    def _stop_sentence(self):
        reasons = {
            "renamed": self.env._(
                "The alias domain is not called %(domain)s any more, so nothing is signed with "
                "this key. Make a new one.",
                domain=self.domain_name,
            ),
            "packages": self._missing_packages(self.algorithm)
            or self.env._("A Python package was missing. Ask the DNS now to start again."),
            "unusable": self.env._("The private key cannot be used any more. Make a new one."),
        }
        return reasons.get(self.stop_reason) or self.env._(
            "The record %(name)s is not in the DNS any more, or has another key, so nothing is "
            "signed with it. Publish it again; signing starts by itself once it is there.",
            name=self.record_name,
        )

    # ------------------------------------------------------------
    # ASKING THE DNS
    # ------------------------------------------------------------

    def check_dns__(self):
        """Ask the DNS about these keys now; administrators only."""
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators can check DKIM keys."))
        try:
            self._ask_dns__()
        except InvalidNameserver as error:
            raise UserError(error.explain(self.env._)) from error
        return True

    @api.model
    def _cron_check_keys(self):
        """Every hour: signing is to start and to stop on the day of the change, not the next."""
        keys = self.search([("state", "in", (*CHECKED, RETIRING))])
        self.env["ir.cron"]._commit_progress(remaining=len(keys))
        for key in keys:
            try:
                with self.env.cr.savepoint():
                    key._ask_dns__()
            except InvalidNameserver:
                _logger.warning("The DKIM keys were not checked: the name server is not set well")
                break
            except Exception:
                _logger.exception("The DKIM key %s could not be checked", key.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _ask_dns__(self):
        resolver = self.env["mail.alias.domain.check"]._dns_resolver()
        for key in self.sudo():
            if key.state in CHECKED:
                name = key_name(key.selector, key.domain_name)
                answer = run(resolver.query(name, "TXT"))
                texts = tuple(filter(is_meant, answer.records))
                key._take(is_published(texts, key.public_record) if answer.known else None)
            elif key.state == RETIRING and key.retired_at <= fields.Datetime.now():
                key._end()

    def _take_findings(self, findings):
        """What a DNS check has found out about these keys."""
        codes = {item.name: item.code for item in findings if item.record_type == "dkim"}
        for key in self.sudo().filtered(lambda key: key.state in CHECKED):
            code = codes.get(key.record_name)
            if code in PUBLISHED or code in UNPUBLISHED:
                key._take(code in PUBLISHED)

    def _take(self, is_there):
        """Whether the DNS has the record of this key; None where it did not say."""
        if is_there is None:
            return
        self.dns_checked_at = fields.Datetime.now()
        problem = self._why_unusable__() or (False if is_there else "dns")
        if self.state == SIGNING and problem:
            self._stop(problem)
        elif self.state != SIGNING and not problem:
            self._start()
        elif self.state == STOPPED:
            self.stop_reason = problem

    # ------------------------------------------------------------
    # WHAT FOLLOWS
    # ------------------------------------------------------------

    def _start(self):
        self.write({"state": SIGNING, "stop_reason": False, "signing_since": fields.Datetime.now()})
        self._tell(self.env._("The DNS shows the record. Signing has started."))
        self._open_alerts().action_feedback(
            feedback=self.env._("%(name)s signs again.", name=self.record_name)
        )
        older = self.search(
            [
                ("domain_name", "=", self.domain_name),
                ("algorithm", "=", self.algorithm),
                ("state", "in", (SIGNING, STOPPED)),
                ("id", "<", self.id),
            ]
        )
        older._retire()

    def _stop(self, reason):
        self.write({"state": STOPPED, "stop_reason": reason})
        self._tell(self.state_sentence)
        if self._open_alerts():
            return
        for user in self._users_to_alert():
            self.activity_schedule(
                WARNING,
                summary=self.env._("E-mails of %(domain)s are not signed", domain=self.domain_name),
                note=self.state_sentence,
                user_id=user.id,
            )

    def _users_to_alert(self):
        """Those who are told of the DNS, as far as they may see keys."""
        told = self.alias_domain_id._users_to_alert()
        administrators = self.env.ref("base.group_system").sudo().all_user_ids
        return (told & administrators) or administrators.filtered("active").sorted("id")[:1]

    def action_retire(self):
        """Sign with it no longer; its record stays for what is on its way."""
        self.check_access("write")
        for key in self.sudo():
            if key.state in (WAITING, STOPPED):
                key._end()
            elif key.state == SIGNING:
                key._retire()

    def _retire(self):
        for key in self:
            key.write({"state": RETIRING, "retired_at": fields.Datetime.now() + OVERLAP})
            key._tell(key.state_sentence)
            key._forget_private_part()
            key._open_alerts().unlink()

    def _end(self):
        for key in self:
            key.write({"state": RETIRED, "retired_at": key.retired_at or fields.Datetime.now()})
            key._tell(key.state_sentence)
            key._forget_private_part()
            key._open_alerts().unlink()

    def _tell(self, sentence):
        self._message_log(body=sentence)

    def _open_alerts(self):
        warning = self.env.ref(WARNING)
        return self.activity_ids.filtered(
            lambda activity: activity.automated and activity.activity_type_id == warning
        )
