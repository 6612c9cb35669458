import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("email_communication_settings", {
    steps: () => [
        {
            content: "Check the DNS of the alias domain",
            trigger: "#email-alias-setting button[name='action_check_alias_domain_dns']",
            run: "click",
        },
        {
            content: "The line that says what is wrong gets the focus",
            trigger: ".modal .o-email-communication-DnsHeadline:focus",
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
            run: "clear && press Tab",
        },
        {
            content: "An emptied field gets Odoo's own value back",
            trigger: "div[name='mail_gateway_loop_threshold'] input:value(20)",
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
            content: "The envelope says what it stands for, and opens by the keyboard",
            trigger:
                ".o-mail-Message:contains('here is our offer') .o-mail-Message-notification[aria-label^='Delivery: ']",
            run() {
                this.anchor.focus();
                this.anchor.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })
                );
            },
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

/** What a person types, and what the window then says, for each state the DNS can be in. */
const DNS_STATES = [
    ["acme.test", "odoo", "ok", "spf", "The record is valid"],
    ["bare.test", "odoo", "error", "dmarc", "There should be"],
    ["broken.test", "odoo", "error", "spf", "2 SPF records"],
    ["broken.test", "odoo", "warning", "dmarc", "The policy is “none”"],
    ["lookups.test", "odoo", "error", "spf", "12 DNS look-ups"],
    ["acme.test", "wrong", "error", "dkim", "no record for selector wrong"],
    ["servfail.test", "odoo", "unknown", "spf", "SERVFAIL"],
    ["timeout.test", "odoo", "unknown", "mx", "no answer came in time"],
    ["https://missing.test/x", "odoo", "error", "domain", "does not exist"],
];

registry.category("web_tour.tours").add("email_communication_dns_check", {
    steps: () => [
        ...DNS_STATES.flatMap(([domain, selectors, severity, kind, said]) => [
            {
                trigger: "body:not(:has(.modal)) .o_list_view button:contains('Check a Domain')",
                run: "click",
            },
            {
                trigger: ".modal div[name='domain_name'] input",
                run: `edit ${domain}`,
            },
            {
                trigger: ".modal div[name='dkim_selectors'] input",
                run: `edit ${selectors}`,
            },
            {
                trigger: ".modal footer button[name='action_check']:visible",
                run: "click",
            },
            {
                content: `${domain}: ${said}`,
                trigger: `.modal .o-email-communication-DnsFinding[data-kind='${kind}'][data-severity='${severity}']:contains('${said}')`,
            },
            {
                trigger: ".modal footer button:contains('Close')",
                run: "click",
            },
        ]),
        {
            trigger: "body:not(:has(.modal)) .o_list_view button:contains('Check a Domain')",
            run: "click",
        },
        {
            trigger: ".modal div[name='domain_name'] input",
            run: "edit not a domain",
        },
        {
            trigger: ".modal footer button[name='action_check']:visible",
            run: "click",
        },
        {
            content: "What is no domain is refused",
            trigger: ".modal:contains('is not a domain name') button:contains('Close')",
            run: "click",
        },
        {
            trigger: ".modal:not(:contains('is not a domain name')) footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Earlier checks stay in the list, and open again",
            trigger: "body:not(:has(.modal)) .o_data_row:contains('broken.test') td[name='domain_name']",
            run: "click",
        },
        {
            content: "The record to publish can be copied",
            trigger: ".o-email-communication-DnsFinding[data-kind='spf'] button:contains('Copy')",
        },
        {
            content: "and all of them as lines of a zone file",
            trigger: "div[name='zone_snippet']:contains('broken.test. IN TXT')",
        },
        {
            content: "An opened check can be made again",
            trigger: ".o_form_statusbar button:contains('Check Again'):visible",
            run: "click",
        },
        {
            content: "which is a new check, after the earlier one",
            trigger: ".breadcrumb-item:contains('broken.test')",
        },
        {
            content: "and a new one has its button",
            trigger: ".o_form_button_create",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.o-email-communication-DnsFinding)) div[name='domain_name'] input",
            run: "edit ada@acme.test",
        },
        {
            trigger: ".o_form_statusbar button:contains('Check'):not(:contains('Again')):visible",
            run: "click",
        },
        {
            content: "What was pasted has become its domain, and the page shows the result",
            trigger: ".o-email-communication-DnsHeadline:contains('Nothing has to be done')",
        },
        {
            trigger: "div[name='domain_name'] input:value('acme.test')",
        },
    ],
});
