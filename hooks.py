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
    _claim_chatter_fields(env)


def _claim_chatter_fields(env):
    """The fields of the chatter go with this addon, also those that other apps add to every one.

    At their next update those apps take them for theirs as well. What two own stays when one of
    them goes, and no user can delete a field that an app owns.
    """
    alias_domains = env["mail.alias.domain"]
    fields = env["ir.model.fields"].search([("model", "=", "mail.alias.domain")])
    fields = fields.filtered(lambda field: alias_domains._is_of_chatter(field.name))
    inherits = env["ir.model.inherit"].search([("model_id.model", "=", "mail.alias.domain")])
    for rows in (fields, fields.selection_ids, inherits):
        owners = env["ir.model.data"].search(
            [("model", "=", rows._name), ("res_id", "in", rows.ids)]
        )
        for owners_of_row in owners.grouped("res_id").values():
            ours = owners_of_row.filtered(lambda owner: owner.module == ADDON) or owners_of_row[:1]
            (owners_of_row - ours).unlink()
            ours.module = ADDON
