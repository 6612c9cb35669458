import { Component, onWillUnmount, toRaw, useEffect, useRef, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const STATES = {
    waiting: { title: _t("Waiting"), badge: "text-bg-info" },
    in_doubt: { title: _t("In doubt"), badge: "text-bg-info" },
    accepted: { title: _t("Accepted by the server"), badge: "text-bg-success" },
    bounced: { title: _t("Came back"), badge: "text-bg-danger" },
    refused: { title: _t("Refused"), badge: "text-bg-danger" },
    invalid: { title: _t("Nothing was sent"), badge: "text-bg-danger" },
    cancelled: { title: _t("Cancelled"), badge: "text-bg-secondary" },
    // What was heard after the server had accepted it
    bounced: { title: _t("Came back"), badge: "text-bg-danger" },
    delayed: { title: _t("Delayed"), badge: "text-bg-warning" },
    delivered: { title: _t("Delivery confirmed"), badge: "text-bg-success" },
    passed_on: { title: _t("Passed on"), badge: "text-bg-success" },
    read: { title: _t("Read"), badge: "text-bg-success" },
    complaint: { title: _t("Reported as spam"), badge: "text-bg-danger" },
};

const BUTTONS = {
    action_retry: _t("Retry"),
    action_correct_and_send: _t("Correct the address and send"),
    action_cancel: _t("Cancel"),
};

const WAYS = ["explanation", "email_from", "envelope_sender", "signature_sentence"];

/**
 * What became of the e-mails of a message, one line a recipient, asked for when it is opened.
 */
export class MessageDeliveries extends Component {
    static template = "email_communication.MessageDeliveries";
    static props = ["message", "onChange"];

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.address = useRef("address");
        this.message = useState(toRaw(this.props.message)._proxy);
        this.state = useState({
            deliveries: null,
            isUnknown: false,
            correctedId: false,
            email: "",
            isBusy: false,
        });
        onWillUnmount(() => (this.isGone = true));
        // What the server tells later about this message is shown as well.
        useEffect(
            () => {
                this.load();
            },
            () => [this.statuses]
        );
        useEffect(
            (input) => input?.select(),
            () => [this.address.el]
        );
    }

    get statuses() {
        return this.message.notification_ids
            .map((item) => `${item.id} ${item.notification_status}`)
            .join();
    }

    /** How the e-mails went out, each way once: most often they all went the same. */
    get ways() {
        const ways = new Map();
        for (const delivery of this.state.deliveries) {
            if (delivery.explanation) {
                ways.set(WAYS.map((name) => delivery[name]).join("\n"), delivery);
            }
        }
        return [...ways.values()];
    }

    title(delivery) {
        return STATES[delivery.state].title;
    }

    badge(delivery) {
        return STATES[delivery.state].badge;
    }

    buttons(delivery) {
        return delivery.actions.filter((name) => name in BUTTONS);
    }

    buttonTitle(name) {
        return BUTTONS[name];
    }

    /** Odoo's own lines about the recipients stand in the same window. */
    async load() {
        this.props.onChange();
        try {
            const deliveries = await this.orm.silent.call("mail.message", "get_deliveries", [
                [this.message.id],
            ]);
            if (!this.isGone) {
                Object.assign(this.state, { deliveries, isUnknown: false });
            }
        } catch {
            // Without a connection, or without the message: Odoo's own lines still stand there.
            this.state.isUnknown = true;
        }
    }

    onClickButton(delivery, name) {
        if (name === "action_correct_and_send") {
            this.state.correctedId = delivery.id;
            this.state.email = delivery.email;
            return;
        }
        return this.act(delivery, name);
    }

    async onSubmitAddress(delivery) {
        const sentTo = await this.act(delivery, "action_correct_and_send", this.state.email);
        this.notification.add(_t("The message will now be sent to %s.", sentTo), { type: "success" });
        this.stopCorrecting();
    }

    stopCorrecting() {
        this.state.correctedId = false;
        this.root.el?.focus();
    }

    async act(delivery, name, ...args) {
        this.state.isBusy = true;
        try {
            const result = await this.orm.call("mail.delivery", name, [[delivery.id], ...args]);
            await this.load();
            return result;
        } finally {
            this.state.isBusy = false;
        }
    }
}
