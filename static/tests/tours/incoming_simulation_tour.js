import { registry } from "@web/core/registry";

const step = (code, text) => `.modal li[data-code='${code}']:contains('${text}')`;

registry.category("web_tour.tours").add("email_communication_incoming_simulation", {
    steps: () => [
        {
            content: "Settings, without developer mode",
            trigger: "#email_incoming_setting button:contains('What would happen to an email?')",
            run: "click",
        },
        {
            trigger: ".modal .alert-info:contains('Say whom the email is from and to')",
        },
        {
            trigger: ".modal div[name='email_to'] input",
            run: "edit contacts@acme.test && press Tab",
        },
        {
            content: "The result comes first",
            trigger: ".modal .alert-success:contains('It creates a new record: Contact.')",
        },
        {
            content: "Each step has its verdict in words and the value that decided",
            trigger: step("alias", "contacts@acme.test has exactly this address"),
        },
        {
            trigger: `${step("creates", "Decided")}`,
        },
        {
            trigger: ".modal div[name='email_to'] input",
            run: "edit nobody@acme.test && press Tab",
        },
        {
            trigger: ".modal .alert-warning:contains('Nothing accepts it')",
        },
        {
            trigger: ".modal label:contains('Paste its source')",
            run: "click",
        },
        {
            trigger: ".modal div[name='raw'] textarea",
            async run(helpers) {
                await helpers.edit("From: mailer-daemon@customer.test\nTo: contacts@acme.test");
                await helpers.press("Tab");
            },
        },
        {
            trigger: step("bounce_sender", "mailer-daemon@customer.test"),
        },
        {
            content: "The same again, kept",
            trigger: ".modal footer button[name='action_simulate']",
            run: "click",
        },
        {
            trigger: step("bounce_sender", "mailer-daemon@customer.test"),
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_incoming_chatter", {
    steps: () => [
        {
            content: "The message has a button for how it came in",
            trigger: ".o-mail-Message .o-email-communication-Incoming",
            run: "click",
        },
        {
            trigger:
                ".o-email-communication-IncomingPopover:contains('to contacts@acme.test. It created this record (Contact).')",
        },
        {
            trigger: ".o-email-communication-IncomingPopover button:contains('Show each step')",
            run: "click",
        },
        {
            content: "The incoming email lists its steps",
            trigger: ".o_form_view li[data-code='creates']:contains('It creates a new record: Contact.')",
        },
        {
            trigger: "button[name='action_simulate']",
            run: "click",
        },
        {
            content: "And what would happen to it now",
            trigger: step("duplicate_allowed", "is there already"),
        },
        {
            trigger: ".modal .alert-success:contains('It creates a new record: Contact.')",
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});
