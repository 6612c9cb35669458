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
    # Any check: `count` findings are not listed.
    "more_findings": Code("info", ("count",)),
    # MX. `status` is always a resolver.Status.
    "mx_ok": Code("ok", ("hosts",)),
    "mx_missing": Code("error"),
    "mx_implicit": Code("warning"),
    "mx_null": Code("error"),
    "mx_null_and_others": Code("error"),
    "mx_too_many_hosts": Code("info", ("count", "limit")),
    "mx_host_is_address": Code("error", ("host",)),
    "mx_host_is_alias": Code("warning", ("host", "target")),
    "mx_host_missing": Code("error", ("host",)),
    "mx_host_unknown": Code("unknown", ("host", "status")),
    "mx_other_host": Code("warning", ("host", "others")),
    "mx_main_domain": Code("warning", ("host", "others")),
    "mx_unknown": Code("unknown", ("status",)),
    # Reverse names of the hosts that receive
    "mx_host_no_reverse": Code("info", ("host", "address")),
    "mx_host_reverse_mismatch": Code("info", ("host", "address", "names")),
    "mx_host_reverse_unknown": Code("info", ("host", "address", "status")),
    # The hosts that send, and their reverse names
    "smtp_host_ok": Code("ok", ("host",)),
    "smtp_host_invalid": Code("error", ("host", "reason")),
    "smtp_host_missing": Code("error", ("host",)),
    "smtp_host_unknown": Code("unknown", ("host", "status")),
    "smtp_host_private": Code("info", ("host", "address")),
    "smtp_host_no_reverse": Code("warning", ("host", "address")),
    "smtp_host_reverse_mismatch": Code("warning", ("host", "address", "names")),
    "smtp_host_reverse_unknown": Code("unknown", ("host", "address", "status")),
    # SPF. `problem` is a code of spf.record.SyntaxProblem, `position` an index into the record.
    # `sender` is the name of a Sender, `terms` those it needs with a space between them.
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
    "spf_too_long": Code("error", ("length", "terms", "length_limit", "terms_limit")),
    "spf_after_all": Code("warning", ("term",)),
    "spf_sender_missing": Code("error", ("sender", "terms")),
    "spf_too_many_lookups": Code("error", ("count", "limit")),
    "spf_too_many_lookups_merged": Code("error", ("count", "limit")),
    "spf_drop": Code("info", ("term",)),
    "spf_flatten": Code("info", ("term",)),
    "spf_too_many_void_lookups": Code("error", ("count", "limit")),
    "spf_term_missing": Code("error", ("term", "domain")),
    "spf_term_multiple": Code("error", ("term", "domain")),
    "spf_term_syntax": Code("error", ("term", "domain")),
    "spf_term_loop": Code("error", ("term", "domain")),
    "spf_term_too_many_mx": Code("error", ("term", "domain")),
    "spf_term_not_followed": Code("error", ("term", "domain")),
    "spf_term_too_long": Code("warning", ("term", "domain")),
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
    "dkim_unknown": Code("unknown", ("selector", "status")),
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
    "dmarc_too_many_reports": Code("info", ("count", "limit")),
    "dmarc_report_unknown": Code("unknown", ("status",)),
    "dmarc_unknown": Code("unknown", ("status",)),
    # Does mail of a sender pass DMARC. `spf` and `dkim` are: aligned, not_aligned (another
    # organization), strict (the same one, but the record asks for the same domain), not_allowed
    # (by the SPF record), no_key (that is usable), not_signed, unknown.
    "alignment_ok": Code("ok", ("sender", "spf", "dkim")),
    "alignment_dkim_only": Code("ok", ("sender", "spf", "dkim")),
    "alignment_spf_only": Code("warning", ("sender", "spf", "dkim")),
    "alignment_fails": Code("error", ("sender", "spf", "dkim")),
    "alignment_unstated": Code("info", ("sender", "spf", "dkim")),
    "alignment_unknown": Code("unknown", ("sender", "spf", "dkim")),
    # MTA-STS. `reason` is a code of https.FetchError, `line` the one that is wrong.
    "mta_sts_ok": Code("ok", ("mode",)),
    "mta_sts_absent": Code("info"),
    "mta_sts_not_enforced": Code("info", ("mode",)),
    "mta_sts_multiple": Code("warning", ("count",)),
    "mta_sts_syntax": Code("warning"),
    "mta_sts_host_missing": Code("warning", ("host",)),
    "mta_sts_policy_refused": Code("warning", ("host", "reason")),
    "mta_sts_policy_syntax": Code("warning", ("host", "line")),
    "mta_sts_policy_unknown": Code("unknown", ("host",)),
    "mta_sts_mx_refused": Code("error", ("hosts",)),
    "mta_sts_mx_not_listed": Code("warning", ("hosts",)),
    "mta_sts_unknown": Code("unknown", ("status",)),
    # TLS reporting
    "tls_rpt_ok": Code("ok"),
    "tls_rpt_absent": Code("info"),
    "tls_rpt_multiple": Code("warning", ("count",)),
    "tls_rpt_syntax": Code("warning", ("part",)),
    "tls_rpt_address_invalid": Code("warning", ("address",)),
    "tls_rpt_unknown": Code("unknown", ("status",)),
    # DNSSEC, as information only
    "dnssec_validated": Code("ok"),
    "dnssec_signed": Code("info"),
    "dnssec_unsigned": Code("info"),
    "dnssec_unknown": Code("info"),
}
