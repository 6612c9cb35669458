import { registry } from "@web/core/registry";

const row = (text) => `.o_list_view .o_data_row:contains('${text}')`;

registry.category("web_tour.tours").add("email_communication_loops", {
    steps: () => [
        {
            content: "Settings say that something needs a decision",
            trigger: "#email_incoming_setting button:contains('Incoming emails')",
            run: "click",
        },
        {
            content: "What came too often is held",
            trigger: `${row("Question 5")}:contains('Too many from this sender') td[name='subject']`,
            run: "click",
        },
        {
            content: "The form says how the sender writes, and what would be enough",
            trigger:
                ".o_form_view .alert:contains('robot@customer.test sent 5 mails within 60 minutes'):contains('to 10')",
        },
        {
            content: "One click releases all of the sender",
            trigger: "button[name='action_release_sender']",
            run: "click",
        },
        {
            content: "This one has become a record",
            trigger: ".o_form_view div[name='reason']:contains('Created a record')",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item a:contains('Incoming Emails')",
            run: "click",
        },
        {
            content: "And the other one as well",
            trigger: `${row("Question 4")}:contains('Processed')`,
        },
        {
            trigger: `.o_list_view:not(:has(.o_data_row:contains('Held')))`,
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_loops_settings", {
    steps: () => [
        {
            content: "A threshold is tried",
            trigger: "div[name='mail_gateway_loop_threshold'] input",
            run: "edit 1 && press Tab",
        },
        {
            content: "Before it is saved, Settings say what it would have held",
            trigger:
                "div[name='mail_gateway_loop_effect']:contains('would have held 4 mails in the last 30 days')",
        },
        {
            trigger: "#email_gateway_setting button:contains('Senders that may write more often')",
            run: "click",
        },
        {
            content: "It asks about the unsaved threshold",
            trigger: ".modal button:contains('Discard')",
            run: "click",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Nobody can allow everybody",
            trigger: ".o_data_row div[name='email'] input",
            run: "edit *",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger: ".modal:contains('would allow everybody') button:contains('Close')",
            run: "click",
        },
        {
            trigger: ".o_data_row div[name='email'] input",
            run: "edit *.customer.test",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger: ".o_list_button_add",
        },
    ],
});
