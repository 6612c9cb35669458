from . import (
    fetchmail_server,
    ir_config_parameter,
    ir_mail_server,
    ir_mail_server_from_filter,
    ir_mail_server_provider,
    mail_alias_domain,
    mail_alias_domain_check,
    mail_delivery_mixin,
    mail_mail,
    mail_notification,
    mail_provider,
    res_config_settings,
)
