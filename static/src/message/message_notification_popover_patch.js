import { MessageNotificationPopover } from "@mail/core/common/message_notification_popover";

import { onWillStart, useState } from "@odoo/owl";

import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";

patch(MessageNotificationPopover.prototype, {
    setup() {
        super.setup(...arguments);
        this.orm = useService("orm");
        this.deliveries = useState({ lines: [] });
        onWillStart(() => this.loadDeliveries());
    },

    /** Asked when somebody opens the envelope: nobody else pays for it. */
    async loadDeliveries() {
        if (user.isInternalUser && Number.isInteger(this.props.message.id)) {
            this.deliveries.lines = await this.orm.call("mail.message", "get_deliveries", [
                this.props.message.id,
            ]);
        }
    },

    async actOnDelivery(delivery, action) {
        await this.orm.call("mail.delivery", action, [delivery.id]);
        await this.loadDeliveries();
    },
});
