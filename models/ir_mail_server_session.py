import logging
import smtplib
from functools import partial

from odoo import api, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException, extract_rfc2822_addresses
from odoo.exceptions import UserError

from ..core import reply as core_reply
from ..core.outgoing.pool import Line
from ..core.outgoing.session import Session
from ..core.outgoing.wire import cause_of
from ..core.reply import Command
from .ir_mail_server_pool import POOL
from .sending_run import Run
from .sending_work import address_key

_logger = logging.getLogger(__name__)

SMTP = smtplib.SMTP
"""Bound at import: tests of others put a mock in the place of `smtplib.SMTP`."""

UNPIPELINED = set()
"""Addresses of servers that this process found to be silent after a group of commands."""


class IrMailServer(models.Model):
    """While mails are sent, a connection is a session that remembers what it was told."""

    _inherit = "ir.mail_server"

    def _connect__(self, *args, **kwargs):
        """While mails are sent: a session that remembers the answers, or the fault of the server.

        It is not raised, for then Odoo gives up all mails of the server, also those that somebody
        else is sending. What is wrong with the choice of the server (it is archived, or belongs
        to somebody else) is still raised.
        """
        run, connect = Run.of(self.env), partial(super()._connect__, *args, **kwargs)
        if run is None or args:
            return connect()
        server = self.sudo().browse(kwargs.get("mail_server_id") or ())
        if not run.raises:
            if run.is_over:
                return Session(None)
            if server.id in run.faults:
                return Session(None, fault=run.faults[server.id])
            if fault := server._rest_fault(run):
                run.faults[server.id] = fault
                return self._session(None, connect, run, fault=fault)
        key = server._pool_key(kwargs)
        try:
            line = server._line(key, kwargs.get("smtp_from")) or connect()
        except (smtplib.SMTPException, OSError, UserError) as error:
            if run.raises or not (fault := server._fault_of(error)):
                raise
            _logger.info("Outgoing server %s cannot send: %s", server.id, fault.answer)
            return Session(None, fault=fault)
        if not isinstance(line, SMTP | Line):
            return line  # no connection, or the mock of a test
        session = self._session(line, connect, run, keep=key and partial(POOL.give, key))
        if isinstance(line, Line):
            session.from_filter, session.smtp_from = server.from_filter, kwargs.get("smtp_from")
        return session

    def _fault_of(self, error):
        """What kept us from connecting, where it is the server's fault; else None.

        Odoo's Google and Microsoft apps say with a UserError that no token is to be had.
        """
        if not isinstance(error, UserError):
            return core_reply.from_exception(Command.CONNECT, cause_of(error))
        if not self.active or not self._is_of_token():
            return None
        return core_reply.read(Command.AUTH, 535, str(error))

    def _is_of_token(self):
        return self.smtp_authentication not in ("login", "certificate", "cli", False)

    @api.model
    def _session(self, line, connect, run, **kwargs):
        time_left = None if run.raises else run.time_left
        return Session(line, connect, time_left=time_left, unpipelined=UNPIPELINED, **kwargs)

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Note what each recipient was answered, and let Odoo go on with the next one.

        Odoo ends a mail at the first recipient that is refused, except where it says itself that
        there is no valid recipient. Every other caller gets the exception as ever.
        """
        run, session = Run.of(self.env), kwargs.get("smtp_session")
        if run is None or run.work is None or run.work.session is not session:
            return super().send_email(message, *args, **kwargs)
        copies = {address_key(item) for item in extract_rfc2822_addresses(message["Cc"])}
        sender = self._leaving_out(run.work.done)
        try:
            result = super(IrMailServer, sender).send_email(message, *args, **kwargs)
        except (MailDeliveryException, smtplib.SMTPServerDisconnected) as error:
            if not session.replies:
                raise
            run.record(session, copies)
            if run.raises:
                raise
            end = self._end_of_call(run, session, error)
            raise end from None if end is error else error
        run.record(session, copies)
        return result

    def _leaving_out(self, done):
        """Odoo's own way to keep an address out of the envelope and in the headers."""
        if not done:
            return self
        skipped = {*(self.env.context.get("send_smtp_skip_to") or ()), *done}
        return self.with_context(send_smtp_skip_to=list(skipped))
