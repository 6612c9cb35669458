import { registry } from "@web/core/registry";

const POPOVER = ".o-mail-MessageNotificationPopover";
const WARNING = ".o-email-communication-Provenance-warning:contains('Be careful with it')";

function line(state, ...texts) {
    return `${POPOVER} .o-email-communication-Delivery[data-state='${state}']${texts
        .map((text) => `:contains('${text}')`)
        .join("")}`;
}

function sender(verdict, text) {
    return `.o-mail-Message-header .o-email-communication-Provenance[data-verdict='${verdict}'][title*='${text}']`;
}

registry.category("web_tour.tours").add("email_communication_came_back", {
    steps: () => [
        {
            content: "The envelope is red, and says so",
            trigger: ".o-mail-Message-notification.text-danger[aria-label*='Bounced']",
            run: "click",
        },
        {
            content: "One sentence says why, and another one what to do",
            trigger: line("bounced", "gone@elsewhere.test", "Came back", "does not exist.", "Correct"),
        },
        {
            content: "What is late is late, and not lost",
            trigger: line("delayed", "full@elsewhere.test", "has not arrived yet", "is full."),
        },
        {
            trigger: line("accepted", "fine@elsewhere.test"),
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_senders", {
    steps: () => [
        {
            content: "The mail server has checked this one",
            trigger: sender("verified", "has checked that the mail comes from customer.test"),
        },
        {
            content: "Nothing proves the sender of this one, and nothing is wrong",
            trigger: sender("not_verified", "nothing speaks against it"),
        },
        {
            content: "A calm warning, in words, where it failed and nowhere else",
            trigger: `.o-mail-Message:has(${sender("failed", "does not come")}) ${WARNING}`,
        },
        {
            trigger: `.o-mail-Message:has(${sender("verified", "checked")}):not(:has(${WARNING}))`,
        },
        {
            content: "An answer would reach the forwarder (e-mails are shown in a tree of their own)",
            trigger: ".o-mail-Message-body > div:shadow em:contains('Forwarded by')",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_trust", {
    steps: () => [
        {
            trigger: ".o_form_view .nav-link[name='email_communication_trust']",
            run: "click",
        },
        {
            content: "The name is found in the mails that are here",
            trigger: ".alert:contains('“mx.acme.test” has noted its checks in 2 of the latest 2')",
        },
        {
            trigger: "button[name='action_trust_suggestion']",
            run: "click",
        },
        {
            trigger: "div[name='authserv_id'] input:value(mx.acme.test)",
        },
        {
            content: "What the fields say of the latest mails",
            trigger: "div[name='envelope_trial']:contains('contacts@acme.test (Received)')",
        },
        {
            trigger: "div[name='envelope_fields'] input",
            run: "edit X-Mine && click body",
        },
        {
            trigger: "div[name='envelope_trial']:contains('None of the fields is there')",
        },
        {
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
