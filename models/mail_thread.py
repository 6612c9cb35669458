import logging

from odoo import SUPERUSER_ID, api, models

from ..core.incoming import bounds
from .incoming_run import CURRENT, Observed, Spooled, is_plain_test, observing

_logger = logging.getLogger(__name__)

REFUSE_PARAMETER = "email_communication.mailgate_refuses_unrouted"
"""Whether an unrouted mail that the mailgate brings is refused, as in Odoo, instead of kept."""


class MailThread(models.AbstractModel):
    """Every incoming mail is kept in the spool, whichever way it comes; Odoo processes it.

    What becomes of it is seen by overrides of Odoo's own steps; their rules are not copied.
    """

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Odoo's, for a mail that the spool knows: by fetching, by the mailgate or by any caller.

        Callers see Odoo's return values and exceptions, and their transaction is not committed.
        The mailgate is told that all went well once the mail is kept.
        """
        arguments = {
            "custom_values": custom_values,
            "save_original": save_original,
            "strip_attachments": strip_attachments,
            "thread_id": thread_id,
        }
        observed = CURRENT.get()
        if observed and not observed.entered:  # this is a later run of a mail in the spool
            observed.entered = True
            return super().message_process(model, self._readable(message), **arguments)
        if isinstance(message, Spooled):
            return self._process_fetched(model, message, arguments)
        raw = self._raw_of(message)
        if raw is None:
            return super().message_process(model, message, **arguments)
        if hasattr(message, "data") and not is_plain_test(self.env.cr):
            return self._process_from_mailgate(model, raw, arguments)
        return self._process_for_caller(super().message_process, model, raw, arguments)

    @api.model
    def _process_for_caller(self, process, model, raw, arguments):
        """By code of others: in their transaction, and they hear what they would hear of Odoo."""
        call = {"model": model or False, **arguments}
        with observing(Observed(raw, entered=True)) as observed:
            try:
                readable = self._readable(raw)
                result = process(model, readable, **arguments)
            except Exception as error:
                self._keep_after_failure(raw, call, error, observed)
                raise
        self.env["mail.incoming"].sudo()._record_processed(
            raw, self._spool_values(call), result, observed
        )
        return result

    @api.model
    def _readable(self, raw):
        """What Odoo can parse in time."""
        observed = CURRENT.get()
        readable = bounds.cut_types(raw)
        observed.bounded = observed.bounded or readable is not raw
        return readable

    # ------------------------------------------------------------
    # WAYS IN
    # ------------------------------------------------------------

    @api.model
    def _raw_of(self, message):
        if hasattr(message, "data"):
            message = message.data
        if isinstance(message, str):
            message = message.encode("utf-8", "surrogatepass")
        return bytes(message) if isinstance(message, (bytes, bytearray)) else None

    @api.model
    def _process_fetched(self, model, message, arguments):
        """From a mailbox: the mail is committed already, and the cursor is fetchmail's own."""
        row = self.env["mail.incoming"].sudo().browse(message.incoming_id)
        call = self._first_run(row, model, arguments)
        # Somebody's decision about where it goes stands in the row.
        is_as_called = not row.attempts and not (row.call or {}).get("destination")
        return row._process(bytes(message) or None, call if is_as_called else None)

    @api.model
    def _first_run(self, row, model, arguments):
        """How Odoo goes on from here. The overrides that come before ours have run already; a
        later run begins with them."""
        thread = self.with_company(row.company_id.id) if row.company_id else self
        values = row._of_company(model, arguments["custom_values"])
        arguments = {**arguments, "custom_values": values}

        def call(raw):
            CURRENT.get().entered = True
            readable = self._readable(raw)
            return super(MailThread, thread).message_process(model, readable, **arguments)

        return call

    @api.model
    def _process_from_mailgate(self, model, raw, arguments):
        """From Odoo's script: kept on a cursor of its own before anything else."""
        with self.env.registry.cursor() as cr:
            there = self.with_env(self.env(cr=cr))
            incoming = there.env["mail.incoming"].sudo()
            values = there._spool_values({"model": model or False, **arguments})
            row = incoming._spool_again(raw, {**values, "mailbox_name": "odoo-mailgate.py"})
            cr.commit()  # pylint: disable=invalid-commit
            try:
                return row._process(raw, there._first_run(row, model, arguments))
            except Exception as error:
                _logger.info("Incoming email %s failed: %s", row.id, type(error).__name__)
                if row.state == "unrouted" and there._refuses_unrouted():
                    row.write({"state": "ignored", "reason": "refused"})
                    cr.commit()  # pylint: disable=invalid-commit
                    raise
                return False

    @api.model
    def _refuses_unrouted(self):
        return bool(self.env["ir.config_parameter"].sudo().get_param(REFUSE_PARAMETER))

    @api.model
    def _spool_values(self, call):
        mailbox = self.env["fetchmail.server"].sudo()
        if mailbox_id := self.env.context.get("default_fetchmail_server_id"):
            mailbox = mailbox.browse(mailbox_id).exists()
        return {
            "call": self.env["mail.incoming"]._call_values(self, call),
            "company_id": mailbox.company_id.id or False,
            "mailbox_id": mailbox.id,
            "mailbox_name": mailbox.name or False,
        }

    @api.model
    def _keep_after_failure(self, raw, call, error, observed):
        """Store it when the caller's transaction has ended, however that was.

        A plain test has no end of its own.
        """
        if is_plain_test(self.env.cr):
            return
        values = self._spool_values(call)
        registry, kept = self.env.registry, []

        def keep():
            if kept:
                return
            kept.append(True)
            try:
                with registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["mail.incoming"]._record_failed(raw, values, error, observed)
            except Exception:
                _logger.exception("An incoming email that failed could not be kept")

        self.env.cr.postrollback.add(keep)
        self.env.cr.postcommit.add(keep)
