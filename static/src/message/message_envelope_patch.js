import { Message } from "@mail/core/common/message";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /** What the envelope shows by its colour and shape. */
    get notificationLabel() {
        const states = this.message.notification_ids.map((item) => item.statusTitle);
        return _t("Delivery: %s", [...new Set(states.filter(Boolean))].join(", "));
    },
    /** It is a button for the mouse; Enter and Space are what buttons know. */
    onKeydownNotification(ev) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.onClickNotification(ev);
        }
    },
});
