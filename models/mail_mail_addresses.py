from odoo import api, models

LISTS = ("email_to", "email_cc")


class MailMail(models.Model):
    """A carriage return in the name of a recipient ends the name where addresses are read, so that
    what follows would be written to. A space does not."""

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_on_one_line(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(_on_one_line(vals))


def _on_one_line(vals):
    lists = {name: vals[name] for name in LISTS if isinstance(vals.get(name), str)}
    if not any("\r" in text for text in lists.values()):
        return vals
    return vals | {name: " ".join(text.splitlines()) for name, text in lists.items()}
