import { Component, onWillStart, useState } from "@odoo/owl";

import { usePopover } from "@web/core/popover/popover_hook";
import { useService } from "@web/core/utils/hooks";

/** How an e-mail came in, asked for when it is opened. */
export class MessageIncomingPopover extends Component {
    static template = "email_communication.MessageIncomingPopover";
    static props = ["messageId", "close?"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ sentence: "", incomingId: false, isUnknown: false });
        onWillStart(() => this.load());
    }

    async load() {
        try {
            const found = await this.orm.silent.call("mail.message", "get_incoming", [
                [this.props.messageId],
            ]);
            Object.assign(this.state, { sentence: found.sentence, incomingId: found.incoming_id });
        } catch {
            this.state.isUnknown = true;
        }
    }

    onClickOpen() {
        this.props.close?.();
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mail.incoming",
            res_id: this.state.incomingId,
            views: [[false, "form"]],
        });
    }
}

/** The button beside the date of a message that came in by e-mail. */
export class MessageIncoming extends Component {
    static template = "email_communication.MessageIncoming";
    static props = ["message"];

    setup() {
        this.popover = usePopover(MessageIncomingPopover, { position: "bottom" });
    }

    onClick(ev) {
        if (this.popover.isOpen) {
            this.popover.close();
        } else {
            this.popover.open(ev.currentTarget, { messageId: this.props.message.id });
        }
    }
}
