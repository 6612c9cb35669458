from . import (
    ir_mail_server_simulate,
    ir_mail_server_simulate_coverage,
    ir_mail_server_split,
    mail_incoming_preview,
    mail_incoming_route,
)
