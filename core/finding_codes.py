"""Every code a finding can have, with its severity and the names of its parameters."""

from typing import NamedTuple


class Code(NamedTuple):
    """How much a code matters, and which parameters its finding has."""

    severity: str
    params: tuple[str, ...] = ()


CODES = {
    # The name itself. `reason` is a code of dns_name.InvalidName.
    "name_invalid": Code("error", ("reason",)),
    "domain_missing": Code("error"),
    # MX. `status` is always a resolver.Status.
    "mx_ok": Code("ok", ("hosts",)),
    "mx_missing": Code("error"),
    "mx_implicit": Code("warning"),
    "mx_null": Code("error"),
    "mx_null_and_others": Code("error"),
    "mx_host_is_address": Code("error", ("host",)),
    "mx_host_is_alias": Code("warning", ("host", "target")),
    "mx_host_missing": Code("error", ("host",)),
    "mx_host_unknown": Code("unknown", ("host", "status")),
    "mx_unknown": Code("unknown", ("status",)),
    # SPF. `problem` is a code of spf.record.SyntaxProblem, `position` an index into the record.
    "spf_ok": Code("ok", ("lookups", "void_lookups")),
    "spf_missing": Code("error"),
    "spf_multiple": Code("error", ("count",)),
    "spf_not_recognised": Code("error"),
    "spf_syntax": Code("error", ("problem", "term", "position")),
    "spf_no_all": Code("warning"),
    "spf_permits_all": Code("error", ("term",)),
    "spf_neutral_all": Code("warning", ("term",)),
    "spf_ptr": Code("warning", ("term",)),
    "spf_long": Code("info", ("length", "limit")),
    "spf_too_many_lookups": Code("error", ("count", "limit")),
    "spf_too_many_void_lookups": Code("error", ("count", "limit")),
    "spf_term_missing": Code("error", ("term", "domain")),
    "spf_term_multiple": Code("error", ("term", "domain")),
    "spf_term_syntax": Code("error", ("term", "domain")),
    "spf_term_loop": Code("error", ("term", "domain")),
    "spf_term_too_many_mx": Code("error", ("term", "domain")),
    "spf_term_not_followed": Code("error", ("term", "domain")),
    "spf_term_unknown": Code("unknown", ("term", "domain", "status")),
    "spf_unknown": Code("unknown", ("status",)),
    # DKIM
    "dkim_ok": Code("ok", ("selector", "key_type", "bits")),
    "dkim_not_checked": Code("info"),
    "dkim_selector_invalid": Code("error", ("selector", "reason")),
    "dkim_missing": Code("error", ("selector",)),
    "dkim_target_missing": Code("error", ("selector", "target")),
    "dkim_wrong_target": Code("error", ("selector",)),
    "dkim_multiple": Code("error", ("selector", "count")),
    "dkim_syntax": Code("error", ("selector", "part")),
    "dkim_version": Code("error", ("selector",)),
    "dkim_no_key": Code("error", ("selector",)),
    "dkim_not_for_email": Code("error", ("selector", "value")),
    "dkim_hash_unsupported": Code("error", ("selector", "value")),
    "dkim_key_type_unknown": Code("error", ("selector", "key_type")),
    "dkim_key_invalid": Code("error", ("selector", "key_type")),
    "dkim_revoked": Code("error", ("selector",)),
    "dkim_key_weak": Code("error", ("selector", "bits", "limit")),
    "dkim_key_short": Code("warning", ("selector", "bits", "advised")),
    "dkim_test_mode": Code("warning", ("selector",)),
    "dkim_unknown": Code("unknown", ("status",)),
    # DMARC. `source` is the domain whose record applies.
    "dmarc_ok": Code("ok", ("policy", "source")),
    "dmarc_ok_inherited": Code("ok", ("policy", "source")),
    "dmarc_policy_none": Code("warning", ("policy", "source")),
    "dmarc_policy_none_inherited": Code("warning", ("policy", "source")),
    "dmarc_missing": Code("error"),
    "dmarc_multiple": Code("error", ("count",)),
    "dmarc_syntax": Code("error", ("part",)),
    "dmarc_policy_invalid": Code("error", ("value",)),
    "dmarc_tag_invalid": Code("warning", ("tag", "value")),
    "dmarc_percent": Code("info", ("percent",)),
    "dmarc_test_mode": Code("info"),
    "dmarc_subdomains_unprotected": Code("info", ("policy",)),
    "dmarc_no_reports": Code("info"),
    "dmarc_report_address_invalid": Code("warning", ("address",)),
    "dmarc_report_unauthorized": Code("warning", ("address", "domain")),
    "dmarc_report_unknown": Code("unknown", ("status",)),
    "dmarc_unknown": Code("unknown", ("status",)),
}
