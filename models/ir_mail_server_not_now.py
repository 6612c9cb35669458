import smtplib

from odoo import api, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from .sending_run import Run


class NotNow(BaseException):
    """Neither sent nor failed: it waits for the next try.

    Not an `Exception`, so that other apps around `send_email`, which record each exception as the
    failure of a recipient, record nothing of somebody who has not had a final answer.
    """


class IrMailServer(models.Model):
    """Other apps around `send_email` hear what vanilla would tell them of a refusal, and nothing
    of a wait; Odoo's loop hears in both cases that it goes on with the next recipient."""

    _inherit = "ir.mail_server"

    def _register_hook(self):
        """Stand outside of all overrides of `send_email`, where only Odoo's loop is listening."""
        super()._register_hook()
        outermost = type(self)

        @api.model
        def send_email(self, message, *args, **kwargs):
            run, inner = Run.of(self.env), super(outermost, self).send_email
            if run is None:
                return inner(message, *args, **kwargs)
            with run.listening() as call:
                try:
                    return inner(message, *args, **kwargs)
                except (NotNow, MailDeliveryException, smtplib.SMTPServerDisconnected) as error:
                    if not call.is_recorded:
                        raise
                    raise AssertionError(self.NO_VALID_RECIPIENT) from error

        outermost.send_email = send_email

    @api.model
    def _end_of_call(self, run, session, error):
        """The exception after which the next recipient has his turn."""
        if run.call is None:
            return AssertionError(self.NO_VALID_RECIPIENT)
        run.call.is_recorded = True
        return NotNow() if run.work.waits_for(session.replies) else error
