import { registry } from "@web/core/registry";

function step(kind, state, ...texts) {
    return `.modal .o-email-communication-TestStep[data-kind='${kind}'][data-state='${state}']${texts
        .map((text) => `:contains('${text}')`)
        .join("")}`;
}

registry.category("web_tour.tours").add("email_communication_test_connection", {
    steps: () => [
        {
            content: "A host that was pasted with its scheme",
            trigger: ".o_form_view button[name='test_smtp_connection']:contains('Test Connection')",
            run: "click",
        },
        {
            content: "The result gets the focus",
            trigger: ".modal .o-email-communication-TestHeadline:focus:contains('no e-mail can be sent')",
        },
        {
            trigger: step("name", "failed", "is not just a host name", "What to do:", "127.0.0.1"),
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "It is kept on the server",
            trigger: ".o_form_view div[name='connection_test']:contains('no e-mail can be sent')",
        },
        {
            trigger: ".o_form_view div[name='smtp_host'] input",
            run: "edit 127.0.0.1",
        },
        {
            content: "Encryption from the first word is wrong here",
            trigger: ".o_form_view button[name='test_smtp_connection']",
            run: "click",
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
            trigger: ".modal .o-email-communication-TestHeadline:focus:contains('e-mails can be sent')",
        },
        {
            trigger: step("login", "ok", "The login was accepted"),
        },
        {
            trigger: step("data", "ok", "nothing was sent"),
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: ".o_form_view div[name='connection_test']:contains('e-mails can be sent')",
        },
        {
            content: "The steps can be looked at again",
            trigger: ".o_form_view button[name='action_connection_report']",
            run: "click",
        },
        {
            trigger: step("size", "ok", "25 MB"),
        },
    ],
});

const KEY = ".modal .o_field_x2many_kanban .o_kanban_record";

registry.category("web_tour.tours").add("email_communication_sign_emails", {
    steps: () => [
        {
            trigger: ".o_form_view button[name='action_sign_emails']",
            run: "click",
        },
        {
            trigger: ".modal:contains('None is chosen, so nothing will be signed')",
        },
        {
            content: "The server that does not sign by itself",
            trigger: ".modal div[name='dkim_server_ids'] label:contains('Transactional')",
            run: "click",
        },
        {
            trigger: ".modal:not(:contains('None is chosen'))",
        },
        {
            trigger: ".modal footer button[name='action_make_dkim_keys']:contains('Make the Keys')",
            run: "click",
        },
        {
            content: "The record to publish, with its button",
            trigger: `${KEY}:contains('._domainkey.acme.test'):contains('v=DKIM1; k=rsa; p=') button:contains('Copy')`,
        },
        {
            trigger: `${KEY}:contains('Waiting for the DNS'):contains('Publish the record')`,
        },
        {
            content: "The choice was saved",
            trigger: ".modal div[name='dkim_server_ids'] .o-checkbox:contains('Transactional') input:checked",
        },
        {
            content: "It is not there yet",
            trigger: ".modal footer button[name='check_dkim_keys__']",
            run: "click",
        },
        {
            trigger: `${KEY}:contains('is not in the DNS yet')`,
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_signing", {
    steps: () => [
        {
            trigger: ".o_form_view button[name='action_sign_emails']",
            run: "click",
        },
        {
            trigger: ".modal footer button[name='check_dkim_keys__']",
            run: "click",
        },
        {
            trigger: `${KEY}:contains('Signing'):contains('Odoo signs with it')`,
        },
        {
            content: "New keys beside them, which wait",
            trigger: ".modal footer button[name='action_make_dkim_keys']:contains('New Keys')",
            run: "click",
        },
        {
            trigger: `${KEY}:contains('-2._domainkey.acme.test'):contains('Waiting for the DNS')`,
        },
        {
            trigger: ".modal footer button:contains('Close'):last",
            run: "click",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_split", {
    steps: () => [
        {
            trigger: ".o_list_view button:contains('Mass Mailings')",
            run: "click",
        },
        {
            content: "The first server is proposed for everything else",
            trigger: ".modal div[name='transactional_server_id'] input:value('Transactional')",
        },
        {
            trigger: ".modal footer button[name='action_split']",
            run: "click",
        },
        {
            content: "The new one is there to be completed",
            trigger: ".o_form_view div[name='name'] input:value('Transactional, mass mailings')",
        },
        {
            trigger: ".o_form_view div[name='sequence'] input:value('2')",
        },
    ],
});
