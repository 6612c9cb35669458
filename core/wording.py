"""Plain English for the command line. Odoo words the same codes in the user's language."""

from .error import CoreError
from .finding import Finding, Severity

MARKS = {
    Severity.OK: "fine",
    Severity.INFO: "note",
    Severity.WARNING: "improve",
    Severity.ERROR: "wrong",
    Severity.UNKNOWN: "unclear",
}

STATUS = {
    "servfail": "the name server reported a failure (SERVFAIL)",
    "refused": "the name server refused the question",
    "malformed": "the answer could not be read",
    "timeout": "no answer came in time",
    "unreachable": "the name server could not be reached",
    "invalid_name": "the name cannot be asked for",
}

ERRORS = {
    "nameserver_invalid": "The name server {nameserver} is not an IP address with an optional "
                          "port, like 192.0.2.1:53 or [2001:db8::1]:53.",
    "nameserver_missing": "This system is configured with no name server. Name one with "
                          "--nameserver.",
}

REASONS = {
    "name_empty": "it is empty",
    "name_label_empty": "it has two dots in a row or a dot at its start",
    "name_label_too_long": "a part between two dots is longer than 63 characters",
    "name_too_long": "it is longer than 253 characters",
    "name_characters": "only letters, digits and hyphens are allowed between the dots",
    "name_idna": "it has a character that domain names cannot have",
    "name_not_qualified": "it needs a dot, as in example.com",
    "name_is_address": "it is an IP address; the domain behind the @ of an address is needed",
    "fetch_certificate": "its certificate is not valid",
    "fetch_status": "the web server does not return the file",
    "fetch_too_long": "the file is too long",
}

SPF_REASONS = {
    "aligned": "SPF is fine",
    "not_aligned": "SPF does not align, because its envelope sender is of another domain",
    "strict": "SPF does not align, because the DMARC record asks for the identical domain (aspf=s)",
    "not_allowed": "the SPF record does not let it send",
    "unknown": "nothing could be told about SPF",
}

DKIM_REASONS = {
    "aligned": "DKIM is fine",
    "not_aligned": "DKIM does not align, because it signs for another domain",
    "strict": "DKIM does not align, because the DMARC record asks for the identical domain "
              "(adkim=s)",
    "no_key": "there is no usable DKIM key",
    "not_signed": "it does not sign with DKIM",
    "unknown": "nothing could be told about DKIM",
}

PROBLEMS = {
    "unknown_mechanism": "this mechanism does not exist",
    "bad_term": "this is no SPF term",
    "bad_domain": "the domain name in it is not valid",
    "bad_address": "the IP address in it is not valid",
    "bad_prefix": "the network size in it is not valid",
    "missing_value": "a value is missing",
    "unexpected_value": "a value is not allowed here",
    "duplicate_modifier": "it can occur only once",
}

SENTENCES = {
    "name_invalid": "“{name}” is not a domain name: {reason}.",
    "domain_missing": "The domain {name} does not exist in the DNS. Check its spelling, or "
                      "register it.",
    "mx_ok": "Mail for the domain goes to {hosts}.",
    "mx_missing": "The domain has no MX record and no address, so nobody can send mail to it. "
                  "Publish the MX record your mail provider asks for.",
    "mx_implicit": "The domain has no MX record, so mail goes to its own address. Publish an MX "
                   "record if another host takes the mail.",
    "mx_null": "The domain declares that it takes no mail (null MX), so replies are refused. "
               "Replace the record by the MX record of your mail provider.",
    "mx_null_and_others": "A null MX says that the domain takes no mail, next to records that "
                          "say it does. Remove the null MX.",
    "mx_host_is_address": "The MX record names the IP address {host}. Name a host instead.",
    "mx_host_is_alias": "The MX record names {host}, which is an alias (CNAME) of {target}. Name "
                        "{target} instead.",
    "mx_host_missing": "The MX record names {host}, which has no address. Correct the name or "
                       "give the host an address.",
    "mx_host_unknown": "It could not be told whether {host} has an address: {status}. Check "
                       "again later.",
    "mx_unknown": "It could not be told where mail goes: {status}. Check again later.",
    "mx_other_host": "Mail for the domain also goes to {others}, and should reach {host} only. If "
                     "the domain is there for this system alone, publish the expected record "
                     "instead of the present ones.",
    "mx_main_domain": "Mail for the domain goes to {others} and not to {host}. Pointing a main "
                      "domain at {host} would take away everybody's mail: use a subdomain, or "
                      "redirect the addresses instead.",
    "mx_host_no_reverse": "The address {address} of {host} has no reverse name. This matters only "
                          "if the host also sends mail.",
    "mx_host_reverse_mismatch": "The address {address} of {host} has the reverse name {names}, "
                                "which does not lead back to it. This matters only if the host "
                                "also sends mail.",
    "mx_host_reverse_unknown": "It could not be told whether {address} of {host} has a reverse "
                               "name: {status}.",
    "smtp_host_ok": "The addresses of {host} have reverse names that lead back to them.",
    "smtp_host_invalid": "The mail server {host} has no valid name: {reason}. Correct it.",
    "smtp_host_missing": "The mail server {host} has no address in the DNS. Correct its name.",
    "smtp_host_unknown": "It could not be told whether {host} has an address: {status}. Check "
                         "again later.",
    "smtp_host_private": "The mail server {host} has the private address {address}, so the "
                         "reverse name of the address it sends from could not be checked.",
    "smtp_host_no_reverse": "The address {address} of {host} has no reverse name, and some "
                            "receivers refuse mail for that. Ask the provider of the address to "
                            "set it to {host}.",
    "smtp_host_reverse_mismatch": "The reverse name {names} of the address {address} does not "
                                  "lead back to it, and some receivers refuse mail for that. Ask "
                                  "the provider of the address to set it to {host}.",
    "smtp_host_reverse_unknown": "It could not be told whether the address {address} of {host} "
                                 "has a reverse name: {status}. Check again later.",
    "spf_ok": "The record is valid and costs {lookups} of 10 DNS look-ups.",
    "spf_missing": "The domain has no SPF record, so receivers cannot tell which servers may "
                   "send for it. Publish one.",
    "spf_multiple": "The domain has {count} SPF records, so receivers ignore all of them. Merge "
                    "them into one.",
    "spf_not_recognised": "A record looks like SPF but does not start with exactly “v=spf1 ”, "
                          "so receivers ignore it. Correct its start.",
    "spf_syntax": "The record is not valid at “{term}” (character {position}): {problem}. "
                  "Receivers treat the whole record as broken; correct it.",
    "spf_no_all": "The record does not say what holds for all other servers. Add “~all” at its "
                  "end.",
    "spf_permits_all": "“{term}” lets everybody send for the domain. Replace it by “~all”.",
    "spf_neutral_all": "“{term}” makes no statement about other servers. Replace it by “~all”.",
    "spf_ptr": "“{term}” is slow and unreliable, and receivers may ignore it. List the servers "
               "instead.",
    "spf_long": "The record has {length} characters; above {limit} some networks have trouble "
                "with the answer. Shorten it if you can.",
    "spf_after_all": "“{term}” comes after “all” and has no effect. Move it before, or remove it.",
    "spf_sender_missing": "The record does not let {sender} send. Add {terms}, as in the expected "
                          "record.",
    "spf_too_many_lookups": "The record costs {count} DNS look-ups, and receivers stop at "
                            "{limit} and treat it as broken. Reduce them.",
    "spf_too_many_lookups_merged": "One record for all senders would cost {count} DNS look-ups, "
                                   "and receivers stop at {limit}. Reduce them first.",
    "spf_drop": "No known sender needs “{term}”. Remove it to save look-ups, if nobody else sends "
                "through it.",
    "spf_flatten": "Replace “{term}” by the addresses it stands for to save look-ups, and keep "
                   "them up to date.",
    "spf_too_many_void_lookups": "{count} look-ups of the record lead to nothing, and receivers "
                                 "allow {limit}. Remove the terms whose names do not exist.",
    "spf_term_missing": "“{term}” refers to {domain}, which has no SPF record, so the whole "
                        "record is broken. Correct or remove it.",
    "spf_term_multiple": "“{term}” refers to {domain}, which has several SPF records, so the "
                         "whole record is broken. Remove it, or tell the owner of {domain}.",
    "spf_term_syntax": "“{term}” refers to {domain}, whose SPF record is not valid, so the whole "
                       "record is broken. Remove it, or tell the owner of {domain}.",
    "spf_term_loop": "“{term}” leads back to {domain}, so evaluation never ends. Remove it.",
    "spf_term_too_many_mx": "“{term}” refers to {domain}, which has more than 10 MX records. "
                            "List its servers instead.",
    "spf_term_not_followed": "“{term}” was not followed: the records include far more others "
                             "than allowed. Remove includes.",
    "spf_term_unknown": "“{term}” refers to {domain}, and it could not be told what is there: "
                        "{status}. Check again later.",
    "spf_unknown": "It could not be told whether there is an SPF record: {status}. Check again "
                   "later.",
    "dkim_ok": "The key of selector {selector} is fine: {key_type}, {bits} bits.",
    "dkim_not_checked": "No DKIM selector was named, so no key was checked. Name the selector "
                        "your mail server signs with.",
    "dkim_selector_invalid": "The selector {selector} cannot be part of a DNS name: {reason}.",
    "dkim_missing": "There is no record for selector {selector}, so signatures fail. Publish the "
                    "record your mail provider shows.",
    "dkim_target_missing": "The record of selector {selector} is an alias of {target}, where "
                           "there is no key. Correct the target.",
    "dkim_wrong_target": "Selector {selector} does not lead to where the mail provider keeps the "
                         "key. Replace the record by the expected CNAME.",
    "dkim_multiple": "Selector {selector} has {count} TXT records, so verifiers may pick the "
                     "wrong one. Keep only the key.",
    "dkim_syntax": "The record of selector {selector} cannot be read at “{part}”. Publish it "
                   "again as your mail provider shows it.",
    "dkim_version": "The record of selector {selector} must start with “v=DKIM1”.",
    "dkim_no_key": "The record of selector {selector} has no key (p=). Publish it again as your "
                   "mail provider shows it.",
    "dkim_not_for_email": "The key of selector {selector} is not for e-mail (s={value}). Remove "
                          "the s= part.",
    "dkim_hash_unsupported": "The key of selector {selector} does not allow SHA-256 (h={value}). "
                             "Remove the h= part.",
    "dkim_key_type_unknown": "The key of selector {selector} is of the unknown type {key_type}.",
    "dkim_key_invalid": "The key of selector {selector} is damaged; perhaps it was cut off or "
                        "has extra characters. Publish it again.",
    "dkim_revoked": "The key of selector {selector} is revoked (empty p=), so signatures fail. "
                    "Publish a new key or sign with another selector.",
    "dkim_key_weak": "The key of selector {selector} has {bits} bits; receivers ignore keys "
                     "under {limit}. Create a new key with 2048 bits.",
    "dkim_key_short": "The key of selector {selector} has {bits} bits; {advised} are advised. "
                      "Create a longer key when you can.",
    "dkim_test_mode": "The key of selector {selector} is marked as a test (t=y), so receivers "
                      "may ignore its signatures. Remove the mark.",
    "dkim_unknown": "It could not be told whether there is a key for selector {selector}: "
                    "{status}. Check again later.",
    "dmarc_ok": "Receivers are asked to apply “{policy}” to mail that fails.",
    "dmarc_ok_inherited": "The record of {source} applies: receivers are asked to apply "
                          "“{policy}” to mail that fails.",
    "dmarc_policy_none": "The policy is “none”: receivers only watch, and forged mail gets "
                         "through. Change it to quarantine once the reports look right.",
    "dmarc_policy_none_inherited": "The record of {source} applies with the policy “none”: "
                                   "receivers only watch, and forged mail gets through.",
    "dmarc_missing": "There is no DMARC record, so receivers do not know what to do with forged "
                     "mail. Publish one; “none” is a good first policy.",
    "dmarc_multiple": "There are {count} DMARC records, so receivers ignore all of them. Keep "
                      "one.",
    "dmarc_syntax": "The record cannot be read at “{part}”, so receivers ignore it. Correct it.",
    "dmarc_policy_invalid": "The policy “{value}” is none of none, quarantine and reject, so "
                            "receivers ignore the record. Correct p=.",
    "dmarc_tag_invalid": "“{tag}={value}” is not valid, so receivers use the default. Correct it.",
    "dmarc_percent": "The policy is applied to {percent} percent of the mail only, and newer "
                     "receivers ignore this. Remove pct= when you are sure.",
    "dmarc_test_mode": "The record is marked as a test (t=y), so the policy is applied less "
                       "strictly. Remove the mark when you are sure.",
    "dmarc_subdomains_unprotected": "The policy {policy} does not hold for subdomains (sp=none). "
                                    "Remove sp= to protect them too.",
    "dmarc_no_reports": "The record asks for no reports (rua=), so you do not learn who sends in "
                        "your name.",
    "dmarc_report_address_invalid": "The report address “{address}” is no mailto: address. "
                                    "Correct it.",
    "dmarc_report_unauthorized": "Reports for {address} are not sent, because {domain} does not "
                                 "agree to receive them. Its owner has to publish the record.",
    "dmarc_report_unknown": "It could not be told whether reports may be sent to another domain: "
                            "{status}. Check again later.",
    "dmarc_unknown": "It could not be told whether there is a DMARC record: {status}. Check "
                     "again later.",
    "alignment_ok": "Mail sent by {sender}: DMARC passes by SPF and by DKIM.",
    "alignment_dkim_only": "Mail sent by {sender}: DMARC passes by DKIM only; {spf}.",
    "alignment_spf_only": "Mail sent by {sender}: DMARC passes by SPF only, so not once the mail "
                          "is forwarded; {dkim}.",
    "alignment_fails": "Mail sent by {sender}: DMARC fails; {spf}, and {dkim}.",
    "alignment_unstated": "Mail sent by {sender}: whether DMARC passes depends on what it signs "
                          "with. Enter its DKIM selectors on the outgoing server.",
    "alignment_unknown": "Mail sent by {sender}: it could not be told whether DMARC passes; "
                         "{spf}, and {dkim}.",
    "mta_sts_ok": "The policy is valid and names all MX hosts.",
    "mta_sts_absent": "There is no MTA-STS policy. It is optional; it makes other servers insist "
                      "on encryption when they send to the domain.",
    "mta_sts_not_enforced": "The policy is valid; its mode is “{mode}”, so it is not enforced.",
    "mta_sts_multiple": "There are {count} MTA-STS records, so senders ignore all of them. Keep "
                        "one.",
    "mta_sts_syntax": "The MTA-STS record is not valid. It should be like "
                      "“v=STSv1; id=20260101T000000”.",
    "mta_sts_host_missing": "There is an MTA-STS record, but {host}, where the policy should be, "
                            "has no address. Publish the host, or remove the record.",
    "mta_sts_policy_refused": "The policy of {host} cannot be used: {reason}. Correct the web "
                              "server, or remove the MTA-STS record.",
    "mta_sts_policy_syntax": "The policy of {host} is not valid at “{line}”. Correct the file.",
    "mta_sts_policy_unknown": "The policy of {host} could not be fetched over HTTPS from here, so "
                              "it could not be told whether it is valid.",
    "mta_sts_mx_refused": "The policy does not name the MX hosts {hosts}, so other servers do not "
                          "deliver to them. Add them to the policy.",
    "mta_sts_mx_not_listed": "The policy does not name the MX hosts {hosts}. Add them before you "
                             "enforce it.",
    "mta_sts_unknown": "It could not be told whether there is an MTA-STS record: {status}. Check "
                       "again later.",
    "tls_rpt_ok": "Other servers report here when they cannot deliver encrypted.",
    "tls_rpt_absent": "There is no address for reports about encryption (TLS-RPT). It is "
                      "optional.",
    "tls_rpt_multiple": "There are {count} TLS-RPT records, so senders ignore all of them. Keep "
                        "one.",
    "tls_rpt_syntax": "The TLS-RPT record cannot be read at “{part}”. Correct it.",
    "tls_rpt_address_invalid": "The TLS-RPT address “{address}” is no mailto: or https: address. "
                               "Correct it.",
    "tls_rpt_unknown": "It could not be told whether there is a TLS-RPT record: {status}. Check "
                       "again later.",
    "dnssec_validated": "The name server has verified the signatures of the zone (DNSSEC).",
    "dnssec_signed": "The zone is signed (DNSSEC); this name server does not verify signatures.",
    "dnssec_unsigned": "The zone is not signed (DNSSEC). It is optional.",
    "dnssec_unknown": "It could not be told whether the zone is signed (DNSSEC).",
}


# What the codes among the parameters of findings mean, by parameter
PARAMETERS = {
    "status": STATUS,
    "reason": REASONS,
    "problem": PROBLEMS,
    "spf": SPF_REASONS,
    "dkim": DKIM_REASONS,
}


def explain(item: Finding) -> str:
    """One or two sentences about a finding: what is, what should be, what to do."""
    words = {param: PARAMETERS[param][value] if param in PARAMETERS else value
             for param, value in item.params}
    return SENTENCES[item.code].format(name=item.name, **words)


def explain_error(error: CoreError) -> str:
    """One sentence about an exception of core."""
    return ERRORS[error.code].format(**error.params)
