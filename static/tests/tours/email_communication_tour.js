import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("email_communication_settings", {
    steps: () => [
        {
            content: "Check the DNS of the alias domain",
            trigger: "#email-alias-setting button[name='action_check_alias_domain_dns']",
            run: "click",
        },
        {
            content: "The SPF record is fine, and is shown",
            trigger:
                ".modal .o-email-communication-DnsFinding[data-kind='spf']:contains('Fine'):contains('v=spf1')",
        },
        {
            content: "The key of the selector is fine",
            trigger:
                ".modal .o-email-communication-DnsFinding:contains('odoo._domainkey.acme.test'):contains('2048')",
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "The verdict stands beside the alias domain",
            trigger: "#email-alias-setting .badge:contains('Fine')",
        },
        {
            content: "Ask which server will send",
            trigger: "#email_sender_setting button:contains('Which server will send it?')",
            run: "click",
        },
        {
            trigger: ".modal div[name='email_from'] input",
            run: "edit news@acme.test && press Tab",
        },
        {
            content: "The exact address wins",
            trigger: ".modal:contains('“Newsletters” was chosen: its FROM filter lists news@acme.test.')",
        },
        {
            trigger: ".modal div[name='email_from'] input",
            run: "edit carl@elsewhere.example && press Tab",
        },
        {
            content: "Step by step, down to the notification address",
            trigger:
                ".modal .o_email_communication_steps tr:contains('Notification address'):contains('Chosen')",
        },
        {
            trigger: ".modal div[name='header_from']:contains('notifications@acme.test')",
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: "div[name='mail_gateway_loop_threshold'] input",
            run: "edit 25",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved: the page has nothing left to save",
            trigger: "body:not(:has(.o_dirty_warning, .modal))",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_chatter", {
    steps: () => [
        {
            trigger: ".o-mail-Chatter-sendMessage:not([disabled])",
            run: "click",
        },
        {
            trigger: ".o-mail-Composer-input",
            run: "edit Dear Carl, here is our offer.",
        },
        {
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            trigger:
                ".o-mail-Message:contains('here is our offer') .o-mail-Message-notification",
            run: "click",
        },
        {
            content: "The delivery details say the server and the rule",
            trigger:
                ".o-mail-MessageNotificationPopover:contains('“Transactional” was chosen: its FROM filter lists the domain acme.test.')",
        },
        {
            content: "and From and the envelope sender as sent",
            trigger:
                ".o-mail-MessageNotificationPopover:contains('ada@acme.test'):contains('bounce@acme.test')",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_dns_check", {
    steps: () => [
        {
            content: "Ask about a domain that is not set up in Odoo",
            trigger: ".o_list_view button:contains('Check a Domain')",
            run: "click",
        },
        {
            trigger: ".modal div[name='domain_name'] input",
            run: "edit broken.test",
        },
        {
            trigger: ".modal footer button[name='action_check']:visible",
            run: "click",
        },
        {
            content: "Two SPF records are an error, said in words, with the one to publish",
            trigger:
                ".modal .o-email-communication-DnsFinding[data-severity='error']:contains('2 SPF records'):contains('There should be')",
        },
        {
            content: "The record to publish can be copied",
            trigger:
                ".modal .o-email-communication-DnsFinding[data-kind='spf'] button:contains('Copy')",
        },
        {
            content: "and all of them as lines of a zone file",
            trigger: ".modal div[name='zone_snippet']:contains('broken.test. IN TXT')",
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
    ],
});
