from odoo import models

HEADERS = ("email_to", "subject", "email_cc", "email_bcc", "reply_to", "message_id", "headers")
"""Arguments of `_build_email__` that become headers of the message."""


class IrMailServer(models.Model):
    """What becomes a header stands on one line, whoever has written it.

    A line break in the name of a contact would begin a header of its own in the message of
    everybody; one in a subject or in the name of a file would keep the e-mail from being built.
    """

    _inherit = "ir.mail_server"

    def _build_email__(self, email_from, *args, **kwargs):
        recipients_and_subject = map(_on_one_line, args[:2])
        kwargs |= {name: _on_one_line(kwargs[name]) for name in HEADERS if name in kwargs}
        if files := kwargs.get("attachments"):
            kwargs["attachments"] = [(_on_one_line(name), *rest) for name, *rest in files]
        return super()._build_email__(
            _on_one_line(email_from), *recipients_and_subject, *args[2:], **kwargs
        )

    def _alter_message__(self, message, smtp_from, smtp_to_list):
        return super()._alter_message__(message, _on_one_line(smtp_from), smtp_to_list)


def _on_one_line(value):
    """A text, or all texts of a list or dict, with a space in the place of a line break."""
    if isinstance(value, str):
        return " ".join(value.splitlines())
    if isinstance(value, list | tuple):
        return [_on_one_line(item) for item in value]
    if isinstance(value, dict):
        return {key: _on_one_line(item) for key, item in value.items()}
    return value
