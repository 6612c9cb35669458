import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /**
     * How the e-mails of this message went out, each way once: most often they all went the same.
     *
     * @returns {import("models").Notification[]}
     */
    get deliveries() {
        const deliveries = new Map();
        for (const notification of this.notification_ids) {
            if (notification.delivery_explanation) {
                deliveries.set(
                    [
                        notification.delivery_explanation,
                        notification.delivery_failure,
                        notification.delivery_from,
                        notification.delivery_envelope_sender,
                    ].join("\n"),
                    notification
                );
            }
        }
        return [...deliveries.values()];
    },
});
