"""The same look-up is made once a mail: Odoo asks five times who its sender is.

What was found lies where Odoo keeps what belongs to an open transaction, so it goes with a commit,
with a rollback, and with a savepoint that is rolled back.
"""

from contextlib import contextmanager

from odoo.fields import Domain

from .incoming_run import CURRENT

FOUND = "email_communication.found"


def search_once(search, records, names, domain, *args, **options):
    """The query that `search` makes; asked again for the same mail, its result as it was.

    :param search: `_search` of the model, as it would run without us
    :param names: fields of whose changes we hear; a domain about others is always asked
    """
    observed = CURRENT.get()
    if observed is None or not _is_about(domain, names):
        return search(domain, *args, **options)
    env = records.env
    found = _found(env.cr, observed)
    # Who asks, and what is hidden from him, decides as well.
    companies = tuple(env.context.get("allowed_company_ids") or ())
    asking = (env.uid, env.su, env.context.get("active_test", True), companies)
    key = (records._name, repr(domain), repr(args), repr(options), *asking)
    if key in found:
        return records.browse(found[key])._as_query()
    query = search(domain, *args, **options)
    found[key] = query.get_result_ids()
    return query


@contextmanager
def forgetting(records):
    """Around a change of records that are looked up. What is found in the midst of it may be out
    of date afterwards."""
    data = records.env.cr.precommit.data
    data.pop(FOUND, None)
    try:
        yield
    finally:
        data.pop(FOUND, None)


def _found(cr, observed):
    of_mail, found = cr.precommit.data.get(FOUND, (None, None))
    if of_mail is not observed:
        found = {}
        cr.precommit.data[FOUND] = (observed, found)
    return found


def _is_about(domain, names):
    return all(item.field_expr in names for item in Domain(domain).iter_conditions())
