from odoo import models
from odoo.exceptions import ValidationError

from ..core import from_filter as core_from_filter

LOOP_PARAMETERS = ("mail.gateway.loop.minutes", "mail.gateway.loop.threshold")


class IrConfigParameter(models.Model):
    """The mail parameters are validated wherever they are written.

    A threshold of "abc" would otherwise be found out by the next incoming mail.
    """

    _inherit = "ir.config_parameter"

    def _sanitize_param_value(self, key, value):
        value = super()._sanitize_param_value(key, value)
        if key in LOOP_PARAMETERS:
            return self._sanitize_loop_parameter(key, value)
        if key == "mail.default.from_filter":
            return self.env["ir.mail_server"]._parse_valid_from_filter(value)
        if key == "mail.catchall.domain.allowed":
            self._check_allowed_domains(value)
        return value

    def _sanitize_loop_parameter(self, key, value):
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not a possible value of %(key)s. "
                    "Write a whole number of 1 or more, without a unit.",
                    value=value,
                    key=key,
                )
            )
        return str(int(text))

    def _check_allowed_domains(self, value):
        for domain in core_from_filter.split(value):
            if not core_from_filter.is_domain(domain):
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is not a domain. Write the allowed domains such as "
                        "example.com, separated by commas.",
                        value=domain,
                    )
                )
