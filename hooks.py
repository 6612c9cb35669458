from .models.mail_alias_domain_check import NAMESERVER_PARAMETER


def uninstall_hook(env):
    """Take away what only this addon can show: Odoo's alias domains have no activities."""
    env["mail.activity"].search([("res_model", "=", "mail.alias.domain")]).unlink()
    env["ir.config_parameter"].search([("key", "=", NAMESERVER_PARAMETER)]).unlink()
