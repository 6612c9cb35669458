import { Message } from "@mail/core/common/message_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const VERDICTS = {
    verified: { title: _t("Sender verified"), icon: "fa-check-circle text-success" },
    not_verified: { title: _t("Sender not verified"), icon: "fa-question-circle-o text-muted" },
    failed: { title: _t("Sender check failed"), icon: "fa-exclamation-triangle text-warning" },
};

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {"verified"|"not_verified"|"failed"|undefined} of a received e-mail, for internal users */
        this.provenance = undefined;
        /** @type {string|undefined} */
        this.provenance_text = undefined;
    },
    get provenanceVerdict() {
        return VERDICTS[this.provenance];
    },
});
