from odoo import api, models

ADMINISTRATORS = "base.group_system"


class MailAliasDomain(models.Model):
    """The chatter of an alias domain is for administrators.

    Every employee may read alias domains, because every record needs their addresses. Odoo opens
    the chatter to whoever may read the record; what is told here, to whom and by whom, concerns
    those who run the system, so each of Odoo's ways into a chatter asks for them.
    """

    # Apart from the watching of the DNS: who may see what is a subject of its own
    _inherit = "mail.alias.domain"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Who creates an alias domain follows it, unless the chatter is not for them."""
        follows = {} if self._is_chatter_open() else {"mail_create_nosubscribe": True}
        created = super(MailAliasDomain, self.with_context(**follows)).create(vals_list)
        return created.with_env(self.env)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """As in Odoo, who may not read a document gets False and does not follow it."""
        if not self._is_chatter_open():
            return False
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    @api.model
    def _is_chatter_open(self):
        """Whether the user, not the code that runs for them with more rights, may see it."""
        return self.env.user.has_group(ADMINISTRATORS)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """No operation means no right: on messages, activities, and to post."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        return operations if self._is_chatter_open() else dict.fromkeys(operations)

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", **kwargs):
        if not self._is_chatter_open():
            return self.browse()
        return super()._get_thread_with_access(thread_id, mode=mode, **kwargs)

    def _has_field_access(self, field, operation):
        """The fields of the chatter too, whichever app adds them to every chatter."""
        if not self.env.su and self._is_of_chatter(field.name) and not self._is_chatter_open():
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _get_view_fields(self, view_type, models):
        """The search view is not given the fields of the chatter: to describe all of them takes
        longer than all the rest of opening an alias domain."""
        models = super()._get_view_fields(view_type, models)
        if view_type == "search":
            names = models[self._name]
            models[self._name] = [name for name in names if not self._is_of_chatter(name)]
        return models

    @api.model
    def _is_of_chatter(self, field_name):
        """Whether a field is there because alias domains have messages and activities."""
        return field_name not in self.pool["base"]._fields and (
            field_name in self.pool["mail.thread"]._fields
            or field_name in self.pool["mail.activity.mixin"]._fields
        )
