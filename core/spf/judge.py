"""What is to be said about an SPF record whose meaning is known: remarks, without any question.

A remark is the code of a finding with its parameters.
"""

from collections.abc import Iterator, Sequence

from .cost import Cost
from .meaning import Meaning, meaning
from .needs import Claim
from .propose import Suggestion
from .ranges import IPV6, both, minus
from .record import (
    LENGTH_MAX,
    LOOKUPS_MAX,
    TERMS_MAX,
    VOID_LOOKUPS_MAX,
    count_terms,
    evaluated_terms,
    looks_like_spf,
)

LENGTH_ADVISED = 450  # octets, RFC 7208 section 3.4: the answer then fits 512 in most cases

COMPOSED = {"spf_sender_missing", "spf_multiple", "spf_missing"}  # a proposal adds something

ALREADY_SAID = {
    "denied": {"spf_sender_denied"},
    "everybody": {"spf_permits_all"},
    "broken": {"spf_term_too_many_mx"},
}  # reason why there is no proposal -> remarks that say so

Remark = tuple[str, dict[str, str | int]]


def judge_texts(records: Sequence[str], texts: Sequence[str]) -> tuple[Remark, ...]:
    """Where the TXT records of a domain have not exactly one SPF record that can be read."""
    if len(texts) > 1:  # RFC 7208 section 4.5: more than one is a permanent error
        return (("spf_multiple", {"count": len(texts)}),)
    if texts:
        length, terms = len(texts[0]), count_terms(texts[0])
        limits = {"length_limit": LENGTH_MAX, "terms_limit": TERMS_MAX}
        return (("spf_too_long", {"length": length, "terms": terms, **limits}),)
    if any(map(looks_like_spf, records)):
        return (("spf_not_recognised", {}),)
    return (("spf_missing", {}),)


def judge_record(tree: Cost, have: Meaning) -> tuple[Remark, ...]:
    """What is wrong with a record by itself."""
    return (
        *_judge_syntax(tree.record),
        *_judge_policy(tree, have),
        *_judge_cost(tree, have),
        *_judge_terms(tree),
    )


def judge_fine(tree: Cost) -> Remark:
    """Where nothing else is to be said about a record."""
    params = {"lookups": tree.total_lookups, "void_lookups": tree.total_void_lookups}
    return "spf_ok", params


def _judge_syntax(record):
    for problem in record.problems:
        params = {"problem": problem.code, "term": problem.term, "position": problem.position}
        yield "spf_syntax", params


def _judge_policy(tree, have):
    """What the record allows, apart from what it costs."""
    record = tree.record
    yield from _judge_ending(tree, have)
    reached = set(map(id, evaluated_terms(record)))
    for directive in record.directives:
        if id(directive) not in reached:
            yield "spf_after_all", {"term": directive.text}
    for term in _ptr_terms(tree):
        yield "spf_ptr", {"term": term}
    if len(record.text) > LENGTH_ADVISED:
        yield "spf_long", {"length": len(record.text), "limit": LENGTH_ADVISED}


def _judge_ending(tree, have):
    """What becomes of everybody else; where the record redirects, another one says that."""
    path = "".join(f"{item.term} → " for item in tree.redirects)
    ends = tree.all_terms
    qualifier = ends[0].qualifier if ends else ""
    if everybody := have.everybody or (ends[0].text if qualifier == "+" else ""):
        yield "spf_permits_all", {"term": everybody}
    if qualifier == "?":
        yield "spf_neutral_all", {"term": path + ends[0].text}
    if not ends and tree.ends_weakly:
        yield "spf_no_all", {}


def _ptr_terms(tree):
    """RFC 7208 section 5.5: do not use ptr. Where an included record has it, the way to it."""
    found = {}
    for item in tree.walk():
        for term in evaluated_terms(item.record) if item.record else ():
            if term.costs_lookup and getattr(term, "mechanism", "") == "ptr":
                way = "" if item is tree else f"{item.term} → "
                found[way + term.text] = None
    return tuple(found)


def _judge_cost(tree, have):
    lookups, void4, void6 = tree.total_lookups, tree.total_void4, tree.total_void6
    if lookups > LOOKUPS_MAX:
        yield "spf_too_many_lookups", {"count": lookups, "limit": LOOKUPS_MAX}
    if void4 > VOID_LOOKUPS_MAX:
        yield "spf_too_many_void_lookups", {"count": void4, "limit": VOID_LOOKUPS_MAX}
    elif void6 > VOID_LOOKUPS_MAX:
        meant = meaning(tree, strict=False).sure
        cut_off = both(minus(meant, have.sure), IPV6)
        code = "spf_void_lookups_ipv6" if cut_off else "spf_void_lookups_ipv6_only"
        yield code, {"count": void6, "limit": VOID_LOOKUPS_MAX}
    elif void4 == VOID_LOOKUPS_MAX:
        yield "spf_void_lookups", {"count": void4, "limit": VOID_LOOKUPS_MAX}


def _judge_terms(tree):
    """Terms that break the record, or about which the DNS did not tell."""
    told = set()
    for item in tree.walk():
        if not item.problem or item is tree or (item.term, item.domain, item.problem) in told:
            continue
        told.add((item.term, item.domain, item.problem))
        params = {"term": item.term, "domain": item.domain}
        if item.problem == "unknown":
            params["status"] = item.status
        yield f"spf_term_{item.problem}", params


def judge_senders(
    claims: Sequence[Claim],
    verdicts: Sequence[bool | None],
    have: Meaning | None,
    missing: Sequence[str] | None = None,
) -> tuple[Remark, ...]:
    """What is to be said about the senders.

    :param have: what the record grants, read strictly; None where there is not one record
    :param missing: terms that are not in the record as it is meant, if that is known
    """
    remarks = []
    pairs = tuple(zip(claims, verdicts, strict=True))
    if have:
        remarks += _judge_missing(pairs, have, missing)
    for claim, verdict in pairs:
        remarks += _judge_needs(claim)
        if have and claim.readable and claim.needs:
            remarks += _judge_sender(claim, verdict, have)
    return tuple(remarks)


def _judge_missing(pairs, have, missing):
    """One remark about all senders that are missing: one record lets them all send."""
    names, terms = {}, {}
    for claim, verdict in pairs:
        if verdict is False and not claim.elsewhere:
            lacking = _lacking(claim, have, missing)
            names |= {claim.sender.name: None} if lacking else {}
            terms |= lacking
    if names:
        yield "spf_sender_missing", {"sender": ", ".join(names), "terms": " ".join(terms)}


def _lacking(claim, have, missing=None):
    """The terms of a sender that the record does not cover. What only comes too late in it is
    there: other findings say what stands in its way."""
    return {
        need.term: None
        for need in claim.needs
        if not need.leads_nowhere
        and (need.term in missing if missing is not None else need.is_covered(have) is not True)
    }


def _judge_needs(claim):
    """What is wrong with the needs themselves."""
    name = claim.sender.name
    if not claim.readable:
        terms = " ".join(claim.sender.spf_terms or ())
        yield "spf_sender_terms_invalid", {"sender": name, "terms": terms}
    for need in claim.needs:
        if need.leads_nowhere:
            code = "spf_sender_leads_nowhere" + ("_elsewhere" if claim.elsewhere else "")
            yield code, {"sender": name, "term": need.term}


def _judge_sender(claim, verdict, have):
    name = claim.sender.name
    if verdict is False and claim.elsewhere and (terms := _lacking(claim, have)):
        domain = claim.sender.envelope_domain
        yield (
            "spf_sender_elsewhere",
            {"sender": name, "terms": " ".join(terms), "domain": domain},
        )
    if verdict is False and not claim.elsewhere:
        denying = {have.denying(need.meaning.passes): None for need in claim.needs}
        for term in filter(None, denying):
            yield "spf_sender_denied", {"sender": name, "term": term}
    copied = [
        need.term
        for need in claim.needs
        if need.includes and need.includes not in have.names and not need.meaning.macros
    ]
    if verdict is True and copied and not have.everybody:
        yield "spf_copied", {"sender": name, "terms": " ".join(copied)}
    if verdict is None and not claim.elsewhere and (have.macros or have.doubts):
        terms = dict.fromkeys((*have.macros, *sorted(have.doubts)))
        yield "spf_sender_untold", {"sender": name, "terms": " ".join(terms)}


def judge_suggestion(suggestion: Suggestion, remarks: Sequence[Remark]) -> Iterator[Remark]:
    """What a proposal leaves out, or, where there is none, its parts and the reason."""
    codes = {code for code, _params in remarks}
    named = {str(params.get("term")) for _code, params in remarks}
    if suggestion.text:
        left_out = [term for term in suggestion.left_out if term not in named]
        if left_out:
            yield "spf_left_out", {"terms": " ".join(left_out)}
    elif suggestion.reason == "lookups":
        if "spf_too_many_lookups" not in codes:
            params = {"count": suggestion.lookups, "limit": LOOKUPS_MAX}
            yield "spf_too_many_lookups_merged", params
        for term in suggestion.drop:
            yield "spf_drop", {"term": term}
        for term in suggestion.flatten:
            yield "spf_flatten", {"term": term}
    elif suggestion.reason == "broken" or codes & COMPOSED:
        if ALREADY_SAID.get(suggestion.reason, set()) & codes:
            return
        code = f"spf_no_proposal_{suggestion.reason}"
        yield code, {"term": suggestion.term} if suggestion.term else {}
