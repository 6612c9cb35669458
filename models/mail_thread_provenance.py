import time
from dataclasses import replace

from odoo import api, models
from odoo.modules import module

from ..core.dns.resolver import DnsResolver, InvalidNameserver, run
from ..core.incoming import provenance
from ..core.incoming.fields import Fields
from .incoming_run import CURRENT
from .ir_config_parameter import NAMESERVER_PARAMETER

DNS_SECONDS = 4.0
"""For all signatures of one mail: its row is locked meanwhile."""


class MailThread(models.AbstractModel):
    """Where a mail comes from, and what proves it: told once for each mail, and kept with it.

    What the mailbox's own mail server has checked decides. Only where there is none such, and
    dkimpy is installed, is the DNS asked for the key of a signature.
    """

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        values = super().message_parse(message, save_original=save_original)
        if observed := CURRENT.get():
            judged = self._read_incoming(message).provenance
            if judged:
                kept = self._provenance_values(judged)
                values.update(kept)
                observed.values.update(kept)
                self._note_provenance(observed, judged)
        return values

    @api.model
    def _get_message_create_valid_field_names(self):
        """Only a mail that is being processed says where it came from."""
        names = super()._get_message_create_valid_field_names()
        return names | {"provenance", "provenance_details"} if CURRENT.get() else names

    @api.model
    def _with_provenance(self, reading, message, raw=b""):
        """:param raw: the mail as it came; without it no signature is verified"""
        if reading.provenance is None:
            return reading
        mailbox = self._incoming_mailbox()
        judged = provenance.judge(
            Fields.of(message),
            mailbox._trusted_servers(),
            raw=raw,
            ask=self._ask_within__() if raw else None,
            order=mailbox._envelope_order(),
        )
        return replace(reading, provenance=judged)

    @api.model
    def _incoming_mailbox(self):
        """The mailbox that a mail comes from, read in one go; empty for the mailgate."""
        mailboxes = self.env["fetchmail.server"].sudo().with_context(active_test=False)
        mailbox_id = self.env.context.get("default_fetchmail_server_id")
        if not mailbox_id:
            return mailboxes
        names = ["envelope_fields", "authserv_id"]
        return mailboxes.search_fetch([("id", "=", mailbox_id)], names)

    @api.model
    def _provenance_values(self, judged):
        return {
            "provenance": judged.verdict.replace(" ", "_"),
            "provenance_details": {
                "reason": judged.reason,
                "domain": judged.domain,
                "server": judged.server,
            },
        }

    @api.model
    def _note_provenance(self, observed, judged):
        code = f"provenance_{judged.verdict.replace(' ', '_')}"
        observed.step(code, reason=judged.explain(self.env._))

    # ------------------------------------------------------------
    # DNS
    # ------------------------------------------------------------

    @api.model
    def _ask_within__(self):
        """Asks the DNS for a TXT record, all questions together within a few seconds.

        As `core.incoming.dkim_proof.Ask` says; nothing is asked before somebody calls it.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        resolvers, end = [], []

        def ask(name):
            if not resolvers:
                end.append(time.monotonic() + DNS_SECONDS)
                if module.current_test and not parameters.get_param(NAMESERVER_PARAMETER):
                    raise OSError("Tests of others ask nobody outside.")
                try:
                    servers = parameters._get_nameservers()
                    resolvers.append(DnsResolver(servers, timeout=1.0, lifetime=DNS_SECONDS))
                except InvalidNameserver as error:
                    raise OSError(error.code) from error
            if time.monotonic() > end[0]:
                raise TimeoutError
            answer = run(resolvers[0].query(name, "TXT"))
            if not answer.known:
                raise OSError(answer.status.value)
            return "".join(answer.records[:1]).encode() or None

        return ask
