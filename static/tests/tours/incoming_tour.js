import { registry } from "@web/core/registry";

const row = (text) => `.o_list_view .o_data_row:contains('${text}')`;

registry.category("web_tour.tours").add("email_communication_incoming_failed", {
    steps: () => [
        {
            content: "Settings say that something needs a decision",
            trigger: "#email_incoming_setting .badge:contains('need a decision')",
        },
        {
            trigger: "#email_incoming_setting button:contains('Incoming emails')",
            run: "click",
        },
        {
            content: "The failed mail is listed with its state",
            trigger: `${row("Question 1")}:contains('Failed') td[name='subject']`,
            run: "click",
        },
        {
            content: "Its error stands on top",
            trigger: ".o_form_view .alert:contains('The record cannot be made')",
        },
        {
            content: "It can be looked at",
            trigger: "button[name='action_preview']",
            run: "click",
        },
        {
            trigger: ".modal div[name='body']:contains('Hello, this is mail 1.')",
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "The cause is repaired meanwhile",
            trigger: "body:not(:has(.modal)) button[name='action_process']",
            run: "click",
        },
        {
            content: "It has become a record",
            trigger: ".o_form_view div[name='reason']:contains('Created a record')",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_incoming_unrouted", {
    steps: () => [
        {
            trigger: `${row("Question 1")}:contains('Unrouted') td[name='subject']`,
            run: "click",
        },
        {
            content: "What is wrong stands on top",
            trigger: ".o_form_view .alert:contains('there is no alias for them')",
        },
        {
            trigger: "button[name='action_route']",
            run: "click",
        },
        {
            trigger: ".modal label:contains('A new alias for this address')",
            run: "click",
        },
        {
            content: "The address is there already",
            trigger: ".modal div[name='address'] input:value(help@acme.test)",
        },
        {
            trigger: ".modal div[name='model_id'] input",
            run: "edit Contact",
        },
        {
            trigger: ".modal .ui-autocomplete .dropdown-item:contains(/^Contact$/)",
            run: "click",
        },
        {
            trigger: ".modal footer button[name='action_apply']",
            run: "click",
        },
        {
            content: "It has become a record",
            trigger: ".o_form_view div[name='reason']:contains('Created a record')",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_incoming_mailbox", {
    steps: () => [
        {
            trigger: "#email_incoming_setting .badge:contains('cannot be fetched')",
        },
        {
            trigger: "#email_incoming_setting button:contains('Mailboxes')",
            run: "click",
        },
        {
            content: "The list says why",
            trigger: `${row("Mailbox of acme.test")}:contains('Password refused') td[name='name']`,
            run: "click",
        },
        {
            content: "The form says it in a sentence",
            trigger: ".o_form_view .alert:contains('refused the user name')",
        },
        {
            trigger: "button[name='set_draft']",
            run: "click",
        },
        {
            trigger: "div[name='password'] input:enabled",
            run: "edit sandbox",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: "button[name='button_confirm_login']",
            run: "click",
        },
        {
            content: "The test is a report",
            trigger: ".modal:contains('e-mails can be fetched') button:contains('Close')",
            run: "click",
        },
        {
            trigger: "button[name='fetch_mail']",
            run: "click",
        },
        {
            content: "All is well again",
            trigger: ".o_form_view:not(:has(.alert-danger)) div[name='last_success']",
        },
    ],
});
