import { registry } from "@web/core/registry";

const POPOVER = ".o-mail-MessageNotificationPopover";
const ENVELOPE = ".o-mail-Message .o-mail-Message-notification";

/** As somebody does who uses no mouse. */
function pressOn(key) {
    return function () {
        this.anchor.focus();
        this.anchor.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })
        );
    };
}

function line(state, ...texts) {
    return `${POPOVER} .o-email-communication-Delivery[data-state='${state}']${texts
        .map((text) => `:contains('${text}')`)
        .join("")}`;
}

registry.category("web_tour.tours").add("email_communication_waiting", {
    steps: () => [
        {
            content: "The envelope says that the mail waits, and opens with Enter",
            trigger: `${ENVELOPE}[aria-label='Delivery: Waiting']`,
            run: pressOn("Enter"),
        },
        {
            content: "The reader sees why it waits, and until when",
            trigger: line("waiting", "ada@one.test", "puts off mail", "tried again at"),
        },
        {
            trigger: `${POPOVER}:has([title='Waiting']):not(:contains('Delivered'))`,
        },
        {
            content: "Whoever came by the keyboard can go on with it",
            trigger: `${POPOVER} .o-email-communication-Deliveries:focus`,
        },
        {
            trigger: `${POPOVER} button[data-action='action_retry']`,
            run: "click",
        },
        {
            trigger: line("waiting", "as soon as possible"),
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_waiting_is_over", {
    steps: () => [
        {
            content: "The envelope opens with the space bar",
            trigger: `${ENVELOPE}[aria-label='Delivery: Accepted by the server']`,
            run: pressOn(" "),
        },
        {
            trigger: line("accepted", "ada@one.test", "has accepted the message"),
        },
        {
            trigger: `${POPOVER}:not(:contains('Delivered')):not(:has(button))`,
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_correct", {
    steps: () => [
        {
            trigger: `${ENVELOPE}[aria-label*='Error']`,
            run: "click",
        },
        {
            content: "Who has it has it, and who was refused is told why and what to do",
            trigger: line("accepted", "bob@two.test"),
        },
        {
            trigger: line("refused", "adda@one.test", "does not exist", "Correct the address"),
        },
        {
            trigger: `${POPOVER} button[data-action='action_correct_and_send']`,
            run: "click",
        },
        {
            content: "What is no address is said, and nothing is lost",
            trigger: `${POPOVER} input.o-email-communication-Delivery-address`,
            run: "edit nobody",
        },
        {
            trigger: `${POPOVER} form button[type='submit']`,
            run: "click",
        },
        {
            trigger: ".modal:contains('is not an e-mail address') footer button",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${POPOVER} input.o-email-communication-Delivery-address`,
            run: "edit ada@one.test",
        },
        {
            trigger: `${POPOVER} form button[type='submit']:enabled`,
            run: "click",
        },
        {
            trigger: ".o_notification:contains('ada@one.test')",
        },
        {
            trigger: line("cancelled", "adda@one.test"),
        },
        {
            trigger: line("waiting", "ada@one.test"),
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_corrected", {
    steps: () => [
        {
            trigger: `${ENVELOPE}[aria-label='Delivery: Accepted by the server']`,
            run: "click",
        },
        {
            trigger: line("accepted", "ada@one.test"),
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_invalid", {
    steps: () => [
        {
            trigger: ENVELOPE,
            run: "click",
        },
        {
            content: "No server was chosen to send nothing",
            trigger: line("invalid", "Nothing was sent", "is not valid"),
        },
        {
            trigger: `${POPOVER}:not(:contains('was chosen'))`,
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_failures", {
    steps: () => [
        {
            trigger: ".o_menu_systray i[aria-label='Messages']",
            run: "click",
        },
        {
            trigger: ".o-mail-NotificationItem:contains('Email Failure')",
            run: "click",
        },
        {
            content: "Each failed message with its reason",
            trigger: ".o_data_row:contains('First topic'):contains('does not exist')",
        },
        {
            trigger:
                ".o_data_row:contains('Second topic'):contains('does not exist') button[name='action_open_document']",
            run: "click",
        },
        {
            trigger: ".o_form_view:contains('Second topic') .o-mail-Message-notification",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_resting", {
    steps: () => [
        {
            content: "The list of servers says which one rests",
            trigger: ".o_list_view .o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o-dropdown-item:contains('Resting')",
            run: "click",
        },
        {
            trigger: ".o_searchview_facet:contains('Resting')",
        },
        {
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains('Newsletters'))) .o_data_row:contains('Transactional'):contains('tried again at') td[name='name']",
            run: "click",
        },
        {
            content: "and the server why, until when, and what to do",
            trigger:
                ".o_form_view .alert[name='resting']:contains('is resting'):contains('tried again at'):contains('What to do')",
        },
        {
            content: "How often it is tried is said in words",
            trigger: ".o_form_view:contains('only for those recipients who have not had it')",
        },
        {
            trigger: ".o_form_view button[name='action_waiting_mails']:contains('2')",
            run: "click",
        },
        {
            content: "Its mails stand together by cause, which says whether trying again helps",
            trigger: ".o_group_header:contains('Server busy: trying again helps')",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Transactional')",
        },
        {
            content: "All of them can be cancelled at once",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name='action_cancel_selected']",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row))",
        },
    ],
});

registry.category("web_tour.tours").add("email_communication_emails", {
    steps: () => [
        {
            content: "From Settings, without the developer mode",
            trigger: "#email_outgoing_setting button:contains('Waiting and Failed E-mails')",
            run: "click",
        },
        {
            trigger: ".o_searchview_facet:contains('Failed'):contains('Waiting')",
        },
        {
            content: "Grouped by cause",
            trigger: ".o_group_header:contains('Recipient unknown: trying again helps once')",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('adda@one.test') td[name='subject']",
            run: "click",
        },
        {
            content: "The mail shows its deliveries",
            trigger:
                ".o_form_view div[name='delivery_ids'] .o_data_row:contains('adda@one.test'):contains('Refused') td[name='email']",
            run: "click",
        },
        {
            content: "and each of them its story",
            trigger:
                ".modal div[name='story_html']:contains('Transactional'):contains('550 5.1.1'):contains('In answer to the recipient (RCPT)')",
        },
    ],
});
