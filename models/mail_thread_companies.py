from odoo import api, models
from odoo.tools import email_split

from .incoming_run import CURRENT, NO_ROUTE


class MailThread(models.AbstractModel):
    """An alias or a mailbox of one company never leads into a record of another.

    What would do so goes nowhere by itself: it waits for somebody who may see both. A mailbox or
    an alias domain without a company is everybody's, and so is a record without one.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        observed = CURRENT.get()
        if not routes and observed and observed.of_other_company and not observed.state:
            # In words that begin as Odoo's own do: it is unrouted, and somebody is told.
            raise ValueError(
                f"{NO_ROUTE} within one company for incoming message from "
                f"{message_dict['email_from']} to {message_dict['to']}: {observed.of_other_company}"
            )
        return routes

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        checked = super()._routing_check_route(message, message_dict, route, raise_exception)
        if checked and (problem := self._company_problem(message_dict, checked)):
            if observed := CURRENT.get():
                observed.of_other_company = problem
                observed.step("other_company", problem=problem)
            return ()
        return checked

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        """An answer that is kept from another company is not answered as if it belonged nowhere."""
        observed = CURRENT.get()
        if observed and observed.of_other_company:
            return False
        return super()._detect_write_to_catchall(msg_dict)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """What an alias creates belongs to the company of the alias, where it has just one."""
        companies = {self._only_company(route[4]) for route in routes or ()}
        company = companies.pop() if len(companies) == 1 else None
        if not company or company == self.env.company:
            return super()._message_route_process(message, message_dict, routes)
        in_company = self.with_company(company)
        return super(MailThread, in_company)._message_route_process(message, message_dict, routes)

    # ------------------------------------------------------------
    # COMPANIES
    # ------------------------------------------------------------

    @api.model
    def _only_company(self, alias):
        if not alias or not self.env["res.company"]._has_several():
            return None
        companies = alias.sudo().alias_domain_id.company_ids
        return companies if len(companies) == 1 else None

    @api.model
    def _company_problem(self, message_dict, route):
        """Why a destination is of another company than what leads there, or None."""
        if not self.env["res.company"]._has_several():
            return None
        model, res_id, values, _user_id, alias = route
        target = self._company_of_target(model, res_id, values, alias)
        if not target:
            return None
        mailbox = self._mailbox_of_company()
        if mailbox and not target._is_within(mailbox.company_id):
            return self.env._(
                "the mailbox %(mailbox)s belongs to %(company)s, the destination to %(other)s",
                mailbox=mailbox.name,
                company=mailbox.company_id.name,
                other=target.name,
            )
        if not alias or self._may_lead_there(message_dict, alias.sudo(), res_id, target):
            return None
        return self.env._(
            "the alias %(alias)s belongs to %(company)s, the destination to %(other)s",
            alias=alias.sudo().display_name,
            company=", ".join(alias.sudo().alias_domain_id.company_ids.mapped("name")),
            other=target.name,
        )

    @api.model
    def _may_lead_there(self, message_dict, alias, res_id, target):
        companies = alias.alias_domain_id.company_ids
        if not companies or target._is_within(companies):
            return True
        # An answer may be written to addresses of several companies.
        is_answer = res_id and not alias.alias_force_thread_id
        return is_answer and self._is_written_to(message_dict, target.alias_domain_id)

    @api.model
    def _company_of_target(self, model, res_id, values, alias):
        """The company of the record, or that which a new one would have, where that is known."""
        companies = self.env["res.company"].sudo()
        record = self.env[model].sudo().browse(res_id or ())
        if record:
            return record._mail_get_companies()[record.id]
        if company_id := dict(values or {}).get("company_id"):
            return companies.browse(company_id).exists()
        if not alias:
            return companies
        alias = alias.sudo()
        owner_model = alias.alias_parent_model_id.model
        if owner_model in self.env and alias.alias_parent_thread_id:
            owner = self.env[owner_model].sudo().browse(alias.alias_parent_thread_id).exists()
            if owner and (company := owner._mail_get_companies()[owner.id]):
                return company
        of_domain = alias.alias_domain_id.company_ids
        return of_domain if len(of_domain) == 1 else companies

    @api.model
    def _mailbox_of_company(self):
        """The mailbox that the mail comes from, where it belongs to a company."""
        mailbox_id = self.env.context.get("default_fetchmail_server_id")
        mailbox = self.env["fetchmail.server"].sudo().browse(mailbox_id or ()).exists()
        return mailbox if mailbox.company_id else None

    @api.model
    def _is_written_to(self, message_dict, alias_domain):
        addresses = email_split(message_dict.get("recipients") or "")
        return any(item.lower().endswith(f"@{alias_domain.name}") for item in addresses)
