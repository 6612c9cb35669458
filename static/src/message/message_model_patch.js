import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

import { MessageDeliveries } from "./message_deliveries";

patch(Message.prototype, {
    /**
     * Found by the message, for other apps have popovers of their own around Odoo's template; in
     * an object, for what a record returns is bound to it when it is a function.
     */
    get deliveries() {
        return { Component: MessageDeliveries };
    },
    get isSentByEmail() {
        return this.notification_ids.some((item) => item.notification_type === "email");
    },
});
