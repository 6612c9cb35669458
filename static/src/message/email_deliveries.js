import { Message } from "@mail/core/common/message_model";

import { Component, onWillStart, useState } from "@odoo/owl";

import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/**
 * What became of the e-mails of a message, one line a recipient. It asks when somebody opens the
 * envelope: nobody else pays for it.
 */
export class EmailDeliveries extends Component {
    static template = "email_communication.EmailDeliveries";
    static props = ["message"];

    setup() {
        this.orm = useService("orm");
        this.state = useState({ lines: [] });
        onWillStart(() => this.load());
    }

    async load() {
        if (user.isInternalUser && Number.isInteger(this.props.message.id)) {
            this.state.lines = await this.orm.call("mail.message", "get_deliveries", [
                this.props.message.id,
            ]);
        }
    }

    async act(delivery, action) {
        await this.orm.call("mail.delivery", action, [delivery.id]);
        await this.load();
    }
}

patch(Message.prototype, {
    /**
     * Other apps put components of their own around the template of the envelope, so it finds ours
     * here. In an object, for the functions of a record are handed out bound to it.
     */
    get deliveries() {
        return { component: EmailDeliveries };
    },
});
