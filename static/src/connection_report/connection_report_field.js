import { Component, onMounted, useRef, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    ok: "fa-check-circle text-success",
    warning: "fa-exclamation-triangle text-warning",
    failed: "fa-times-circle text-danger",
    skipped: "fa-minus-circle text-muted",
};

/**
 * The steps of a connection test. Where the window was opened to test, it begins as soon as it is
 * seen. The result gets the focus, so that a screen reader reads it.
 */
export class ConnectionReportField extends Component {
    static template = "email_communication.ConnectionReportField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ isTesting: false });
        this.headlineRef = useRef("headline");
        onMounted(() => this.testOnce());
    }

    get report() {
        return this.props.record.data[this.props.name] || { steps: [], offers: [] };
    }

    get headline() {
        return this.props.record.data.connection_headline;
    }

    get testing() {
        return this.props.record.resModel === "fetchmail.server"
            ? _t("Trying every step up to the folders. No email is fetched. This takes at most 40 seconds.")
            : _t("Trying every step up to the message, which is not sent. This takes at most 40 seconds.");
    }

    icon(step) {
        return ICONS[step.state];
    }

    async testOnce() {
        if (this.props.record.context.email_communication_test_report) {
            await this.test();
        } else {
            this.focusResult();
        }
    }

    async test() {
        const { record } = this.props;
        this.state.isTesting = true;
        try {
            await this.orm.call(record.resModel, "test_connection__", [[record.resId]]);
            await record.load();
        } finally {
            this.state.isTesting = false;
        }
        this.focusResult();
    }

    async take(offer) {
        const { record } = this.props;
        const values = [[record.resId], offer.port, offer.encryption];
        await this.orm.call(record.resModel, "action_use_port", values);
        await this.test();
    }

    /** The provider asks for the permission in a window of its own. */
    async reconnect() {
        const { record } = this.props;
        this.action.doAction(await this.orm.call(record.resModel, "action_reconnect", [[record.resId]]));
    }

    /** After what the form does itself when it is shown, which is to focus its first field. */
    focusResult() {
        setTimeout(() => this.headlineRef.el?.focus(), 50);
    }
}

registry.category("fields").add("connection_report", {
    component: ConnectionReportField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "connection_headline", type: "char" }],
});
