from . import (
    fetchmail_server,
    ir_config_parameter,
    ir_mail_server,
    mail_alias_domain,
    mail_delivery_mixin,
    mail_mail,
    mail_notification,
    res_config_settings,
)
