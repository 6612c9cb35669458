import { useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { IntegerField, integerField } from "@web/views/fields/integer/integer_field";
import { useInputField } from "@web/views/fields/input_field_hook";
import { useNumpadDecimal } from "@web/views/fields/numpad_decimal_hook";
import { parseInteger } from "@web/views/fields/parsers";

/** A number that has a usual value: whoever empties the field gets it back. */
export class NumberWithDefaultField extends IntegerField {
    static props = { ...IntegerField.props, default: { type: Number } };

    setup() {
        this.state = useState({ hasFocus: false });
        useInputField({
            getValue: () => this.formattedValue,
            refName: "numpadDecimal",
            parse: (text) => (text.trim() ? parseInteger(text) : this.props.default),
        });
        useNumpadDecimal();
    }
}

registry.category("fields").add("email_communication_number", {
    ...integerField,
    component: NumberWithDefaultField,
    extractProps: (info) => ({
        ...integerField.extractProps(info),
        default: info.options.default,
    }),
});
