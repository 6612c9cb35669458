"""What a database has recorded, and whether a later version still has all of it.

`before.py` of a version calls `remember`, its `after.py` the rest. Everything that the addon stored
counts without being listed: the fields that it owns, as `ir.model.data` knows them. A field whose
contents a later version moves elsewhere is named in `moved`, and `after.py` looks for them there.
"""

import json

PARAMETER = "email_communication.tests_upgrade"
PARAMETERS = ("mail.%", "email_communication.%")
# What Odoo keeps, and the addon works with.
OF_ODOO = {
    "ir.mail_server": ("name", "from_filter", "smtp_host", "sequence", "active"),
    "fetchmail.server": ("name", "server", "user", "error_message"),
    "mail.alias.domain": ("name", "bounce_alias", "catchall_alias", "default_from"),
    "mail.message": ("subject", "body", "email_from", "model", "res_id"),
    "mail.mail": ("email_to", "state", "failure_reason"),
    "mail.notification": ("notification_status", "failure_type", "failure_reason"),
    "mail.activity": ("summary", "note", "user_id", "res_model", "res_id"),
    "ir.config_parameter": ("key", "value"),
}
NO_PROMISE = {"id", "create_uid", "write_uid", "write_date", "display_name"}


def remember(env):
    """Keeps in the database itself what it has recorded."""
    names = {model: set(fields) for model, fields in OF_ODOO.items()}
    for field in _own_fields(env):
        names.setdefault(field.model, set()).add(field.name)
    found = {model: _read(env, model, sorted(fields)) for model, fields in names.items()}
    parameters = found["ir.config_parameter"]
    found["ir.config_parameter"] = [
        row for row in parameters if row["key"].startswith(tuple(p[:-1] for p in PARAMETERS))
    ]
    env["ir.config_parameter"].set_param(PARAMETER, json.dumps(found, default=str))


def recall(env):
    """A list of rows for each model, as they were."""
    return json.loads(env["ir.config_parameter"].get_param(PARAMETER))


def lost(env, moved=()):
    """What is no longer as it was, in words; `moved` has names like "mail.mail.delivery_rule"."""
    for model, rows in recall(env).items():
        for name in rows[0].keys() - {"id"} if rows else ():
            if f"{model}.{name}" not in moved:
                yield from _lost_of(env, model, name, rows)


def unreadable(env):
    """Models of which the web client cannot show in form and list what was recorded.

    Those that nobody may read are not shown.
    """
    for model, rows in recall(env).items():
        readers = [("model_id.model", "=", model), ("perm_read", "=", True)]
        if not rows or not env["ir.model.access"].sudo().search_count(readers):
            continue
        records = env[model].browse(row["id"] for row in rows)._filtered_access("read")
        views = env[model].get_views([(False, "form"), (False, "list")])
        names = list(views["models"][model]["fields"])
        if not records or len(records.web_read({name: {} for name in names})) != len(records):
            yield model


def _own_fields(env):
    data = env["ir.model.data"].search(
        [("module", "=", "email_communication"), ("model", "=", "ir.model.fields")]
    )
    fields = env["ir.model.fields"].browse(data.mapped("res_id"))
    return fields.filtered(
        lambda field: (
            field.store
            and field.ttype != "one2many"
            and field.name not in NO_PROMISE
            and env[field.model]._auto
            and not env[field.model]._transient
        )
    )


def _read(env, model, names):
    records = env[model].with_context(active_test=False).search([], order="id")
    return records.read(names, load=None)


def _lost_of(env, model, name, rows):
    """A field may be computed from now on, as long as it says the same."""
    if model not in env or name not in env[model]._fields:
        yield f"{model}.{name} is no longer there"
        return
    text = json.dumps(_read(env, model, [name]), default=str)
    now = {row["id"]: row[name] for row in json.loads(text)}
    for row in rows:
        if now.get(row["id"], "nothing") != row[name]:
            yield f"{model} {row['id']}: {name} was {row[name]!r}, is {now.get(row['id'])!r}"
