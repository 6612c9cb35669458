from textwrap import shorten

from odoo import api, models
from odoo.exceptions import ValidationError

from ..core.dns.resolver import InvalidNameserver, parse_nameserver
from ..core.name import InvalidName, mail_domain
from ..core.outgoing import from_filter as core_from_filter
from ..core.provider import split

LOOP_PARAMETERS = {"mail.gateway.loop.minutes": 525_600, "mail.gateway.loop.threshold": 1_000_000}
"""The highest value of each: a year of minutes, and more mails than any gateway takes."""

LOOP_POLICY_PARAMETER = "email_communication.loop_policy"
AUTO_REPLY_POLICY_PARAMETER = "email_communication.auto_reply_policy"
POLICIES = {
    LOOP_POLICY_PARAMETER: ("hold", "bounce", "post", "odoo"),
    AUTO_REPLY_POLICY_PARAMETER: ("hold", "create", "ignore"),
}
"""What becomes of too many mails from one sender, and of automatic ones; the first is taken where
nothing is set."""

NAMESERVER_PARAMETER = "email_communication.dns_nameserver"
"""Name servers to ask instead of the system's, as HOST:PORT separated by commas."""

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
        if key == "mail.catchall.domain.allowed" and value:
            self._check_allowed_domains(value)
            return ",".join(dict.fromkeys(value.split(",")))
        if key == NAMESERVER_PARAMETER:
            self._check_nameservers(value)
        if key in POLICIES and value:
            self._check_policy(key, value)
        return value

    def write(self, vals):
        """A value can also become nonsense by a new key."""
        if "key" in vals and "value" not in vals:
            for parameter in self:
                self._sanitize_param_value(vals["key"], parameter.value)
        return super().write(vals)

    def _sanitize_loop_parameter(self, key, value, label=None):
        number = self._read_loop_parameter(key, value)
        if number is None:
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not a possible value of %(name)s. "
                    "Write a whole number from 1 to %(maximum)s, without a unit.",
                    value=shorten(str(value), SHOWN_LENGTH, placeholder="…"),
                    name=label or key,
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

    def _check_policy(self, key, value):
        if value not in POLICIES[key]:
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not a possible value of %(name)s. Write one of %(values)s.",
                    value=shorten(str(value), SHOWN_LENGTH, placeholder="…"),
                    name=key,
                    values=", ".join(POLICIES[key]),
                )
            )

    @api.model
    def _get_policy(self, key):
        value = self._get_param(key)
        return value if value in POLICIES[key] else POLICIES[key][0]

    def _check_allowed_domains(self, value, label="mail.catchall.domain.allowed"):
        """A ValidationError names the field or the parameter, whichever the person sees."""
        for domain in core_from_filter.split(value) or [value]:
            if not core_from_filter.is_domain(domain):
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is not a domain. Write the domains of %(field)s such as "
                        "example.com, separated by commas.",
                        value=shorten(domain, SHOWN_LENGTH, placeholder="…"),
                        field=label,
                    )
                )

    @api.model
    def _get_nameservers(self):
        """The name servers that are set, None where the system's are to be asked.

        Only a missing parameter means the system's: a blank or broken one raises InvalidNameserver,
        as somebody meant another one to be asked.
        """
        value = self._get_param(NAMESERVER_PARAMETER)
        return None if value is None else self._parse_nameservers(value)

    @api.model
    def _parse_nameservers(self, value):
        nameservers = split(value)
        if not nameservers:
            raise InvalidNameserver("nameserver_invalid", nameserver=value or "")
        for nameserver in nameservers:
            parse_nameserver(nameserver)
        return nameservers

    def _check_nameservers(self, value):
        try:
            self._parse_nameservers(value)
        except InvalidNameserver as error:
            raise ValidationError(self._nameserver_error_sentence(error)) from error

    def _nameserver_error_sentence(self, error):
        nameserver = error.params["nameserver"].strip(" ,\n")
        if not nameserver:
            return self.env._(
                "%(key)s is blank. Write the IP address of a name server, like 192.0.2.1:53, or "
                "delete the parameter to ask the name servers of the system.",
                key=NAMESERVER_PARAMETER,
            )
        sentence = error.explain(self.env._)
        try:
            mail_domain(nameserver.partition(":")[0])
        except InvalidName:
            return sentence
        return self.env._(
            "%(sentence)s It is the name of a host, which a name server would have to be asked for "
            "first: write the IP address of that host.",
            sentence=sentence,
        )
