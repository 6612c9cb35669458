from .models.mail_alias_domain_check import NAMESERVER_PARAMETER

ADDON = "email_communication"


def uninstall_hook(env):
    """Take away what only this addon can show: Odoo's alias domains have no chatter.

    Nothing would keep what was said and attached there from any employee any more.
    """
    of_alias_domains = [("res_model", "=", "mail.alias.domain")]
    env["mail.activity"].with_context(active_test=False).search(of_alias_domains).unlink()
    env["mail.followers"].search(of_alias_domains).unlink()
    env["mail.message"].search([("model", "=", "mail.alias.domain")]).unlink()
    env["ir.attachment"].search(of_alias_domains).unlink()
    env["ir.config_parameter"].search([("key", "=", NAMESERVER_PARAMETER)]).unlink()
    env.ref("mail.action_view_mail_mail").context = "{}"
    _claim_chatter_fields(env)


def _claim_chatter_fields(env):
    """The fields of the chatter go with this addon, also those that other apps add to every one.

    At their updates those apps take them for theirs as well, and at an update of this addon alone
    they can lose their owner. What another one owns, or nobody, would stay, and no user can delete
    a field of an app.
    """
    alias_domains = env["mail.alias.domain"]
    fields = env["ir.model.fields"].search([("model", "=", "mail.alias.domain")])
    fields = fields.filtered(lambda field: alias_domains._is_of_chatter(field.name))
    inherits = env["ir.model.inherit"].search([("model_id.model", "=", "mail.alias.domain")])
    for rows in (fields, fields.selection_ids, inherits):
        _claim(rows)


def _claim(rows):
    data = rows.env["ir.model.data"]
    data.search([("model", "=", rows._name), ("res_id", "in", rows.ids)]).unlink()
    prefix = rows._name.replace(".", "_")
    data.create(
        [
            {"module": ADDON, "name": f"{prefix}_{row.id}", "model": row._name, "res_id": row.id}
            for row in rows
        ]
    )
