from .models.mail_alias_domain_check import NAMESERVER_PARAMETER


def uninstall_hook(env):
    """Take away what only this addon can show: Odoo's alias domains have no chatter."""
    of_alias_domains = [("res_model", "=", "mail.alias.domain")]
    env["mail.activity"].with_context(active_test=False).search(of_alias_domains).unlink()
    env["mail.followers"].search(of_alias_domains).unlink()
    env["ir.config_parameter"].search([("key", "=", NAMESERVER_PARAMETER)]).unlink()
