import { registry } from "@web/core/registry";

function step(kind, state, text) {
    return `.modal .o-email-communication-TestStep[data-kind='${kind}'][data-state='${state}']:contains('${text}')`;
}

const CLOSE = { trigger: ".modal footer button:contains('Close')", run: "click" };

registry.category("web_tour.tours").add("email_communication_mailbox_report", {
    steps: () => [
        {
            content: "SSL/TLS where there is none",
            trigger: ".o_form_view button[name='button_confirm_login']:contains('Test & Confirm')",
            run: "click",
        },
        {
            trigger: ".modal .o-email-communication-TestHeadline:contains('no e-mail can be fetched')",
        },
        {
            trigger: step("tls", "failed", "does not speak SSL/TLS from its first word"),
        },
        {
            content: "One click, and it is tested again",
            trigger: ".modal .o-email-communication-TestOffers button:contains('TLS (STARTTLS)')",
            run: "click",
        },
        {
            trigger: ".modal .o-email-communication-TestHeadline:contains('e-mails can be fetched')",
        },
        {
            trigger: step("certificate", "ok", "127.0.0.1"),
        },
        {
            trigger: step("login", "ok", "was accepted"),
        },
        {
            trigger: step("folder", "ok", "1 messages, 1 of them unread"),
        },
        CLOSE,
        {
            content: "It is confirmed by that",
            trigger: ".o_form_view .o_statusbar_status .o_arrow_button_current:contains('Confirmed')",
        },
        {
            trigger: ".o_form_view div[name='connection_test']:contains('e-mails can be fetched')",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_mailbox_preview", {
    steps: () => [
        {
            trigger: ".o_form_view button[name='action_preview__']",
            run: "click",
        },
        {
            trigger: ".modal .o_email_communication_preview[data-verdict='accepted']:contains('Question 1')",
        },
        {
            trigger: ".modal .o_email_communication_preview[data-verdict='refused']:contains('Question 2') summary",
            run: "click",
        },
        CLOSE,
        {
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_mailbox_folders", {
    steps: () => [
        {
            trigger: "div[name='folders'] textarea",
            run: "edit INBOX",
        },
        {
            trigger: "div[name='done_folder'] input",
            run: "edit Done in Odoo",
        },
        {
            trigger: "div[name='failed_folder'] input",
            run: "edit INBOX",
        },
        {
            content: "What makes no sense is said",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".modal:contains('cannot be moved into a folder that is fetched itself')",
        },
        {
            trigger: ".modal footer button:contains('Stay here'), .modal footer button:contains('Close'), .modal footer button:contains('Ok')",
            run: "click",
        },
        {
            trigger: "div[name='failed_folder'] input",
            run: "edit Failed in Odoo",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved button[name='fetch_mail'], .o_form_view:not(:has(.o_form_button_save:visible)) button[name='fetch_mail']",
            run: "click",
        },
        {
            content: "The history tells of it",
            trigger: "div[name='recent_line']:contains('1')",
        },
        {
            trigger: "button[name='action_history']",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Mailbox of acme.test')",
        },
        {
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            trigger: ".o_graph_view .o_graph_canvas_container canvas",
        },
    ],
});
