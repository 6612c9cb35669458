"""What findings and errors mean, in plain English.

The command line prints these texts as they are. Odoo exports them for translation, because they
are marked with `_`, and has them put into the user's language by the `translate` it hands in.
"""

from collections.abc import Callable

from ..error import CoreError
from .finding import Finding, Severity

Translate = Callable[[str], str]


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


MARKS = {
    Severity.OK: "fine",
    Severity.INFO: "note",
    Severity.WARNING: "improve",
    Severity.ERROR: "wrong",
    Severity.UNKNOWN: "unclear",
}

STATUS = {
    "servfail": _("the name server reported a failure (SERVFAIL)"),
    "refused": _("the name server refused the question"),
    "malformed": _("the answer could not be read"),
    "timeout": _("no answer came in time"),
    "unreachable": _("the name server could not be reached"),
    "invalid_name": _("the name cannot be asked for"),
}

ERRORS = {
    "nameserver_invalid": _(
        "The name server {nameserver} is not an IP address with an optional "
        "port, like 192.0.2.1:53 or [2001:db8::1]:53."
    ),
    "nameserver_missing": _(
        "This system is configured with no name server. Name one with --nameserver."
    ),
}

REASONS = {
    "name_empty": _("it is empty"),
    "name_label_empty": _("it has two dots in a row or a dot at its start"),
    "name_label_too_long": _("a part between two dots is longer than 63 characters"),
    "name_too_long": _("it is longer than 253 characters"),
    "name_characters": _("only letters, digits and hyphens are allowed between the dots"),
    "name_idna": _("it has a character that domain names cannot have"),
    "name_not_qualified": _("it needs a dot, as in example.com"),
    "name_is_address": _("it is an IP address; the domain behind the @ of an address is needed"),
    "fetch_certificate": _("its certificate is not valid"),
    "fetch_status": _("the web server does not return the file"),
    "fetch_too_long": _("the file is too long"),
}

SPF_REASONS = {
    "aligned": _("SPF is fine"),
    "not_aligned": _("SPF does not align, because its envelope sender is of another domain"),
    "strict": _(
        "SPF does not align, because the DMARC record asks for the identical domain (aspf=s)"
    ),
    "not_allowed": _("the SPF record does not let it send"),
    "unknown": _("nothing could be told about SPF"),
}

DKIM_REASONS = {
    "aligned": _("DKIM is fine"),
    "not_aligned": _("DKIM does not align, because it signs for another domain"),
    "strict": _(
        "DKIM does not align, because the DMARC record asks for the identical domain (adkim=s)"
    ),
    "no_key": _("there is no usable DKIM key"),
    "not_signed": _("it does not sign with DKIM"),
    "unknown": _("nothing could be told about DKIM"),
}

PROBLEMS = {
    "unknown_mechanism": _("this mechanism does not exist"),
    "bad_term": _("this is no SPF term"),
    "bad_domain": _("the domain name in it is not valid"),
    "bad_address": _("the IP address in it is not valid"),
    "bad_prefix": _("the network size in it is not valid"),
    "missing_value": _("a value is missing"),
    "unexpected_value": _("a value is not allowed here"),
    "duplicate_modifier": _("it can occur only once"),
}

SENTENCES = {
    "name_invalid": _("“{name}” is not a domain name: {reason}."),
    "domain_missing": _(
        "The domain {name} does not exist in the DNS. Check its spelling, or register it."
    ),
    "more_findings": _(
        "There are {count} more findings like these, which are not listed. Correct those that are, "
        "then check again."
    ),
    "mx_ok": _("Mail for the domain goes to {hosts}."),
    "mx_missing": _(
        "The domain has no MX record and no address, so nobody can send mail to it. "
        "Publish the MX record your mail provider asks for."
    ),
    "mx_implicit": _(
        "The domain has no MX record, so mail goes to its own address. Publish an MX "
        "record if another host takes the mail."
    ),
    "mx_null": _(
        "The domain declares that it takes no mail (null MX), so replies are refused. "
        "Replace the record by the MX record of your mail provider."
    ),
    "mx_null_and_others": _(
        "A null MX says that the domain takes no mail, next to records that "
        "say it does. Remove the null MX."
    ),
    "mx_too_many_hosts": _(
        "The domain has {count} MX records, and only the first {limit} were looked at. "
        "Remove those you do not need."
    ),
    "mx_host_is_address": _("The MX record names the IP address {host}. Name a host instead."),
    "mx_host_is_alias": _(
        "The MX record names {host}, which is an alias (CNAME) of {target}. Name {target} instead."
    ),
    "mx_host_missing": _(
        "The MX record names {host}, which has no address. Correct the name or "
        "give the host an address."
    ),
    "mx_host_unknown": _(
        "It could not be told whether {host} has an address: {status}. Check again later."
    ),
    "mx_unknown": _("It could not be told where mail goes: {status}. Check again later."),
    "mx_other_host": _(
        "Mail for the domain also goes to {others}, and should reach {host} only. If "
        "the domain is there for this system alone, publish the expected record "
        "instead of the present ones."
    ),
    "mx_main_domain": _(
        "Mail for the domain goes to {others} and not to {host}. Pointing a main "
        "domain at {host} would take away everybody's mail: use a subdomain, or "
        "redirect the addresses instead."
    ),
    "mx_host_no_reverse": _(
        "The address {address} of {host} has no reverse name. This matters only "
        "if the host also sends mail."
    ),
    "mx_host_reverse_mismatch": _(
        "The address {address} of {host} has the reverse name {names}, "
        "which does not lead back to it. This matters only if the host "
        "also sends mail."
    ),
    "mx_host_reverse_unknown": _(
        "It could not be told whether {address} of {host} has a reverse name: {status}."
    ),
    "smtp_host_ok": _("The addresses of {host} have reverse names that lead back to them."),
    "smtp_host_invalid": _("The mail server {host} has no valid name: {reason}. Correct it."),
    "smtp_host_missing": _("The mail server {host} has no address in the DNS. Correct its name."),
    "smtp_host_unknown": _(
        "It could not be told whether {host} has an address: {status}. Check again later."
    ),
    "smtp_host_private": _(
        "The mail server {host} has the private address {address}, so the "
        "reverse name of the address it sends from could not be checked."
    ),
    "smtp_host_no_reverse": _(
        "The address {address} of {host} has no reverse name, and some "
        "receivers refuse mail for that. Ask the provider of the address to "
        "set it to {host}."
    ),
    "smtp_host_reverse_mismatch": _(
        "The reverse name {names} of the address {address} does not "
        "lead back to it, and some receivers refuse mail for that. Ask "
        "the provider of the address to set it to {host}."
    ),
    "smtp_host_reverse_unknown": _(
        "It could not be told whether the address {address} of {host} "
        "has a reverse name: {status}. Check again later."
    ),
    "spf_ok": _("The record is valid and costs {lookups} of 10 DNS look-ups."),
    "spf_missing": _(
        "The domain has no SPF record, so receivers cannot tell which servers may "
        "send for it. Publish one."
    ),
    "spf_multiple": _(
        "The domain has {count} SPF records, so receivers ignore all of them. Merge them into one."
    ),
    "spf_not_recognised": _(
        "A record looks like SPF but does not start with exactly “v=spf1 ”, "
        "so receivers ignore it. Correct its start."
    ),
    "spf_syntax": _(
        "The record is not valid at “{term}” (character {position}): {problem}. "
        "Receivers treat the whole record as broken; correct it."
    ),
    "spf_no_all": _(
        "The record does not say what holds for all other servers. Add “~all” at its end."
    ),
    "spf_permits_all": _("“{term}” lets everybody send for the domain. Replace it by “~all”."),
    "spf_neutral_all": _("“{term}” makes no statement about other servers. Replace it by “~all”."),
    "spf_ptr": _(
        "“{term}” is slow and unreliable, and receivers may ignore it. List the servers instead."
    ),
    "spf_long": _(
        "The record has {length} characters; above {limit} some networks have trouble "
        "with the answer. Shorten it if you can."
    ),
    "spf_too_long": _(
        "The record is far too long: it has {length} characters and {terms} terms. Receivers may "
        "ignore it, and above {length_limit} characters or {terms_limit} terms it is not checked "
        "here. Keep only the servers that send for the domain."
    ),
    "spf_after_all": _(
        "“{term}” comes after “all” and has no effect. Move it before, or remove it."
    ),
    "spf_sender_missing": _(
        "The record does not let {sender} send. Add {terms}, as in the expected record."
    ),
    "spf_too_many_lookups": _(
        "The record costs {count} DNS look-ups, and receivers stop at "
        "{limit} and treat it as broken. Reduce them."
    ),
    "spf_too_many_lookups_merged": _(
        "One record for all senders would cost {count} DNS look-ups, "
        "and receivers stop at {limit}. Reduce them first."
    ),
    "spf_drop": _(
        "No known sender needs “{term}”. Remove it to save look-ups, if nobody else sends "
        "through it."
    ),
    "spf_flatten": _(
        "Replace “{term}” by the addresses it stands for to save look-ups, and keep "
        "them up to date."
    ),
    "spf_too_many_void_lookups": _(
        "{count} look-ups of the record lead to nothing, and receivers "
        "allow {limit}. Remove the terms whose names do not exist."
    ),
    "spf_term_missing": _(
        "“{term}” refers to {domain}, which has no SPF record, so the whole "
        "record is broken. Correct or remove it."
    ),
    "spf_term_multiple": _(
        "“{term}” refers to {domain}, which has several SPF records, so the "
        "whole record is broken. Remove it, or tell the owner of {domain}."
    ),
    "spf_term_syntax": _(
        "“{term}” refers to {domain}, whose SPF record is not valid, so the whole "
        "record is broken. Remove it, or tell the owner of {domain}."
    ),
    "spf_term_loop": _("“{term}” leads back to {domain}, so evaluation never ends. Remove it."),
    "spf_term_too_many_mx": _(
        "“{term}” refers to {domain}, which has more than 10 MX records. List its servers instead."
    ),
    "spf_term_not_followed": _(
        "“{term}” was not followed: the records include far more others "
        "than allowed. Remove includes."
    ),
    "spf_term_too_long": _(
        "“{term}” refers to {domain}, whose SPF record is far too long, so it was not checked and "
        "receivers may ignore it. Remove it, or tell the owner of {domain}."
    ),
    "spf_term_unknown": _(
        "“{term}” refers to {domain}, and it could not be told what is there: "
        "{status}. Check again later."
    ),
    "spf_unknown": _(
        "It could not be told whether there is an SPF record: {status}. Check again later."
    ),
    "dkim_ok": _("The key of selector {selector} is fine: {key_type}, {bits} bits."),
    "dkim_not_checked": _(
        "No DKIM selector was named, so no key was checked. Name the selector "
        "your mail server signs with."
    ),
    "dkim_selector_invalid": _("The selector {selector} cannot be part of a DNS name: {reason}."),
    "dkim_missing": _(
        "There is no record for selector {selector}, so signatures fail. Publish the "
        "record your mail provider shows."
    ),
    "dkim_target_missing": _(
        "The record of selector {selector} is an alias of {target}, where "
        "there is no key. Correct the target."
    ),
    "dkim_wrong_target": _(
        "Selector {selector} does not lead to where the mail provider keeps the "
        "key. Replace the record by the expected CNAME."
    ),
    "dkim_multiple": _(
        "Selector {selector} has {count} TXT records, so verifiers may pick the "
        "wrong one. Keep only the key."
    ),
    "dkim_syntax": _(
        "The record of selector {selector} cannot be read at “{part}”. Publish it "
        "again as your mail provider shows it."
    ),
    "dkim_version": _("The record of selector {selector} must start with “v=DKIM1”."),
    "dkim_no_key": _(
        "The record of selector {selector} has no key (p=). Publish it again as your "
        "mail provider shows it."
    ),
    "dkim_not_for_email": _(
        "The key of selector {selector} is not for e-mail (s={value}). Remove the s= part."
    ),
    "dkim_hash_unsupported": _(
        "The key of selector {selector} does not allow SHA-256 (h={value}). Remove the h= part."
    ),
    "dkim_key_type_unknown": _("The key of selector {selector} is of the unknown type {key_type}."),
    "dkim_key_invalid": _(
        "The key of selector {selector} is damaged; perhaps it was cut off or "
        "has extra characters. Publish it again."
    ),
    "dkim_revoked": _(
        "The key of selector {selector} is revoked (empty p=), so signatures fail. "
        "Publish a new key or sign with another selector."
    ),
    "dkim_key_weak": _(
        "The key of selector {selector} has {bits} bits; receivers ignore keys "
        "under {limit}. Create a new key with 2048 bits."
    ),
    "dkim_key_short": _(
        "The key of selector {selector} has {bits} bits; {advised} are advised. "
        "Create a longer key when you can."
    ),
    "dkim_test_mode": _(
        "The key of selector {selector} is marked as a test (t=y), so receivers "
        "may ignore its signatures. Remove the mark."
    ),
    "dkim_unknown": _(
        "It could not be told whether there is a key for selector {selector}: "
        "{status}. Check again later."
    ),
    "dmarc_ok": _("Receivers are asked to apply “{policy}” to mail that fails."),
    "dmarc_ok_inherited": _(
        "The record of {source} applies: receivers are asked to apply "
        "“{policy}” to mail that fails."
    ),
    "dmarc_policy_none": _(
        "The policy is “none”: receivers only watch, and forged mail gets "
        "through. Change it to quarantine once the reports look right."
    ),
    "dmarc_policy_none_inherited": _(
        "The record of {source} applies with the policy “none”: "
        "receivers only watch, and forged mail gets through."
    ),
    "dmarc_missing": _(
        "There is no DMARC record, so receivers do not know what to do with forged "
        "mail. Publish one; “none” is a good first policy."
    ),
    "dmarc_multiple": _(
        "There are {count} DMARC records, so receivers ignore all of them. Keep one."
    ),
    "dmarc_syntax": _("The record cannot be read at “{part}”, so receivers ignore it. Correct it."),
    "dmarc_policy_invalid": _(
        "The policy “{value}” is none of none, quarantine and reject, so "
        "receivers ignore the record. Correct p=."
    ),
    "dmarc_tag_invalid": _(
        "“{tag}={value}” is not valid, so receivers use the default. Correct it."
    ),
    "dmarc_percent": _(
        "The policy is applied to {percent} percent of the mail only, and newer "
        "receivers ignore this. Remove pct= when you are sure."
    ),
    "dmarc_test_mode": _(
        "The record is marked as a test (t=y), so the policy is applied less "
        "strictly. Remove the mark when you are sure."
    ),
    "dmarc_subdomains_unprotected": _(
        "The policy {policy} does not hold for subdomains (sp=none). "
        "Remove sp= to protect them too."
    ),
    "dmarc_no_reports": _(
        "The record asks for no reports (rua=), so you do not learn who sends in your name."
    ),
    "dmarc_report_address_invalid": _(
        "The report address “{address}” is no mailto: address. Correct it."
    ),
    "dmarc_report_unauthorized": _(
        "Reports for {address} are not sent, because {domain} does not "
        "agree to receive them. Its owner has to publish the record."
    ),
    "dmarc_too_many_reports": _(
        "The record asks for reports to {count} addresses, and only the first {limit} were looked "
        "at. Receivers need to serve only two; remove those you do not need."
    ),
    "dmarc_report_unknown": _(
        "It could not be told whether reports may be sent to another domain: "
        "{status}. Check again later."
    ),
    "dmarc_unknown": _(
        "It could not be told whether there is a DMARC record: {status}. Check again later."
    ),
    "alignment_ok": _("Mail sent by {sender}: DMARC passes by SPF and by DKIM."),
    "alignment_dkim_only": _("Mail sent by {sender}: DMARC passes by DKIM only; {spf}."),
    "alignment_spf_only": _(
        "Mail sent by {sender}: DMARC passes by SPF only, so not once the mail "
        "is forwarded; {dkim}."
    ),
    "alignment_fails": _("Mail sent by {sender}: DMARC fails; {spf}, and {dkim}."),
    "alignment_unstated": _(
        "Mail sent by {sender}: whether DMARC passes depends on what it signs "
        "with. Enter its DKIM selectors on the outgoing server."
    ),
    "alignment_unknown": _(
        "Mail sent by {sender}: it could not be told whether DMARC passes; {spf}, and {dkim}."
    ),
    "mta_sts_ok": _("The policy is valid and names all MX hosts."),
    "mta_sts_absent": _(
        "There is no MTA-STS policy. It is optional; it makes other servers insist "
        "on encryption when they send to the domain."
    ),
    "mta_sts_not_enforced": _("The policy is valid; its mode is “{mode}”, so it is not enforced."),
    "mta_sts_multiple": _(
        "There are {count} MTA-STS records, so senders ignore all of them. Keep one."
    ),
    "mta_sts_syntax": _(
        "The MTA-STS record is not valid. It should be like “v=STSv1; id=20260101T000000”."
    ),
    "mta_sts_host_missing": _(
        "There is an MTA-STS record, but {host}, where the policy should be, "
        "has no address. Publish the host, or remove the record."
    ),
    "mta_sts_policy_refused": _(
        "The policy of {host} cannot be used: {reason}. Correct the web "
        "server, or remove the MTA-STS record."
    ),
    "mta_sts_policy_syntax": _("The policy of {host} is not valid at “{line}”. Correct the file."),
    "mta_sts_policy_unknown": _(
        "The policy of {host} could not be fetched over HTTPS from here, so "
        "it could not be told whether it is valid."
    ),
    "mta_sts_mx_refused": _(
        "The policy does not name the MX hosts {hosts}, so other servers do not "
        "deliver to them. Add them to the policy."
    ),
    "mta_sts_mx_not_listed": _(
        "The policy does not name the MX hosts {hosts}. Add them before you enforce it."
    ),
    "mta_sts_unknown": _(
        "It could not be told whether there is an MTA-STS record: {status}. Check again later."
    ),
    "tls_rpt_ok": _("Other servers report here when they cannot deliver encrypted."),
    "tls_rpt_absent": _(
        "There is no address for reports about encryption (TLS-RPT). It is optional."
    ),
    "tls_rpt_multiple": _(
        "There are {count} TLS-RPT records, so senders ignore all of them. Keep one."
    ),
    "tls_rpt_syntax": _("The TLS-RPT record cannot be read at “{part}”. Correct it."),
    "tls_rpt_address_invalid": _(
        "The TLS-RPT address “{address}” is no mailto: or https: address. Correct it."
    ),
    "tls_rpt_unknown": _(
        "It could not be told whether there is a TLS-RPT record: {status}. Check again later."
    ),
    "dnssec_validated": _("The name server has verified the signatures of the zone (DNSSEC)."),
    "dnssec_signed": _("The zone is signed (DNSSEC); this name server does not verify signatures."),
    "dnssec_unsigned": _("The zone is not signed (DNSSEC). It is optional."),
    "dnssec_unknown": _("It could not be told whether the zone is signed (DNSSEC)."),
}


# What the codes among the parameters of findings mean, by parameter
PARAMETERS = {
    "status": STATUS,
    "reason": REASONS,
    "problem": PROBLEMS,
    "spf": SPF_REASONS,
    "dkim": DKIM_REASONS,
}


def explain(item: Finding, translate: Translate = _) -> str:
    """One or two sentences about a finding: what is, what should be, what to do."""
    words = {
        param: translate(PARAMETERS[param][value]) if param in PARAMETERS else value
        for param, value in item.params
    }
    return translate(SENTENCES[item.code]).format(name=item.name, **words)


def explain_error(error: CoreError, translate: Translate = _) -> str:
    """One sentence about an exception of core."""
    return translate(ERRORS[error.code]).format(**error.params)
