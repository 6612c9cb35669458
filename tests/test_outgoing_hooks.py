import inspect

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.mail.models.mail_mail import MailMail
from odoo.tests import BaseCase, tagged

HOOKS = {
    IrMail_Server._connect__: "(self, host=None, port=None, user=None, password=None, "
    "encryption=None, smtp_from=None, ssl_certificate=None, ssl_private_key=None, "
    "smtp_debug=False, mail_server_id=None, allow_archived=False)",
    IrMail_Server.send_email: "(self, message, mail_server_id=None, smtp_server=None, "
    "smtp_port=None, smtp_user=None, smtp_password=None, smtp_encryption=None, "
    "smtp_ssl_certificate=None, smtp_ssl_private_key=None, smtp_debug=False, smtp_session=None)",
    IrMail_Server.test_smtp_connection: "(self, autodetect_max_email_size=False)",
    MailMail.send: "(self, auto_commit=False, raise_exception=False, post_send_callback=None)",
    MailMail._send: "(self, auto_commit=False, raise_exception=False, smtp_session=None, "
    "alias_domain_id=False, mail_server=False, post_send_callback=None)",
    MailMail.send_after_commit: "(self)",
    MailMail.process_email_queue: "(self, email_ids=(), batch_size=1000)",
    MailMail._postprocess_sent_message: "(self, success_pids, success_emails, "
    "failure_reason=False, failure_type=None)",
    MailMail._prepare_outgoing_list: "(self, mail_server=False, doc_to_followers=None)",
    MailMail._filter_mail_mail_servers: "(self, mail_servers)",
    MailMail._split_by_mail_configuration: "(self)",
    MailMail._split_by_delayed_batch: "(self, mail_server)",
    MailMail.mark_outgoing: "(self)",
    MailMail.action_retry: "(self)",
    MailMail.cancel: "(self)",
}


@tagged("post_install", "-at_install")
class TestOutgoingHooks(BaseCase):
    """Sending stands on these methods of Odoo. When one of them changes, read it again."""

    def test_the_hooks_are_as_we_know_them(self):
        for method, signature in HOOKS.items():
            with self.subTest(method=method.__qualname__):
                self.assertEqual(str(inspect.signature(method)), signature)

    def test_odoo_still_tells_a_missing_recipient_by_this_exception(self):
        source = inspect.getsource(MailMail._send)
        self.assertIn("str(error) == IrMailServer.NO_VALID_RECIPIENT", source)
        self.assertIn("smtp_session=smtp_session", inspect.getsource(MailMail.send))
