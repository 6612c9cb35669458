"""What findings mean, in plain English.

The command line prints these texts as they are. Odoo exports them for translation, because they
are marked with `_`, and has them put into the user's language by the `translate` it hands in.
"""

from ..name import REASONS as NAME_REASONS
from ..translate import Translate, _
from .codes import CODES, OLDER
from .finding import Finding, Severity

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

REASONS = NAME_REASONS | {
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
    "unknown": _(
        "nothing could be told about SPF, because it is not known what the server needs in the "
        "record (its provider says so), or the DNS did not answer"
    ),
}

DKIM_REASONS = {
    "aligned": _("DKIM is fine"),
    "not_aligned": _("DKIM does not align, because it signs for another domain"),
    "strict": _(
        "DKIM does not align, because the DMARC record asks for the identical domain (adkim=s)"
    ),
    "no_key": _("there is no usable DKIM key"),
    "not_signed": _("it does not sign with DKIM"),
    "unknown": _(
        "nothing could be told about DKIM, because its selectors are not known, or the DNS did "
        "not answer"
    ),
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
    "too_long": _("no DNS record can be that long"),
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
    """One or two sentences about a finding: what is, what should be, what to do.

    What an earlier version has stored is never an error: a sentence that has got other parameters
    since then counts as one that is not known.
    """
    words = {
        param: translate(PARAMETERS[param][value]) if value in PARAMETERS.get(param, ()) else value
        for param, value in item.params
    }
    try:
        return translate(CODES[item.code].sentence).format(name=item.name, **words)
    except KeyError:
        return translate(OLDER.sentence)
