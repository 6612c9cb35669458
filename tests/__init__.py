from . import (
    test_delivery_details,
    test_dns_check,
    test_end_to_end,
    test_expected_senders,
    test_fetchmail_errors,
    test_from_filter,
    test_json2,
    test_mail_provider,
    test_same_choice_as_odoo,
    test_sender_simulation,
    test_settings,
    test_tours,
)
