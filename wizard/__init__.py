from . import (
    fetchmail_preview,
    ir_mail_server_simulate,
    ir_mail_server_simulate_coverage,
    ir_mail_server_split,
    mail_alias_domain_redirect,
    mail_incoming_preview,
    mail_incoming_route,
    mail_incoming_simulation,
)
