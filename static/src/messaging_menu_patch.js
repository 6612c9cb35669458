import { MessagingMenu } from "@mail/core/public_web/messaging_menu";

import { patch } from "@web/core/utils/patch";

patch(MessagingMenu.prototype, {
    /** Odoo opens the documents; the reasons stand with the messages. */
    async openFailureView(failure) {
        if (failure.type !== "email") {
            return super.openFailureView(failure);
        }
        const ids = new Set(failure.notifications.map((item) => item.mail_message_id.id));
        const action = await this.env.services.orm.call("mail.message", "action_open_failures", [
            [...ids],
        ]);
        return this.action.doAction(action);
    },
    /** Of a single document the message that failed is shown. */
    async onClickFailure(failure) {
        const message = failure.lastMessage;
        await super.onClickFailure(failure);
        if (failure.type === "email" && failure.resIds.size === 1 && message?.thread) {
            message.thread.highlightMessage = message;
        }
    },
});
