from .models.delivery_recorder import COMMAND_LINE_REST
from .models.fetchmail_adapter import MAX_BYTES_PARAMETER
from .models.mail_alias_domain_check import NAMESERVER_PARAMETER
from .models.mail_incoming_retention import SOURCE_DAYS_PARAMETER
from .models.mail_thread import REFUSE_PARAMETER

ADDON = "email_communication"
PARAMETERS = (
    COMMAND_LINE_REST,
    MAX_BYTES_PARAMETER,
    NAMESERVER_PARAMETER,
    REFUSE_PARAMETER,
    SOURCE_DAYS_PARAMETER,
)
WITH_CHATTER = ("mail.alias.domain", "ir.mail_server")
"""Models of Odoo that have a chatter only as long as this addon is there."""


def uninstall_hook(env):
    """Take away what only this addon can show: these models of Odoo have no chatter.

    Nothing would keep what was said and attached there from any employee any more.
    """
    for model in WITH_CHATTER:
        of_model = [("res_model", "=", model)]
        env["mail.activity"].with_context(active_test=False).search(of_model).unlink()
        env["mail.followers"].search(of_model).unlink()
        env["mail.message"].search([("model", "=", model)]).unlink()
        env["ir.attachment"].search(of_model).unlink()
        _claim_chatter_fields(env, model)
    _drop_alerts(env)
    env["ir.config_parameter"].search([("key", "in", PARAMETERS)]).unlink()
    env.ref("mail.action_view_mail_mail").write({"context": "{}", "help": False})


def _drop_alerts(env):
    """Activities about incoming emails and mailboxes belong to no record, and so would stay."""
    incoming = env["mail.incoming"].search([])
    alerts = incoming.alert_id | incoming.expiry_alert_id
    alerts |= env["fetchmail.server"].with_context(active_test=False).search([]).alert_id
    alerts.unlink()


def _claim_chatter_fields(env, model):
    """The fields of the chatter go with this addon, also those that other apps add to every one.

    At their updates those apps take them for theirs as well, and at an update of this addon alone
    they can lose their owner. What another one owns, or nobody, would stay, and no user can delete
    a field of an app.
    """
    fields = env["ir.model.fields"].search([("model", "=", model)])
    is_of_chatter = env["mail.alias.domain"]._is_of_chatter
    fields = fields.filtered(lambda field: is_of_chatter(field.name))
    inherits = env["ir.model.inherit"].search([("model_id.model", "=", model)])
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
