import email.policy
from email.message import EmailMessage
from email.utils import getaddresses
from types import SimpleNamespace

from odoo import api, fields, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_and_format_normalize

from ..core.outgoing.from_filter import MAX_ADDRESS_LENGTH, is_mail_address
from ..core.outgoing.selection import SenderRule
from ..core.text import printable
from ..models.ir_mail_server import PRIORITY
from ..models.sender_choice import SENDER_RULES

SOMEBODY = "somebody@example.com"
"""To whom the simulated mail goes: that does not change by which way it leaves."""


class IrMailServerSimulate(models.TransientModel):
    """Shows, without sending, which outgoing server a mail would leave through and why.

    The answer comes from the methods that send: nothing is computed a second way.
    """

    _name = "ir.mail_server.simulate"
    _description = "Simulate the choice of an outgoing server"

    email_from = fields.Char(
        "Sender", default=lambda self: self.env.user.email_formatted, help="The author's address."
    )
    user_id = fields.Many2one(
        "res.users",
        "Written By",
        default=lambda self: self.env.user,
        help="A personal outgoing server is only used for the mails of its owner.",
    )
    company_id = fields.Many2one(
        "res.company",
        "Company of the Record",
        required=True,
        default=lambda self: self.env.company,
        help="Its alias domain gives the notification and bounce addresses.",
    )
    is_sender_readable = fields.Boolean(compute="_compute_result")
    mail_server_id = fields.Many2one("ir.mail_server", "Server", compute="_compute_result")
    explanation = fields.Char(compute="_compute_result")
    warning = fields.Text(compute="_compute_result")
    header_from = fields.Char("From", compute="_compute_result")
    envelope_sender = fields.Char(compute="_compute_result")
    signature = fields.Char(compute="_compute_result")
    steps_html = fields.Html("Steps", compute="_compute_result", sanitize=False)

    @api.depends("email_from", "user_id", "company_id")
    def _compute_result(self):
        for simulation in self:
            simulation.update(simulation._result())

    def _result(self):
        sender = self._sender()
        if sender is None:
            return self._unreadable()
        servers = self._contextual_servers()
        candidates = self._servers_of_user(servers)
        found, smtp_from = servers._find_mail_server(sender, candidates)
        server = servers.browse(found.id if found else None)
        rule = servers._rule_that_chose(server.id, smtp_from, sender, candidates)
        header_from, envelope_sender, problem = self._as_sent(server, sender, smtp_from)
        warnings = [self._reading(sender), problem or server._bounce_sentence(envelope_sender)]
        return {
            "is_sender_readable": True,
            "mail_server_id": server.id,
            "explanation": servers._sender_rule_sentence(
                rule, server.name or servers._command_line_server_name(), sender
            ),
            "warning": "\n".join(filter(None, warnings)),
            "header_from": header_from,
            "envelope_sender": envelope_sender,
            "signature": server and header_from and server._dkim_sentence(header_from),
            "steps_html": self.env["ir.qweb"]._render(
                "email_communication.sender_steps",
                {"steps": self._step_rows(servers._choose_sender(sender, candidates), rule)},
            ),
        }

    # ------------------------------------------------------------
    # THE SENDER
    # ------------------------------------------------------------

    def _sender(self):
        """The sender as sending reads it; False where none is given, None where it is no address.

        A link copied from a web page may begin with mailto:, and have a subject behind it.
        """
        text = (self.email_from or "").strip()
        if text.lower().startswith("mailto:"):
            text = text[len("mailto:") :].partition("?")[0]
        if not text:
            return False
        senders = email_split_and_format_normalize(text)
        address = email_normalize(senders[0]) if senders else False
        return senders[0] if address and is_mail_address(address) else None

    def _unreadable(self):
        sentence = self.env._(
            "“%(text)s” is not an e-mail address. Write the sender as ada@example.com or as "
            "Ada Lovelace <ada@example.com>.",
            text=printable(self.email_from, MAX_ADDRESS_LENGTH),
        )
        nothing = dict.fromkeys(
            (
                "mail_server_id",
                "warning",
                "header_from",
                "envelope_sender",
                "signature",
                "steps_html",
            ),
            False,
        )
        return {**nothing, "is_sender_readable": False, "explanation": sentence}

    def _reading(self, sender):
        """What Odoo makes of a sender that is more than an address and a name."""
        address = email_normalize(sender)
        typed = [address for _name, address in getaddresses([self.email_from or ""])]
        if not address or [text.lower() for text in typed] == [address.lower()]:
            return ""
        return self.env._(
            "Odoo reads the sender %(address)s in “%(text)s”.",
            address=address,
            text=printable(self.email_from, MAX_ADDRESS_LENGTH),
        )

    # ------------------------------------------------------------
    # AS IT IS SENT
    # ------------------------------------------------------------

    def _contextual_servers(self):
        """The servers in the context in which a mail of the company's records is sent."""
        company = self.company_id.sudo()
        servers = self.env["ir.mail_server"].sudo().with_company(company)
        if not company.alias_domain_id:
            return servers
        return servers._in_sending_context(company.default_from_email, company.bounce_email)

    def _servers_of_user(self, servers):
        """Those that a mail of that user may use, as the mail itself decides it."""
        message = self.env["mail.message"].sudo().new({"create_uid": self.user_id.id})
        mail = self.env["mail.mail"].sudo().new({"mail_message_id": message})
        return mail._filter_mail_mail_servers(servers.search([], order=PRIORITY))

    def _as_sent(self, server, sender, smtp_from):
        """The From header and the envelope sender that the sending methods make of it, and a
        sentence where they refuse to."""
        author = sender or smtp_from
        if not author:
            return False, False, self._no_sender_sentence()
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = author
        message["To"] = SOMEBODY
        from_filter = server.from_filter if server else server._get_default_from_filter()
        session = SimpleNamespace(from_filter=from_filter, smtp_from=smtp_from)
        try:
            envelope_sender, _to, sent = server._prepare_email_message__(message, session)
        except AssertionError:
            return False, False, self._no_address_sentence(smtp_from)
        return str(sent["From"]), envelope_sender, ""

    def _no_sender_sentence(self):
        return self.env._(
            "There is no sender and no notification address, so this cannot be sent. Give the "
            "user an e-mail address, or the company an alias domain."
        )

    def _no_address_sentence(self, smtp_from):
        return self.env._(
            "This will fail: “%(sender)s”, as which it would be sent, is not an e-mail address.",
            sender=printable(str(smtp_from), MAX_ADDRESS_LENGTH),
        )

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    def _step_rows(self, choice, told):
        """One row a rule: ``{"title": str, "detail": str, "state": str}``, where the state is
        chosen, passed, overruled or unneeded."""
        steps = {step.rule: step for step in choice.steps}
        rows = []
        for rule, words in SENDER_RULES.items():
            if rule is SenderRule.REQUESTED or (rule is SenderRule.OTHER and rule is not told):
                continue
            step = steps.get(rule)
            state = self._step_state(rule, step, choice, told)
            detail = self._step_detail(step) if step else ""
            rows.append({"title": self.env._(words.title), "state": state, "detail": detail})
        return rows

    def _step_state(self, rule, step, choice, told):
        if rule is told:
            return "chosen"
        if not step:
            return "unneeded"
        return "overruled" if step.rule is choice.rule else "passed"

    def _step_detail(self, step):
        if step.rule is SenderRule.COMMAND_LINE:
            return self.env._("There is no outgoing server that this mail may use.")
        server = self.env["ir.mail_server"].sudo().browse(step.key).name
        entries = ", ".join(map(str, step.entries))
        if step.entry:
            return self.env._("“%(server)s” lists %(entry)s.", server=server, entry=step.entry)
        if step.key:
            return self.env._("“%(server)s” is the first one.", server=server)
        if entries:
            return self.env._("No usable server lists %(entries)s.", entries=entries)
        return self.env._("There is no such server.")
