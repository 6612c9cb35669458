"""Every code a finding can have: one row each, with severity, parameters and sentence."""

from typing import NamedTuple

from ..translate import _


class Code(NamedTuple):
    """How much a code matters, the parameters its finding has, and what it means: what is, what
    should be, what to do. Besides its parameters a sentence may name `name`, that of the record.
    """

    severity: str
    params: tuple[str, ...]
    sentence: str


CODES = {
    # The name itself. `reason` is a code of InvalidName.
    "name_invalid": Code("error", ("reason",), _("“{name}” is not a domain name: {reason}.")),
    # Nothing was asked, or the answers came to nothing.
    "nameserver_unknown": Code(
        "unknown",
        ("nameserver",),
        _(
            "Nothing was asked: the name server that is set, “{nameserver}”, is not an IP address "
            "with an optional port, like 192.0.2.1:53. Correct it, then check again."
        ),
    ),
    "check_unknown": Code(
        "unknown",
        (),
        _(
            "The check broke off, so nothing is known about {name}. Check again; if it breaks off "
            "again, the log of the server says why."
        ),
    ),
    "domain_missing": Code(
        "error",
        (),
        _("The domain {name} does not exist in the DNS. Check its spelling, or register it."),
    ),
    "domain_exists": Code("ok", (), _("The domain {name} exists in the DNS.")),
    # Any check: `count` findings are not listed.
    "more_findings": Code(
        "info",
        ("count",),
        _(
            "There are {count} more findings like these, which are not listed. Correct those "
            "that are, then check again."
        ),
    ),
    # MX. `status` is always a resolver.Status.
    "mx_ok": Code("ok", ("hosts",), _("Mail for the domain goes to {hosts}.")),
    "mx_missing": Code(
        "error",
        (),
        _(
            "The domain has no MX record and no address, so nobody can send mail to it. Publish "
            "the MX record your mail provider asks for."
        ),
    ),
    "mx_implicit": Code(
        "warning",
        (),
        _(
            "The domain has no MX record, so mail goes to its own address. Publish an MX record "
            "if another host takes the mail."
        ),
    ),
    "mx_null": Code(
        "error",
        (),
        _(
            "The domain declares that it takes no mail (null MX), so replies are refused. "
            "Replace the record by the MX record of your mail provider."
        ),
    ),
    "mx_null_and_others": Code(
        "error",
        (),
        _(
            "A null MX says that the domain takes no mail, next to records that say it does. "
            "Remove the null MX."
        ),
    ),
    "mx_too_many_hosts": Code(
        "info",
        ("count", "limit"),
        _(
            "The domain has {count} MX records, and only the first {limit} were looked at. "
            "Remove those you do not need."
        ),
    ),
    "mx_host_is_address": Code(
        "error",
        ("host",),
        _("The MX record names the IP address {host}. Name a host instead."),
    ),
    "mx_host_is_alias": Code(
        "warning",
        ("host", "target"),
        _(
            "The MX record names {host}, which is an alias (CNAME) of {target}. Name {target} "
            "instead."
        ),
    ),
    "mx_host_missing": Code(
        "error",
        ("host",),
        _(
            "The MX record names {host}, which has no address. Correct the name or give the host "
            "an address."
        ),
    ),
    "mx_host_unknown": Code(
        "unknown",
        ("host", "status"),
        _("It could not be told whether {host} has an address: {status}. Check again later."),
    ),
    "mx_other_host": Code(
        "warning",
        ("host", "others"),
        _(
            "Mail for the domain also goes to {others}, and should reach {host} only. If the "
            "domain is there for this system alone, publish the expected record instead of the "
            "present ones."
        ),
    ),
    "mx_main_domain": Code(
        "warning",
        ("host", "others"),
        _(
            "Mail for the domain goes to {others} and not to {host}. Pointing a main domain at "
            "{host} would take away everybody's mail: use a subdomain, or redirect the addresses "
            "instead."
        ),
    ),
    "mx_private": Code(
        "error",
        ("hosts",),
        _(
            "Mail for the domain goes to {hosts}, which has no address that the Internet can "
            "reach, so nobody outside can send mail to it. Give it a public address, or name "
            "another host."
        ),
    ),
    "mx_private_implicit": Code(
        "error",
        (),
        _(
            "The domain has no MX record, and its own address cannot be reached from the "
            "Internet, so nobody outside can send mail to it. Publish the MX record your mail "
            "provider asks for."
        ),
    ),
    "mx_host_private": Code(
        "warning",
        ("host", "address"),
        _(
            "The MX record names {host}, whose address {address} cannot be reached from the "
            "Internet. Mail waits for the other hosts; give it a public address, or remove it."
        ),
    ),
    "mx_unknown": Code(
        "unknown",
        ("status",),
        _("It could not be told where mail goes: {status}. Check again later."),
    ),
    # Reverse names of the hosts that receive
    "mx_host_no_reverse": Code(
        "info",
        ("host", "address"),
        _(
            "The address {address} of {host} has no reverse name. This matters only if the host "
            "also sends mail."
        ),
    ),
    "mx_host_reverse_mismatch": Code(
        "info",
        ("host", "address", "names"),
        _(
            "The address {address} of {host} has the reverse name {names}, which does not lead "
            "back to it. This matters only if the host also sends mail."
        ),
    ),
    "mx_host_reverse_unknown": Code(
        "info",
        ("host", "address", "status"),
        _("It could not be told whether {address} of {host} has a reverse name: {status}."),
    ),
    # The hosts that send, and their reverse names
    "smtp_host_ok": Code(
        "ok",
        ("host",),
        _("The addresses of {host} have reverse names that lead back to them."),
    ),
    "smtp_host_invalid": Code(
        "error",
        ("host", "reason"),
        _("The mail server {host} has no valid name: {reason}. Correct it."),
    ),
    "smtp_host_missing": Code(
        "error",
        ("host",),
        _("The mail server {host} has no address in the DNS. Correct its name."),
    ),
    "smtp_host_unknown": Code(
        "unknown",
        ("host", "status"),
        _("It could not be told whether {host} has an address: {status}. Check again later."),
    ),
    "smtp_host_private": Code(
        "info",
        ("host", "address"),
        _(
            "The mail server {host} has the private address {address}, so the reverse name of "
            "the address it sends from could not be checked."
        ),
    ),
    "smtp_host_no_reverse": Code(
        "warning",
        ("host", "address"),
        _(
            "The address {address} of {host} has no reverse name, and some receivers refuse mail "
            "for that. Ask the provider of the address to set it to {host}."
        ),
    ),
    "smtp_host_reverse_mismatch": Code(
        "warning",
        ("host", "address", "names"),
        _(
            "The reverse name {names} of the address {address} does not lead back to it, and "
            "some receivers refuse mail for that. Ask the provider of the address to set it to "
            "{host}."
        ),
    ),
    "smtp_host_reverse_unknown": Code(
        "unknown",
        ("host", "address", "status"),
        _(
            "It could not be told whether the address {address} of {host} has a reverse name: "
            "{status}. Check again later."
        ),
    ),
    # SPF. `problem` is a code of spf.record.SyntaxProblem, `position` an index into the record.
    # `sender` is the name of a Sender, `terms` those it needs with a space between them.
    "spf_ok": Code(
        "ok",
        ("lookups", "void_lookups"),
        _("The record is valid and costs {lookups} of 10 DNS look-ups."),
    ),
    "spf_missing": Code(
        "error",
        (),
        _(
            "The domain has no SPF record, so receivers cannot tell which servers may send for "
            "it. Publish one."
        ),
    ),
    "spf_multiple": Code(
        "error",
        ("count",),
        _(
            "The domain has {count} SPF records, so receivers ignore all of them. Merge them "
            "into one."
        ),
    ),
    "spf_not_recognised": Code(
        "error",
        (),
        _(
            "A record looks like SPF but does not start with exactly “v=spf1 ”, so receivers "
            "ignore it. Correct its start."
        ),
    ),
    "spf_syntax": Code(
        "error",
        ("problem", "term", "position"),
        _(
            "The record is not valid at “{term}” (character {position}): {problem}. Receivers "
            "treat the whole record as broken; correct it."
        ),
    ),
    "spf_no_all": Code(
        "warning",
        (),
        _(
            "The record does not say what holds for all other servers. Add “~all” at its end; "
            "where it redirects, at the end of the record that it redirects to."
        ),
    ),
    "spf_permits_all": Code(
        "error",
        ("term",),
        _(
            "“{term}” lets everybody send for the domain. List the servers that do send instead, "
            "and end the record with “~all”."
        ),
    ),
    "spf_neutral_all": Code(
        "warning",
        ("term",),
        _("“{term}” makes no statement about other servers. Replace it by “~all”."),
    ),
    "spf_ptr": Code(
        "warning",
        ("term",),
        _(
            "“{term}” is slow and unreliable, and receivers may ignore it. List the servers "
            "instead."
        ),
    ),
    "spf_long": Code(
        "info",
        ("length", "limit"),
        _(
            "The record has {length} characters; above {limit} some networks have trouble with "
            "the answer. Shorten it if you can."
        ),
    ),
    "spf_too_long": Code(
        "error",
        ("length", "terms", "length_limit", "terms_limit"),
        _(
            "The record is far too long: it has {length} characters and {terms} terms. Receivers "
            "may ignore it, and above {length_limit} characters or {terms_limit} terms it is not "
            "checked here. Keep only the servers that send for the domain."
        ),
    ),
    "spf_after_all": Code(
        "warning",
        ("term",),
        _(
            "“{term}” comes after “all” and has no effect. Move it before “all” if it should "
            "count, or remove it."
        ),
    ),
    "spf_sender_missing": Code(
        "error",
        ("sender", "terms"),
        _(
            "The record does not let {sender} send, which needs {terms}. Publish the expected "
            "record; where none is shown, the other findings say what stands in the way."
        ),
    ),
    "spf_too_many_lookups": Code(
        "error",
        ("count", "limit"),
        _(
            "The record costs {count} DNS look-ups, and receivers stop at {limit} and treat it "
            "as broken. Reduce them."
        ),
    ),
    "spf_too_many_lookups_merged": Code(
        "error",
        ("count", "limit"),
        _(
            "One record for all senders would cost {count} DNS look-ups, and receivers stop at "
            "{limit}. Reduce them first."
        ),
    ),
    "spf_drop": Code(
        "info",
        ("term",),
        _(
            "No known sender needs “{term}”. Remove it to save look-ups, if nobody else sends "
            "through it."
        ),
    ),
    "spf_flatten": Code(
        "info",
        ("term",),
        _(
            "Replace “{term}” by the addresses it stands for to save look-ups, and keep them up "
            "to date."
        ),
    ),
    "spf_too_many_void_lookups": Code(
        "error",
        ("count", "limit"),
        _(
            "{count} look-ups of the record lead to nothing, and receivers allow {limit}. Remove "
            "the terms whose names do not exist."
        ),
    ),
    "spf_sender_denied": Code(
        "error",
        ("sender", "term"),
        _(
            "“{term}” refuses servers of {sender}. If they should send, remove or narrow it, then "
            "check again; a refusal is never moved or removed by a proposal."
        ),
    ),
    "spf_sender_leads_nowhere": Code(
        "error",
        ("sender", "term"),
        _(
            "{sender} needs “{term}”, but that lets no server send: nothing usable is published "
            "there. It is not part of a proposal. Ask the provider for the present term, or "
            "correct it."
        ),
    ),
    "spf_sender_leads_nowhere_elsewhere": Code(
        "info",
        ("sender", "term"),
        _(
            "“{term}”, which {sender} asks for, lets no server send: nothing usable is published "
            "there. Its mail does not depend on this record, so nothing has to be done here."
        ),
    ),
    "spf_sender_elsewhere": Code(
        "info",
        ("sender", "terms", "domain"),
        _(
            "Mail of {sender} leaves with an envelope sender at {domain}, so receivers do not ask "
            "this record about it. {terms} may be added, but has no effect on that mail."
        ),
    ),
    "spf_sender_terms_invalid": Code(
        "warning",
        ("sender", "terms"),
        _(
            "The SPF terms “{terms}” of {sender} cannot be read, so it could not be told whether "
            "it may send. Write them as in include:_spf.example.net."
        ),
    ),
    "spf_sender_untold": Code(
        "info",
        ("sender", "terms"),
        _(
            "Whether {sender} may send could not be told: the record decides that anew for each "
            "message, by {terms}. Whoever runs this service shows which senders it lets in. An "
            "expected record, where one is shown, names the sender itself, to be sure."
        ),
    ),
    "spf_copied": Code(
        "info",
        ("sender", "terms"),
        _(
            "{sender} may send, because its present addresses are in the record. Addresses "
            "change: {terms} in their place would follow them. Otherwise compare them now and "
            "then."
        ),
    ),
    "spf_void_lookups": Code(
        "info",
        ("count", "limit"),
        _(
            "{count} look-ups of the record lead to nothing, which is the most that receivers "
            "allow ({limit}). One more would break the record: remove the terms whose names do "
            "not exist."
        ),
    ),
    "spf_void_lookups_ipv6": Code(
        "warning",
        ("count", "limit"),
        _(
            "{count} look-ups of the record lead to nothing for a server that sends by IPv6, "
            "since the hosts have only IPv4 addresses. Receivers allow {limit} and then treat "
            "the record as broken, for senders whose IPv6 addresses come after them as well. Put "
            "the hosts last, or list their addresses."
        ),
    ),
    "spf_void_lookups_ipv6_only": Code(
        "info",
        ("count", "limit"),
        _(
            "{count} look-ups of the record lead to nothing for a server that sends by IPv6; "
            "receivers allow {limit} and then treat the record as broken. No sender in the record "
            "is affected, as none with an IPv6 address comes after them."
        ),
    ),
    "spf_left_out": Code(
        "info",
        ("terms",),
        _(
            "The expected record leaves out {terms}: that lets nobody send, or nobody whom other "
            "terms do not let send. Correct it first if it was meant otherwise."
        ),
    ),
    # Why no record is proposed.
    "spf_no_proposal_broken": Code(
        "info",
        ("term",),
        _(
            "No record is proposed, because “{term}” lets servers send and breaks the record for "
            "all others, so it can neither stay nor be left out. Ask its owner to repair it, or "
            "list its servers instead."
        ),
    ),
    "spf_no_proposal_denied": Code(
        "info",
        ("term",),
        _(
            "No record is proposed, because “{term}” refuses somebody who should be let in. "
            "Decide which of the two is meant, then check again."
        ),
    ),
    "spf_no_proposal_everybody": Code(
        "info",
        ("term",),
        _(
            "No record is proposed, because “{term}” lets everybody send. List the servers that "
            "do send instead, then check again."
        ),
    ),
    "spf_no_proposal_unknown": Code(
        "info",
        (),
        _(
            "No record is proposed, because the DNS did not tell all that it depends on. Check "
            "again later."
        ),
    ),
    "spf_no_proposal_long": Code(
        "info",
        (),
        _(
            "No record is proposed, because the records and all that they include are too long "
            "to be compared. Keep only the servers that send for the domain."
        ),
    ),
    "spf_no_proposal_order": Code(
        "info",
        (),
        _(
            "No record is proposed, because none could be proven to keep everybody who may send "
            "and to let in nobody else. Add what is missing by hand, before “all”."
        ),
    ),
    "spf_term_missing": Code(
        "error",
        ("term", "domain"),
        _(
            "“{term}” refers to {domain}, which has no SPF record, so the whole record is "
            "broken. Correct or remove it."
        ),
    ),
    "spf_term_multiple": Code(
        "error",
        ("term", "domain"),
        _(
            "“{term}” refers to {domain}, which has several SPF records, so the whole record is "
            "broken. Remove it, or tell the owner of {domain}."
        ),
    ),
    "spf_term_syntax": Code(
        "error",
        ("term", "domain"),
        _(
            "“{term}” refers to {domain}, whose SPF record is not valid, so the whole record is "
            "broken. Remove it, or tell the owner of {domain}."
        ),
    ),
    "spf_term_loop": Code(
        "error",
        ("term", "domain"),
        _("“{term}” leads back to {domain}, so evaluation never ends. Remove it."),
    ),
    "spf_term_too_many_mx": Code(
        "error",
        ("term", "domain"),
        _(
            "“{term}” refers to {domain}, which has more than 10 MX records. List its servers "
            "instead."
        ),
    ),
    "spf_term_not_followed": Code(
        "error",
        ("term", "domain"),
        _(
            "“{term}” was not followed: the records include far more others than allowed. Remove "
            "includes."
        ),
    ),
    "spf_term_too_long": Code(
        "warning",
        ("term", "domain"),
        _(
            "“{term}” refers to {domain}, whose SPF record is far too long, so it was not "
            "checked and receivers may ignore it. Remove it, or tell the owner of {domain}."
        ),
    ),
    "spf_term_unknown": Code(
        "unknown",
        ("term", "domain", "status"),
        _(
            "“{term}” refers to {domain}, and it could not be told what is there: {status}. "
            "Check again later."
        ),
    ),
    "spf_unknown": Code(
        "unknown",
        ("status",),
        _("It could not be told whether there is an SPF record: {status}. Check again later."),
    ),
    # DKIM
    "dkim_ok": Code(
        "ok",
        ("selector", "key_type", "bits"),
        _("The key of selector {selector} is fine: {key_type}, {bits} bits."),
    ),
    "dkim_not_checked": Code(
        "info",
        (),
        _(
            "No DKIM selector was named, so no key was checked. Name the selector your mail "
            "server signs with."
        ),
    ),
    "dkim_selector_invalid": Code(
        "error",
        ("selector", "reason"),
        _("The selector {selector} cannot be part of a DNS name: {reason}."),
    ),
    "dkim_missing": Code(
        "error",
        ("selector",),
        _(
            "There is no record for selector {selector}, so signatures fail. Publish the record "
            "your mail provider shows."
        ),
    ),
    "dkim_own_missing": Code(
        "warning",
        ("selector",),
        _(
            "The key of selector {selector}, which Odoo has made, is not in the DNS, so nothing is "
            "signed with it. Publish this record; signing starts by itself when it is there."
        ),
    ),
    "dkim_own_differs": Code(
        "error",
        ("selector",),
        _(
            "The record of selector {selector} does not have the key that Odoo has made for it, so "
            "nothing is signed with it. Publish this record, and no other one beside it."
        ),
    ),
    "dkim_target_missing": Code(
        "error",
        ("selector", "target"),
        _(
            "The record of selector {selector} is an alias of {target}, where there is no key. "
            "Correct the target."
        ),
    ),
    "dkim_spare_key_missing": Code(
        "info",
        ("selector", "target"),
        _(
            "There is no key yet where selector {selector} leads to ({target}). Microsoft puts it "
            "there when it rotates the keys; until then mail is signed with the other selector."
        ),
    ),
    "dkim_only_ed25519": Code(
        "warning",
        ("selector", "key_type", "bits"),
        _(
            "The key of selector {selector} is of the type Ed25519, which many receivers do not "
            "know yet, and there is no other (RFC 8463). Sign with a key of the type RSA as well."
        ),
    ),
    "dkim_wrong_target": Code(
        "error",
        ("selector",),
        _(
            "Selector {selector} does not lead to where the mail provider keeps the key. Replace "
            "the record by the expected CNAME."
        ),
    ),
    "dkim_multiple": Code(
        "error",
        ("selector", "count"),
        _(
            "Selector {selector} has {count} TXT records, so verifiers may pick the wrong one. "
            "Keep only the key."
        ),
    ),
    "dkim_syntax": Code(
        "error",
        ("selector", "part"),
        _(
            "The record of selector {selector} cannot be read at “{part}”. Publish it again as "
            "your mail provider shows it."
        ),
    ),
    "dkim_version": Code(
        "error",
        ("selector",),
        _("The record of selector {selector} must start with “v=DKIM1”."),
    ),
    "dkim_no_key": Code(
        "error",
        ("selector",),
        _(
            "The record of selector {selector} has no key (p=). Publish it again as your mail "
            "provider shows it."
        ),
    ),
    "dkim_not_for_email": Code(
        "error",
        ("selector", "value"),
        _("The key of selector {selector} is not for e-mail (s={value}). Remove the s= part."),
    ),
    "dkim_hash_unsupported": Code(
        "error",
        ("selector", "value"),
        _("The key of selector {selector} does not allow SHA-256 (h={value}). Remove the h= part."),
    ),
    "dkim_key_type_unknown": Code(
        "error",
        ("selector", "key_type"),
        _("The key of selector {selector} is of the unknown type {key_type}."),
    ),
    "dkim_key_invalid": Code(
        "error",
        ("selector", "key_type"),
        _(
            "The key of selector {selector} is damaged; perhaps it was cut off or has extra "
            "characters. Publish it again."
        ),
    ),
    "dkim_revoked": Code(
        "error",
        ("selector",),
        _(
            "The key of selector {selector} is revoked (empty p=), so signatures fail. Publish a "
            "new key or sign with another selector."
        ),
    ),
    "dkim_key_weak": Code(
        "error",
        ("selector", "bits", "limit"),
        _(
            "The key of selector {selector} has {bits} bits; receivers ignore keys under "
            "{limit}. Create a new key with 2048 bits."
        ),
    ),
    "dkim_key_short": Code(
        "warning",
        ("selector", "bits", "advised"),
        _(
            "The key of selector {selector} has {bits} bits; {advised} are advised. Create a "
            "longer key when you can."
        ),
    ),
    "dkim_test_mode": Code(
        "warning",
        ("selector",),
        _(
            "The key of selector {selector} is marked as a test (t=y), so receivers may ignore "
            "its signatures. Remove the mark."
        ),
    ),
    "dkim_unknown": Code(
        "unknown",
        ("selector", "status"),
        _(
            "It could not be told whether there is a key for selector {selector}: {status}. "
            "Check again later."
        ),
    ),
    # DMARC. `source` is the domain whose record applies.
    "dmarc_ok": Code(
        "ok",
        ("policy", "source"),
        _("Receivers are asked to apply “{policy}” to mail that fails."),
    ),
    "dmarc_ok_inherited": Code(
        "ok",
        ("policy", "source"),
        _(
            "The record of {source} applies: receivers are asked to apply “{policy}” to mail "
            "that fails."
        ),
    ),
    "dmarc_policy_none": Code(
        "warning",
        ("policy", "source"),
        _(
            "The policy is “none”: receivers only watch, and forged mail gets through. Change it "
            "to quarantine once the reports look right."
        ),
    ),
    "dmarc_policy_none_inherited": Code(
        "warning",
        ("policy", "source"),
        _(
            "The record of {source} applies with the policy “none”: receivers only watch, and "
            "forged mail gets through."
        ),
    ),
    "dmarc_missing": Code(
        "error",
        (),
        _(
            "There is no DMARC record, so receivers do not know what to do with forged mail. "
            "Publish one; “none” is a good first policy."
        ),
    ),
    "dmarc_multiple": Code(
        "error",
        ("count",),
        _("There are {count} DMARC records, so receivers ignore all of them. Keep one."),
    ),
    "dmarc_syntax": Code(
        "error",
        ("part",),
        _("The record cannot be read at “{part}”, so receivers ignore it. Correct it."),
    ),
    "dmarc_policy_invalid": Code(
        "error",
        ("value",),
        _(
            "The policy “{value}” is none of none, quarantine and reject, so receivers ignore "
            "the record. Correct p=."
        ),
    ),
    "dmarc_policy_misspelt": Code(
        "error",
        ("value",),
        _(
            "The policy “{value}” is none of none, quarantine and reject, so receivers only "
            "report and let forged mail through. Correct p=."
        ),
    ),
    "dmarc_subdomain_policy_invalid": Code(
        "error",
        ("tag", "value"),
        _(
            "“{tag}={value}” is none of none, quarantine and reject, and because of it receivers "
            "may apply no policy at all, not even to the domain itself. Correct it."
        ),
    ),
    "dmarc_target_missing": Code(
        "error",
        ("target",),
        _(
            "The record is an alias (CNAME) of {target}, where there is nothing, so receivers "
            "find no policy. Correct the alias, or publish the expected record in its place."
        ),
    ),
    "dmarc_slip": Code(
        "warning",
        ("part",),
        _(
            "“{part}” cannot be read, and receivers skip it; the rest of the record counts. "
            "Publish the record without it."
        ),
    ),
    "dmarc_missing_subdomains_unprotected": Code(
        "info",
        ("policy",),
        _(
            "The policy {policy} does not hold for subdomains that do not exist (np=none), so "
            "anybody can invent one. Remove np= to protect them too."
        ),
    ),
    "dmarc_report_advised": Code(
        "info",
        ("address", "domain"),
        _(
            "Reports for {address} go to {domain}, and no DMARC record above both says that they "
            "belong together. Some receivers send no reports then, unless the record that agrees "
            "is published at {name}."
        ),
    ),
    "dmarc_tag_invalid": Code(
        "warning",
        ("tag", "value"),
        _("“{tag}={value}” is not valid, so receivers use the default. Correct it."),
    ),
    "dmarc_percent": Code(
        "info",
        ("percent",),
        _(
            "The policy is applied to {percent} percent of the mail only. RFC 9989 knows no pct= "
            "any more: newer receivers ignore it. Remove it when you are sure."
        ),
    ),
    "dmarc_test_mode": Code(
        "info",
        (),
        _(
            "The record is marked as a test (t=y), so receivers apply the next weaker policy. "
            "Remove the mark when you are sure."
        ),
    ),
    "dmarc_subdomains_unprotected": Code(
        "info",
        ("policy",),
        _(
            "The policy {policy} does not hold for subdomains (sp=none). Remove sp= to protect "
            "them too."
        ),
    ),
    "dmarc_no_reports": Code(
        "info",
        (),
        _("The record asks for no reports (rua=), so you do not learn who sends in your name."),
    ),
    "dmarc_report_address_invalid": Code(
        "warning",
        ("address",),
        _("The report address “{address}” is no mailto: address. Correct it."),
    ),
    "dmarc_report_unauthorized": Code(
        "warning",
        ("address", "domain"),
        _(
            "Reports for {address} are not sent, because {domain} does not agree to receive "
            "them. Its owner has to publish the record."
        ),
    ),
    "dmarc_too_many_reports": Code(
        "info",
        ("count", "limit"),
        _(
            "The record asks for reports to {count} addresses, and only the first {limit} were "
            "looked at. Receivers need to serve only two; remove those you do not need."
        ),
    ),
    "dmarc_report_unknown": Code(
        "unknown",
        ("status",),
        _(
            "It could not be told whether reports may be sent to another domain: {status}. Check "
            "again later."
        ),
    ),
    "dmarc_unknown": Code(
        "unknown",
        ("status",),
        _("It could not be told whether there is a DMARC record: {status}. Check again later."),
    ),
    # Does mail of a sender pass DMARC. `spf` and `dkim` are: aligned, not_aligned (another
    # organization), strict (the same one, but the record asks for the same domain), not_allowed
    # (by the SPF record), no_key (that is usable), not_signed, unknown.
    "alignment_ok": Code(
        "ok",
        ("sender", "spf", "dkim"),
        _("Mail sent by {sender}: DMARC passes by SPF and by DKIM."),
    ),
    "alignment_dkim_only": Code(
        "ok",
        ("sender", "spf", "dkim"),
        _("Mail sent by {sender}: DMARC passes by DKIM only; {spf}."),
    ),
    "alignment_spf_only": Code(
        "warning",
        ("sender", "spf", "dkim"),
        _(
            "Mail sent by {sender}: DMARC passes by SPF only, so not once the mail is forwarded; "
            "{dkim}."
        ),
    ),
    "alignment_fails": Code(
        "error",
        ("sender", "spf", "dkim"),
        _("Mail sent by {sender}: DMARC fails; {spf}, and {dkim}."),
    ),
    "alignment_unstated": Code(
        "info",
        ("sender", "spf", "dkim"),
        _(
            "Mail sent by {sender}: whether DMARC passes depends on what it signs with. Enter "
            "its DKIM selectors on the outgoing server."
        ),
    ),
    "alignment_unknown": Code(
        "unknown",
        ("sender", "spf", "dkim"),
        _("Mail sent by {sender}: it could not be told whether DMARC passes; {spf}, and {dkim}."),
    ),
    # A domain for which no outgoing server is known: by which way its mail leaves
    "sending_by_odoo": Code(
        "info",
        (),
        _(
            "There is no outgoing server, and the database runs at Odoo, so Odoo's servers send "
            "for the domain. Its SPF record needs include:_spf.odoo.com, and odoo._domainkey has "
            "to be an alias (CNAME) of odoo._domainkey.odoo.com."
        ),
    ),
    "sending_by_configuration": Code(
        "info",
        ("host",),
        _(
            "There is no outgoing server, so mail leaves by the server of Odoo's configuration "
            "file ({host}). The SPF record has to let the address send from which it leaves, and "
            "that server has to sign with DKIM. Create an outgoing server for it, so that this "
            "check knows what it needs; where the database runs on Odoo Online or Odoo.sh, choose "
            "the provider Odoo there."
        ),
    ),
    # MTA-STS. `reason` is a code of transport.https.FetchError, `line` the one that is wrong.
    "mta_sts_ok": Code("ok", ("mode",), _("The policy is valid and names all MX hosts.")),
    "mta_sts_absent": Code(
        "info",
        (),
        _(
            "There is no MTA-STS policy. It is optional; it makes other servers insist on "
            "encryption when they send to the domain. The record counts once the policy is on a "
            "web server, as a file that RFC 8461 describes."
        ),
    ),
    "mta_sts_not_enforced": Code(
        "info",
        ("mode",),
        _("The policy is valid; its mode is “{mode}”, so it is not enforced."),
    ),
    "mta_sts_multiple": Code(
        "warning",
        ("count",),
        _("There are {count} MTA-STS records, so senders ignore all of them. Keep one."),
    ),
    "mta_sts_syntax": Code(
        "warning",
        (),
        _("The MTA-STS record is not valid. It should be like “v=STSv1; id=20260101T000000”."),
    ),
    "mta_sts_host_missing": Code(
        "warning",
        ("host",),
        _(
            "There is an MTA-STS record, but {host}, where the policy should be, has no address. "
            "Publish the host, or remove the record."
        ),
    ),
    "mta_sts_policy_refused": Code(
        "warning",
        ("host", "reason"),
        _(
            "The policy of {host} cannot be used: {reason}. Correct the web server, or remove "
            "the MTA-STS record."
        ),
    ),
    "mta_sts_policy_syntax": Code(
        "warning",
        ("host", "line"),
        _("The policy of {host} is not valid at “{line}”. Correct the file."),
    ),
    "mta_sts_policy_unknown": Code(
        "unknown",
        ("host",),
        _(
            "The policy of {host} could not be fetched over HTTPS from here, so it could not be "
            "told whether it is valid."
        ),
    ),
    "mta_sts_mx_refused": Code(
        "error",
        ("hosts",),
        _(
            "The policy does not name the MX hosts {hosts}, so other servers do not deliver to "
            "them. Add them to the policy."
        ),
    ),
    "mta_sts_mx_not_listed": Code(
        "warning",
        ("hosts",),
        _("The policy does not name the MX hosts {hosts}. Add them before you enforce it."),
    ),
    "mta_sts_unknown": Code(
        "unknown",
        ("status",),
        _("It could not be told whether there is an MTA-STS record: {status}. Check again later."),
    ),
    # TLS reporting
    "tls_rpt_ok": Code(
        "ok",
        (),
        _("Other servers report here when they cannot deliver encrypted."),
    ),
    "tls_rpt_absent": Code(
        "info",
        (),
        _("There is no address for reports about encryption (TLS-RPT). It is optional."),
    ),
    "tls_rpt_multiple": Code(
        "warning",
        ("count",),
        _("There are {count} TLS-RPT records, so senders ignore all of them. Keep one."),
    ),
    "tls_rpt_syntax": Code(
        "warning",
        ("part",),
        _("The TLS-RPT record cannot be read at “{part}”. Correct it."),
    ),
    "tls_rpt_address_invalid": Code(
        "warning",
        ("address",),
        _("The TLS-RPT address “{address}” is no mailto: or https: address. Correct it."),
    ),
    "tls_rpt_unknown": Code(
        "unknown",
        ("status",),
        _("It could not be told whether there is a TLS-RPT record: {status}. Check again later."),
    ),
    # DNSSEC, as information only
    "dnssec_validated": Code(
        "ok",
        (),
        _("The name server has verified the signatures of the zone (DNSSEC)."),
    ),
    "dnssec_signed": Code(
        "info",
        (),
        _("The zone is signed (DNSSEC); this name server does not verify signatures."),
    ),
    "dnssec_unsigned": Code("info", (), _("The zone is not signed (DNSSEC). It is optional.")),
    "dnssec_unknown": Code(
        "info",
        (),
        _("It could not be told whether the zone is signed (DNSSEC)."),
    ),
}

# What stands for a code of a stored report that a later version does not know any more
OLDER = Code(
    "unknown", (), _("An older finding that this version has no words for. Check again to see.")
)
