import { Component, onMounted, useRef, useState } from "@odoo/owl";

import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    ok: "fa-check-circle text-success",
    info: "fa-info-circle text-info",
    warning: "fa-exclamation-triangle text-warning",
    unknown: "fa-question-circle text-muted",
    error: "fa-times-circle text-danger",
};

/**
 * The findings of a DNS check, below the line that says what is wrong. A check that has not been
 * made yet starts by itself as soon as it is seen, so that the window opens at once and shows that
 * something is going on. The result gets the focus, so that a screen reader reads it.
 */
export class DnsFindingsField extends Component {
    static template = "email_communication.DnsFindingsField";
    static components = { CopyButton };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ isAsking: false });
        this.headlineRef = useRef("headline");
        this.copied = _t("Copied");
        onMounted(() => this.askOnce());
    }

    get findings() {
        return this.props.record.data[this.props.name] || [];
    }

    get headline() {
        return this.props.record.data.headline;
    }

    icon(finding) {
        return ICONS[finding.severity];
    }

    async askOnce() {
        const { record, name } = this.props;
        if (record.data[name]) {
            this.focusResult();
        }
        if (record.data[name] || !record.resId) {
            return;
        }
        this.state.isAsking = true;
        try {
            await this.orm.call(record.resModel, "action_check", [[record.resId]]);
            await record.load();
        } finally {
            this.state.isAsking = false;
        }
        this.focusResult();
    }

    /** After what the form does itself when it is shown, which is to focus its first field. */
    focusResult() {
        if (this.env.inDialog) {
            setTimeout(() => this.headlineRef.el?.focus(), 50);
        }
    }
}

registry.category("fields").add("dns_findings", {
    component: DnsFindingsField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "headline", type: "char" }],
});
