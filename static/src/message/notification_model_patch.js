import { Notification } from "@mail/core/common/notification_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Notification.prototype, {
    /** Nobody can say that an e-mail was delivered: a server has accepted it, or has not yet. */
    get statusTitle() {
        if (this.notification_type === "email") {
            switch (this.notification_status) {
                case "sent":
                    return _t("Accepted by the server");
                case "ready":
                    return _t("Waiting");
            }
        }
        return super.statusTitle;
    },
});
