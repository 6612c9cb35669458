import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR;

/**
 * Hours as people say them: “5 min”, “2 h 10 min”, “3 days”. Nothing is said of no time.
 *
 * @param {number|false} hours
 * @returns {string}
 */
export function formatDuration(hours) {
    if (!hours) {
        return "";
    }
    const minutes = Math.round(hours * MINUTES_PER_HOUR);
    if (minutes < 1) {
        return _t("under a minute");
    }
    if (minutes < MINUTES_PER_HOUR) {
        return _t("%s min", minutes);
    }
    if (minutes < 2 * MINUTES_PER_DAY) {
        return _t("%(hours)s h %(minutes)s min", {
            hours: Math.floor(minutes / MINUTES_PER_HOUR),
            minutes: minutes % MINUTES_PER_HOUR,
        });
    }
    return _t("%s days", Math.floor(minutes / MINUTES_PER_DAY));
}

export class DurationField extends Component {
    static template = "email_communication.DurationField";
    static props = { ...standardFieldProps };

    get text() {
        return formatDuration(this.props.record.data[this.props.name]);
    }
}

registry.category("fields").add("email_communication_duration", {
    component: DurationField,
    supportedTypes: ["float"],
});
registry.category("formatters").add("email_communication_duration", formatDuration);
