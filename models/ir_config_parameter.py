from textwrap import shorten

from odoo import api, models
from odoo.exceptions import ValidationError

from ..core.outgoing import from_filter as core_from_filter

LOOP_PARAMETERS = {"mail.gateway.loop.minutes": 525_600, "mail.gateway.loop.threshold": 1_000_000}
"""The highest value of each: a year of minutes, and more mails than any gateway takes."""

SHOWN_LENGTH = 100
"""Characters shown of a refused value."""


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

    def write(self, vals):
        """A value can also become nonsense by a new key."""
        if "key" in vals and "value" not in vals:
            for parameter in self:
                self._sanitize_param_value(vals["key"], parameter.value)
        return super().write(vals)

    def _sanitize_loop_parameter(self, key, value):
        number = self._read_loop_parameter(key, value)
        if number is None:
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not a possible value of %(key)s. "
                    "Write a whole number from 1 to %(maximum)s, without a unit.",
                    value=shorten(str(value), SHOWN_LENGTH, placeholder="…"),
                    key=key,
                    maximum=LOOP_PARAMETERS[key],
                )
            )
        return str(number)

    @api.model
    def _read_loop_parameter(self, key, value):
        """The number that a value stands for, None where it is out of bounds or no number."""
        text, maximum = str(value).strip(), LOOP_PARAMETERS[key]
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(maximum))):
            return None
        return int(text) if 1 <= int(text) <= maximum else None

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
