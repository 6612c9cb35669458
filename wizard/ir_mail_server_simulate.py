import email.policy
from email.message import EmailMessage
from types import SimpleNamespace

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..core.outgoing.selection import SenderRule
from ..models.ir_mail_server import PRIORITY


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
    mail_server_id = fields.Many2one("ir.mail_server", "Server", compute="_compute_result")
    explanation = fields.Char(compute="_compute_result")
    header_from = fields.Char("From", compute="_compute_result")
    envelope_sender = fields.Char(compute="_compute_result")
    steps_html = fields.Html("Steps", compute="_compute_result", sanitize=False)

    @api.depends("email_from", "user_id", "company_id")
    def _compute_result(self):
        for simulation in self:
            simulation.update(simulation._result())

    def _result(self):
        if self.email_from and not email_normalize(self.email_from):
            return {
                "mail_server_id": False,
                "explanation": self.env._(
                    "“%(text)s” is not an e-mail address. Write the sender as ada@example.com or "
                    "as Ada Lovelace <ada@example.com>.",
                    text=self.email_from,
                ),
                "header_from": False,
                "envelope_sender": False,
                "steps_html": False,
            }
        servers = self._contextual_servers()
        choice = servers._choose_sender(self.email_from, self._servers_of_user(servers))
        server = servers.browse(choice.key)
        header_from, envelope_sender = self._senders(server)
        return {
            "mail_server_id": server.id,
            "explanation": servers._sender_rule_sentence(
                choice.rule.value,
                server.name or servers._command_line_server_name(),
                self.email_from,
            ),
            "header_from": header_from,
            "envelope_sender": envelope_sender,
            "steps_html": self.env["ir.qweb"]._render(
                "email_communication.sender_steps", {"steps": self._step_rows(choice)}
            ),
        }

    def _contextual_servers(self):
        """The servers in the context in which a mail of the company's records is sent."""
        company = self.company_id.sudo()
        servers = self.env["ir.mail_server"].sudo().with_company(company)
        if not company.alias_domain_id:
            return servers
        return servers.with_context(
            domain_notifications_email=company.default_from_email,
            domain_bounce_address=company.bounce_email,
        )

    def _servers_of_user(self, servers):
        usable = servers.search([], order=PRIORITY)
        return usable.filtered(
            lambda server: server.owner_user_id in (self.user_id.browse(), self.user_id)
        )

    def _senders(self, server):
        """The From header and the envelope sender that the sending methods make of it."""
        _server, smtp_from = server._find_mail_server(self.email_from, server)
        author = self.email_from or smtp_from
        if not author:
            return False, False
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = author
        message["To"] = author
        from_filter = server.from_filter if server else server._get_default_from_filter()
        session = SimpleNamespace(from_filter=from_filter, smtp_from=smtp_from)
        envelope_sender, _to, sent = server._prepare_email_message__(message, session)
        return str(sent["From"]), envelope_sender

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    def _step_rows(self, choice):
        """One row a rule: ``{"title": str, "detail": str, "state": "chosen|passed|unneeded"}``."""
        steps = {step.rule: step for step in choice.steps}
        rows = []
        for rule, title in self._rule_titles().items():
            step = steps.get(rule)
            state = self._step_state(step, choice)
            rows.append({"title": title, "state": state, "detail": self._step_detail(step, state)})
        return rows

    def _step_state(self, step, choice):
        if not step:
            return "unneeded"
        return "chosen" if step.rule is choice.rule else "passed"

    def _rule_titles(self):
        return {
            SenderRule.ADDRESS: self.env._("Exact address of the sender"),
            SenderRule.DOMAIN: self.env._("Domain of the sender"),
            SenderRule.SUBDOMAIN: self.env._("Subdomains that include the sender's domain"),
            SenderRule.NOTIFICATION: self.env._("Notification address"),
            SenderRule.NO_FILTER: self.env._("Server without FROM filter"),
            SenderRule.FALLBACK: self.env._("First server, whatever its FROM filter"),
            SenderRule.COMMAND_LINE: self.env._("Server of the command line"),
        }

    def _step_detail(self, step, state):
        if state == "unneeded":
            return ""
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
