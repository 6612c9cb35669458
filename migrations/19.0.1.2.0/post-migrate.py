from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give up the providers that were not picked but recognised; a person's choice stays.

    Earlier versions kept both in one column. A stored provider that has hosts of its own, on a
    server whose host is recognised, was recognised then, or was about to be replaced: at the next
    change of the host these versions took the recognised one. It may even be wrong by now, where
    the host comes from a configuration file.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    servers = env["ir.mail_server"].with_context(active_test=False)
    for server in servers.search([("picked_provider_id", "!=", False)]):
        if server.picked_provider_id.host_patterns and server._recognised_provider():
            server.picked_provider_id = False
    odoo = env.ref("email_communication.mail_provider_odoo", raise_if_not_found=False)
    if odoo and not odoo.smtp_authentication:
        odoo.smtp_authentication = "cli"
