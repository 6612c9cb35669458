import { registry } from "@web/core/registry";

const former = (address) =>
    `div[name='former_address_ids'] .o_data_row:contains('${address}')`;

registry.category("web_tour.tours").add("email_communication_former_address", {
    steps: () => [
        {
            content: "The address that bounces come to is changed",
            trigger: "div[name='bounce_alias'] input",
            run: "edit returns",
        },
        {
            trigger: "div[name='catchall_alias'] input",
            run: "click",
        },
        {
            content: "Before it is saved, what depends on it is told",
            trigger: ".alert:contains('Before you save'):contains('bounce@acme.test')",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is kept, and says where its mails go",
            trigger: `${former("bounce@acme.test")}:contains('returns@acme.test')`,
        },
        {
            content: "The one that was changed before is in use",
            trigger: `${former("catchall@acme.test")} td[name='mail_count']:contains('1')`,
        },
        {
            trigger: `${former("bounce@acme.test")} button[name='action_drop_anyway']`,
            run: "click",
        },
        {
            content: "Nothing is dropped without being asked",
            trigger: ".modal:contains('may still be on their way')",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            trigger: `div[name='former_address_ids']:not(:contains('bounce@acme.test'))`,
        },
        {
            trigger: former("catchall@acme.test"),
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_redirections", {
    steps: () => [
        {
            trigger: "button[name='action_redirections']",
            run: "click",
        },
        {
            trigger: ".modal div[name='own_domain'] input",
            run: "edit db.example && press Tab",
        },
        {
            content: "Every address and where it goes",
            trigger: ".modal tr:contains('contacts@acme.test'):contains('contacts@db.example')",
        },
        {
            content: "When a mail to it was last seen",
            trigger: ".modal tr:contains('contacts@acme.test') td:last-child:contains('-')",
        },
        {
            trigger: ".modal .nav-link:contains('Postfix')",
            run: "click",
        },
        {
            trigger: ".modal div[name='virtual_map']:contains('bounce@db.example')",
        },
        {
            trigger: ".modal label:contains('Into a mailbox')",
            run: "click",
        },
        {
            content: "What is missing is told",
            trigger: ".modal .alert:contains('Choose a mailbox')",
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
