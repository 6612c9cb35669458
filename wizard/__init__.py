from . import ir_mail_server_simulate, mail_alias_domain_check
