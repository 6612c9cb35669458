import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

import { MessageIncoming } from "./message_incoming";

patch(Message.prototype, {
    /** In an object: what a record returns is bound to it when it is a function. */
    get incoming() {
        return { Component: MessageIncoming };
    },
    get isReceivedByEmail() {
        return (
            this.message_type === "email" &&
            Boolean(this.thread) &&
            this.thread.model !== "discuss.channel" &&
            this.store.self_partner?.main_user_id?.share === false
        );
    },
});
