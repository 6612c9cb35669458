"""What is to be said about the SPF record of a domain."""

from ..finding import finding, unknown
from .budget import measure, spf_records
from .record import LOOKUPS_MAX, VOID_LOOKUPS_MAX, parse

LENGTH_ADVISED = 450  # octets, RFC 7208 section 3.4: the answer then fits 512 in most cases


async def check(domain, resolver):
    """The findings about SPF of a domain, the worst of them or one that it is fine."""
    answer = await resolver.query(domain, "TXT")
    if not answer.known:
        return (unknown("spf", answer),)
    records = spf_records(answer)
    if len(records) != 1:
        return (_not_one(domain, answer, records),)
    record = parse(records[0])
    if record.problems:
        return tuple(_syntax(domain, record, problem) for problem in record.problems)
    cost = await measure(record, domain, resolver)
    wrong = (*_judge_policy(domain, record), *_judge_cost(domain, record, cost))
    return wrong or (_say(domain, record, "spf_ok", lookups=cost.total_lookups,
                          void_lookups=cost.total_void_lookups),)


def _say(domain, record, code, **params):
    return finding(code, "spf", domain, "TXT", (record.text,), **params)


def _not_one(domain, answer, records):
    if records:  # RFC 7208 section 4.5: more than one is a permanent error
        return finding("spf_multiple", "spf", domain, "TXT", records, count=len(records))
    alike = [text for text in answer.records if "v=spf" in text.lower()[:20]]
    if alike:
        return finding("spf_not_recognised", "spf", domain, "TXT", alike)
    return finding("spf_missing", "spf", domain, "TXT")


def _syntax(domain, record, problem):
    return _say(domain, record, "spf_syntax", problem=problem.code, term=problem.term,
                position=problem.position)


def _judge_policy(domain, record):
    """What the record allows, apart from what it costs."""
    everybody = next((item for item in record.directives if item.mechanism == "all"), None)
    if everybody is None and record.modifier("redirect") is None:
        yield _say(domain, record, "spf_no_all")
    if everybody and everybody.qualifier == "+":
        yield _say(domain, record, "spf_permits_all", term=everybody.text)
    if everybody and everybody.qualifier == "?":
        yield _say(domain, record, "spf_neutral_all", term=everybody.text)
    for directive in record.directives:
        if directive.mechanism == "ptr":  # RFC 7208 section 5.5: do not use
            yield _say(domain, record, "spf_ptr", term=directive.text)
    if len(record.text) > LENGTH_ADVISED:
        yield _say(domain, record, "spf_long", length=len(record.text), limit=LENGTH_ADVISED)


def _judge_cost(domain, record, cost):
    lookups, void_lookups = cost.total_lookups, cost.total_void_lookups
    if lookups > LOOKUPS_MAX:
        yield _say(domain, record, "spf_too_many_lookups", count=lookups, limit=LOOKUPS_MAX)
    if void_lookups > VOID_LOOKUPS_MAX:
        yield _say(domain, record, "spf_too_many_void_lookups", count=void_lookups,
                   limit=VOID_LOOKUPS_MAX)
    for item in cost.walk():
        if item.problem == "unknown":
            yield _say(domain, record, "spf_term_unknown", term=item.term, domain=item.domain,
                       status=item.status)
        elif item.problem:
            yield _say(domain, record, f"spf_term_{item.problem}", term=item.term,
                       domain=item.domain)
