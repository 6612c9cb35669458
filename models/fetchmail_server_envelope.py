import re

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.incoming.fields import Fields
from ..core.incoming.forwarding import ENVELOPE_ORDER, envelope_recipients

ORDER_PARAMETER = "email_communication.envelope_fields"
"""The order for mails of the mailgate and of mailboxes that have none of their own."""
MAILS_TRIED = 10
"""Of the latest mails, when an administrator tries an order: what fits on the screen."""
FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")
"""RFC 5322 section 2.2: printable ASCII without the colon."""


class FetchmailServer(models.Model):
    """A mailbox knows in which fields its server names the recipient of the envelope."""

    _inherit = "fetchmail.server"

    envelope_fields = fields.Char(
        "Recipient Fields",
        help="Where the address is looked for that a mail was handed over for: header fields, "
        "separated by commas. The first one that names an alias, the catchall or the bounce "
        "address decides. “Received” means what the receiving server itself noted there. Empty "
        f"means: {', '.join(ENVELOPE_ORDER)}.",
    )
    envelope_trial = fields.Html(
        "Latest Mails", compute="_compute_envelope_trial", sanitize=False, exportable=False
    )

    @api.constrains("envelope_fields")
    def _check_envelope_fields(self):
        for mailbox in self:
            for name in _names(mailbox.envelope_fields):
                if not FIELD_NAME.fullmatch(name):
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” is not the name of a header field. Write names such as "
                            "X-Original-To, separated by commas.",
                            name=name,
                        )
                    )

    def _envelope_order(self):
        """Where the recipient is looked for, of one mailbox or of none."""
        parameter = self.env["ir.config_parameter"].sudo().get_param(ORDER_PARAMETER)
        return _names(self.envelope_fields) or _names(parameter) or ENVELOPE_ORDER

    @api.depends("envelope_fields")
    @api.depends_context("lang")
    def _compute_envelope_trial(self):
        """What the order finds in the latest mails, before it is saved."""
        for mailbox in self:
            heads = self.env["mail.incoming"].sudo()._latest_heads(mailbox._origin, MAILS_TRIED)
            tried = [mailbox._try_envelope(incoming, head) for incoming, head in heads]
            mailbox.envelope_trial = tried and (
                Markup(
                    '<table class="table table-sm mb-0"><thead><tr><th>%s</th><th>%s</th></tr>'
                    "</thead><tbody>%s</tbody></table>"
                )
                % (self.env._("Mail"), self.env._("Handed over for"), Markup("").join(tried))
            )

    def _try_envelope(self, incoming, head):
        found = envelope_recipients(
            Fields.of(head), self._envelope_order(), self._trusted_servers()
        )
        known = self.env["mail.alias.domain"].sudo()._find_aliases([item[1] for item in found])
        if first := next((item for item in found if item[1] in known), None):
            told = self.env._("%(address)s (%(field)s)", field=first[0], address=first[1])
        elif found:
            told = self.env._(
                "%(address)s (%(field)s), which is none of our addresses",
                field=found[0][0],
                address=found[0][1],
            )
        else:
            told = self.env._("None of the fields is there.")
        return Markup('<tr><td class="text-break">%s</td><td class="text-break">%s</td></tr>') % (
            incoming.subject or incoming.email_from or "",
            told,
        )


def _names(text):
    """Names of fields as an administrator writes them; "received" is told by its usual spelling."""
    names = (name.strip().rstrip(":") for name in (text or "").replace("\n", ",").split(","))
    usual = {name.lower(): name for name in ENVELOPE_ORDER}
    return tuple(dict.fromkeys(usual.get(name.lower(), name) for name in names if name))
